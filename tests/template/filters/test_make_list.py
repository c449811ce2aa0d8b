"""The filter `make_list`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["ab", 12, True]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("make_list", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|make_list:1:2 }}",
        "{{ v|make_list: }}",
        "{{ v|make_list:missing }}",
        "{{ v |make_list }}{{ missing|make_list }}",
        "{{ v|make_list|make_list }}",
        "{% filter make_list %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|make_list:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
