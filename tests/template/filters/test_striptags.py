"""The filter `striptags`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["<b>a</b><<c>d>&amp;<!-- x -->", "a < b", "<" * 60]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("striptags", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|striptags:1:2 }}",
        "{{ v|striptags: }}",
        "{{ v|striptags:missing }}",
        "{{ v |striptags }}{{ missing|striptags }}",
        "{{ v|striptags|striptags }}",
        "{% filter striptags %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|striptags:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
