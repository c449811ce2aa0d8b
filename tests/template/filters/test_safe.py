"""The filter `safe`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["<a>"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("safe", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|safe:1:2 }}",
        "{{ v|safe: }}",
        "{{ v|safe:missing }}",
        "{{ v |safe }}{{ missing|safe }}",
        "{{ v|safe|safe }}",
        "{% filter safe %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|safe:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
