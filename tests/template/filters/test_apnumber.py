"""The filter `apnumber`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [5, "9", "10", "x"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("apnumber", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|apnumber:1:2 }}",
        "{{ v|apnumber: }}",
        "{{ v|apnumber:missing }}",
        "{{ v |apnumber }}{{ missing|apnumber }}",
        "{{ v|apnumber|apnumber }}",
        "{% filter apnumber %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|apnumber:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
