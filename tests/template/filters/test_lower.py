"""The filter `lower`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["İSTANBUL ẞ Σ ΑΣ"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("lower", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|lower:1:2 }}",
        "{{ v|lower: }}",
        "{{ v|lower:missing }}",
        "{{ v |lower }}{{ missing|lower }}",
        "{{ v|lower|lower }}",
        "{% filter lower %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|lower:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
