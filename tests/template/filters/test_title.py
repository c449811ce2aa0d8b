"""The filter `title`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["they're 1st mc'donald ǆ ß x.y", "éCOLE"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("title", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|title:1:2 }}",
        "{{ v|title: }}",
        "{{ v|title:missing }}",
        "{{ v |title }}{{ missing|title }}",
        "{{ v|title|title }}",
        "{% filter title %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|title:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
