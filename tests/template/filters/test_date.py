"""The filter `date`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [
    "'Y-m-d'",
    "'D d M Y H:i:s.u'",
    "'c'",
    "'r'",
    "'SHORT_DATE_FORMAT'",
    "'P e T O Z I L N S t U W y z'",
    "''",
    "'\\\\Y'",
]
VALUES: list[object] = ["2024-01-01"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("date", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|date:1:2 }}",
        "{{ v|date: }}",
        "{{ v|date:missing }}",
        "{{ v |date }}{{ missing|date }}",
        "{{ v|date|date }}",
        "{% filter date %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
