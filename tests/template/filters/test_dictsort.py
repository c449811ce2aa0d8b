"""The filter `dictsort`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["'a'", "'name'", "0", "'b.0'", "'_x'", "'a.b'", "''"]
VALUES: list[object] = [[{"a": 2}, {"a": 1}], [(2, 1), (1, 2)], [{"a": None}, {"a": 1}]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("dictsort", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|dictsort:1:2 }}",
        "{{ v|dictsort: }}",
        "{{ v|dictsort:missing }}",
        "{{ v |dictsort }}{{ missing|dictsort }}",
        "{{ v|dictsort|dictsort }}",
        "{% filter dictsort %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
