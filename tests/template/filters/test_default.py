"""The filter `default`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["'<x>'", "1", "missing", "''"]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("default", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|default:1:2 }}",
        "{{ v|default: }}",
        "{{ v|default:missing }}",
        "{{ v |default }}{{ missing|default }}",
        "{{ v|default|default }}",
        "{% filter default %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
