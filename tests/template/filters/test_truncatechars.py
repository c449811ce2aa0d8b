"""The filter `truncatechars`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["5", "0", "1", "-3", "'x'", "'3'"]
VALUES: list[object] = ["e\u0301e\u0301e\u0301", "abcdef"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("truncatechars", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|truncatechars:1:2 }}",
        "{{ v|truncatechars: }}",
        "{{ v|truncatechars:missing }}",
        "{{ v |truncatechars }}{{ missing|truncatechars }}",
        "{{ v|truncatechars|truncatechars }}",
        "{% filter truncatechars %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
