"""The filter `localtime`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("localtime", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|localtime:1:2 }}",
        "{{ v|localtime: }}",
        "{{ v|localtime:missing }}",
        "{{ v |localtime }}{{ missing|localtime }}",
        "{{ v|localtime|localtime }}",
        "{% filter localtime %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|localtime:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
