"""The filter `timezone`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["'Europe/Berlin'", "'Nowhere'", "''", "None", "v"]
VALUES: list[object] = ["x"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("timezone", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|timezone:1:2 }}",
        "{{ v|timezone: }}",
        "{{ v|timezone:missing }}",
        "{{ v |timezone }}{{ missing|timezone }}",
        "{{ v|timezone|timezone }}",
        "{% filter timezone %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
