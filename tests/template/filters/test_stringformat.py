"""The filter `stringformat`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [
    "'s'",
    "'d'",
    "'.2f'",
    "'r'",
    "'05d'",
    "'%'",
    "'x'",
    "'e'",
    "'-10s'",
    "'z'",
    "''",
    "1",
    "'c'",
    "'*d'",
]
VALUES: list[object] = [65, "é", (1, 2), (1,), {"a": 1}]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("stringformat", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|stringformat:1:2 }}",
        "{{ v|stringformat: }}",
        "{{ v|stringformat:missing }}",
        "{{ v |stringformat }}{{ missing|stringformat }}",
        "{{ v|stringformat|stringformat }}",
        "{% filter stringformat %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
