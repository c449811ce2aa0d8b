"""The filter `join`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["', '", "'<br>'", "'&'", "1", "v", "''"]
VALUES: list[object] = [["<a>", 1], "abc", [["x"], None]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("join", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|join:1:2 }}",
        "{{ v|join: }}",
        "{{ v|join:missing }}",
        "{{ v |join }}{{ missing|join }}",
        "{{ v|join|join }}",
        "{% filter join %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
