"""The filter `unordered_list`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [["a", ["<b>", ["c"]], "d"], [["x"]], ["a", ("b", "c")]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("unordered_list", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|unordered_list:1:2 }}",
        "{{ v|unordered_list: }}",
        "{{ v|unordered_list:missing }}",
        "{{ v |unordered_list }}{{ missing|unordered_list }}",
        "{{ v|unordered_list|unordered_list }}",
        "{% filter unordered_list %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|unordered_list:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
