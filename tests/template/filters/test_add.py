"""The filter `add`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["1", "'2'", "'<x>'", "v", "2.5"]
VALUES: list[object] = [[1], "a", (1,)]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("add", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|add:1:2 }}",
        "{{ v|add: }}",
        "{{ v|add:missing }}",
        "{{ v |add }}{{ missing|add }}",
        "{{ v|add|add }}",
        "{% filter add %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
