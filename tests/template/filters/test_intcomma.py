"""The filter `intcomma`."""

from __future__ import annotations

import pytest
from django.utils.safestring import mark_safe

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "False", "True"]
VALUES: list[object] = [
    "1234567.891",
    "-1000",
    "x1000",
    mark_safe("1234.50"),
    mark_safe("1234,50"),
    " 12345\n",
    "+01234567",
    "1_000_000",
    "12e5",
    "-0",
    "1234.",
    ".5",
    "nan",
    "-Infinity",
    "١٢٣٤٥",
    "9" * 250,
    "1e400",
    "12\x0034",
    "\ud800",
    "",
]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("intcomma", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|intcomma:1:2 }}",
        "{{ v|intcomma: }}",
        "{{ v|intcomma:missing }}",
        "{{ v |intcomma }}{{ missing|intcomma }}",
        "{{ v|intcomma|intcomma }}",
        "{% filter intcomma %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|intcomma:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
