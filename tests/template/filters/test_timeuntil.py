"""The filter `timeuntil`."""

from __future__ import annotations

import datetime

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "v"]
VALUES: list[object] = [datetime.datetime(2900, 1, 1), datetime.date(2900, 1, 1)]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("timeuntil", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|timeuntil:1:2 }}",
        "{{ v|timeuntil: }}",
        "{{ v|timeuntil:missing }}",
        "{{ v |timeuntil }}{{ missing|timeuntil }}",
        "{{ v|timeuntil|timeuntil }}",
        "{% filter timeuntil %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|timeuntil:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
