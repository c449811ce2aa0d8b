"""The filter `naturalday`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "'Y'"]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("naturalday", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|naturalday:1:2 }}",
        "{{ v|naturalday: }}",
        "{{ v|naturalday:missing }}",
        "{{ v |naturalday }}{{ missing|naturalday }}",
        "{{ v|naturalday|naturalday }}",
        "{% filter naturalday %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|naturalday:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
