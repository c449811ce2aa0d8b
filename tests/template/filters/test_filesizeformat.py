"""The filter `filesizeformat`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [1023, 1024, 1024**2, -2048, 1024**6, "12", "x"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("filesizeformat", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|filesizeformat:1:2 }}",
        "{{ v|filesizeformat: }}",
        "{{ v|filesizeformat:missing }}",
        "{{ v |filesizeformat }}{{ missing|filesizeformat }}",
        "{{ v|filesizeformat|filesizeformat }}",
        "{% filter filesizeformat %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|filesizeformat:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
