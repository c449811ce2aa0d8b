"""The filter `intword`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [10**6, "1200000", 10**100, -(10**9)]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("intword", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|intword:1:2 }}",
        "{{ v|intword: }}",
        "{{ v|intword:missing }}",
        "{{ v |intword }}{{ missing|intword }}",
        "{{ v|intword|intword }}",
        "{% filter intword %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|intword:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
