"""The filter `random`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [["<a>", "b", "c"], "abc", []]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("random", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|random:1:2 }}",
        "{{ v|random: }}",
        "{{ v|random:missing }}",
        "{{ v |random }}{{ missing|random }}",
        "{{ v|random|random }}",
        "{% filter random %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|random:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
