"""The filter `naturaltime`."""

from __future__ import annotations

import datetime

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [datetime.datetime(2000, 1, 1)]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("naturaltime", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|naturaltime:1:2 }}",
        "{{ v|naturaltime: }}",
        "{{ v|naturaltime:missing }}",
        "{{ v |naturaltime }}{{ missing|naturaltime }}",
        "{{ v|naturaltime|naturaltime }}",
        "{% filter naturaltime %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|naturaltime:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
