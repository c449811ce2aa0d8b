"""The filter `phone2numeric`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["0800-FLOWERS <é>"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("phone2numeric", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|phone2numeric:1:2 }}",
        "{{ v|phone2numeric: }}",
        "{{ v|phone2numeric:missing }}",
        "{{ v |phone2numeric }}{{ missing|phone2numeric }}",
        "{{ v|phone2numeric|phone2numeric }}",
        "{% filter phone2numeric %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|phone2numeric:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
