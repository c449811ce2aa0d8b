"""The filter `get_digit`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["1", "2", "0", "50", "'1'", "'x'", "-1"]
VALUES: list[object] = [-123, "456"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("get_digit", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|get_digit:1:2 }}",
        "{{ v|get_digit: }}",
        "{{ v|get_digit:missing }}",
        "{{ v |get_digit }}{{ missing|get_digit }}",
        "{{ v|get_digit|get_digit }}",
        "{% filter get_digit %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
