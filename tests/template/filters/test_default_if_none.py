"""The filter `default_if_none`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["'<x>'", "1", "''"]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("default_if_none", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|default_if_none:1:2 }}",
        "{{ v|default_if_none: }}",
        "{{ v|default_if_none:missing }}",
        "{{ v |default_if_none }}{{ missing|default_if_none }}",
        "{{ v|default_if_none|default_if_none }}",
        "{% filter default_if_none %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
