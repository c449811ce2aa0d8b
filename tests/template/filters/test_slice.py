"""The filter `slice`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [
    "':2'",
    "'1:'",
    "'::-1'",
    "'a'",
    "':'",
    "'1:2:0'",
    "2",
    "''",
    "'-1'",
]
VALUES: list[object] = ["abcdef", [1, 2, 3]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("slice", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|slice:1:2 }}",
        "{{ v|slice: }}",
        "{{ v|slice:missing }}",
        "{{ v |slice }}{{ missing|slice }}",
        "{{ v|slice|slice }}",
        "{% filter slice %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
