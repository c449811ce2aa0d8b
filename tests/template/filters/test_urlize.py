"""The filter `urlize`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [
    "http://a.b/c?d=1&e=<x> www.example.com, (x@y.com) example.org. ftp://n.o",
    'https://ü.de/ä "http://q.de"',
]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("urlize", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|urlize:1:2 }}",
        "{{ v|urlize: }}",
        "{{ v|urlize:missing }}",
        "{{ v |urlize }}{{ missing|urlize }}",
        "{{ v|urlize|urlize }}",
        "{% filter urlize %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|urlize:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
