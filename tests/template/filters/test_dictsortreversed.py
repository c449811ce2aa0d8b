"""The filter `dictsortreversed`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["'a'", "0", "'nope'"]
VALUES: list[object] = [[{"a": 2}, {"a": 1}], [(2, 1), (1, 2)]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("dictsortreversed", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|dictsortreversed:1:2 }}",
        "{{ v|dictsortreversed: }}",
        "{{ v|dictsortreversed:missing }}",
        "{{ v |dictsortreversed }}{{ missing|dictsortreversed }}",
        "{{ v|dictsortreversed|dictsortreversed }}",
        "{% filter dictsortreversed %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
