"""The filter `ordinal`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [1, 11, "3", -1, 112]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("ordinal", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|ordinal:1:2 }}",
        "{{ v|ordinal: }}",
        "{{ v|ordinal:missing }}",
        "{{ v |ordinal }}{{ missing|ordinal }}",
        "{{ v|ordinal|ordinal }}",
        "{% filter ordinal %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|ordinal:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
