"""The filter `utc`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("utc", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|utc:1:2 }}",
        "{{ v|utc: }}",
        "{{ v|utc:missing }}",
        "{{ v |utc }}{{ missing|utc }}",
        "{{ v|utc|utc }}",
        "{% filter utc %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|utc:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
