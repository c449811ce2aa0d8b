"""The filter `iriencode`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["/a b/é?q=ü&x=%20"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("iriencode", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|iriencode:1:2 }}",
        "{{ v|iriencode: }}",
        "{{ v|iriencode:missing }}",
        "{{ v |iriencode }}{{ missing|iriencode }}",
        "{{ v|iriencode|iriencode }}",
        "{% filter iriencode %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|iriencode:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
