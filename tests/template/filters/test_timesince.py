"""The filter `timesince`."""

from __future__ import annotations

import datetime

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "v"]
VALUES: list[object] = [datetime.datetime(2000, 1, 1), datetime.date(2000, 1, 1)]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("timesince", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|timesince:1:2 }}",
        "{{ v|timesince: }}",
        "{{ v|timesince:missing }}",
        "{{ v |timesince }}{{ missing|timesince }}",
        "{{ v|timesince|timesince }}",
        "{% filter timesince %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|timesince:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
