"""The filter `length`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["é", "👩‍👧", [1, 2]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("length", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|length:1:2 }}",
        "{{ v|length: }}",
        "{{ v|length:missing }}",
        "{{ v |length }}{{ missing|length }}",
        "{{ v|length|length }}",
        "{% filter length %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|length:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
