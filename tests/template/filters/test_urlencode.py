"""The filter `urlencode`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "''", "'/'", "'@'", "1"]
VALUES: list[object] = ["/a b/é?x=1&y@z"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("urlencode", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|urlencode:1:2 }}",
        "{{ v|urlencode: }}",
        "{{ v|urlencode:missing }}",
        "{{ v |urlencode }}{{ missing|urlencode }}",
        "{{ v|urlencode|urlencode }}",
        "{% filter urlencode %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|urlencode:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
