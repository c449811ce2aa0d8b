"""The filter `capfirst`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["ß", "ǆ", " a"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("capfirst", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|capfirst:1:2 }}",
        "{{ v|capfirst: }}",
        "{{ v|capfirst:missing }}",
        "{{ v |capfirst }}{{ missing|capfirst }}",
        "{{ v|capfirst|capfirst }}",
        "{% filter capfirst %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|capfirst:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
