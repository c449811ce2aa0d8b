"""The filter `floatformat`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [
    None,
    "2",
    "-2",
    "'2g'",
    "'-3u'",
    "'2gu'",
    "0",
    "'x'",
    "'g'",
    "''",
    "'300'",
    "v",
]
VALUES: list[object] = ["1e5", 0.5, 1.5, 2.5, "0.0000001", 1e16, "  7 ", "1_000"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("floatformat", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|floatformat:1:2 }}",
        "{{ v|floatformat: }}",
        "{{ v|floatformat:missing }}",
        "{{ v |floatformat }}{{ missing|floatformat }}",
        "{{ v|floatformat|floatformat }}",
        "{% filter floatformat %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|floatformat:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
