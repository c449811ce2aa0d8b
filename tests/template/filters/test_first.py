"""The filter `first`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [["<a>"], "", [], "abc"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("first", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|first:1:2 }}",
        "{{ v|first: }}",
        "{{ v|first:missing }}",
        "{{ v |first }}{{ missing|first }}",
        "{{ v|first|first }}",
        "{% filter first %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|first:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
