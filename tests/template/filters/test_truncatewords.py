"""The filter `truncatewords`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["2", "0", "'x'", "-1"]
VALUES: list[object] = ["a  b\nc d"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("truncatewords", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|truncatewords:1:2 }}",
        "{{ v|truncatewords: }}",
        "{{ v|truncatewords:missing }}",
        "{{ v |truncatewords }}{{ missing|truncatewords }}",
        "{{ v|truncatewords|truncatewords }}",
        "{% filter truncatewords %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
