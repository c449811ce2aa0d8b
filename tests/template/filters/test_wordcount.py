"""The filter `wordcount`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["a  b\u00a0c\x1cd"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("wordcount", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|wordcount:1:2 }}",
        "{{ v|wordcount: }}",
        "{{ v|wordcount:missing }}",
        "{{ v |wordcount }}{{ missing|wordcount }}",
        "{{ v|wordcount|wordcount }}",
        "{% filter wordcount %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|wordcount:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
