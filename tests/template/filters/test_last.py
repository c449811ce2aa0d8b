"""The filter `last`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [["<a>", "<b>"], [], "abc"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("last", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|last:1:2 }}",
        "{{ v|last: }}",
        "{{ v|last:missing }}",
        "{{ v |last }}{{ missing|last }}",
        "{{ v|last|last }}",
        "{% filter last %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|last:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
