"""The filter `time`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "'H:i:s.u'", "'P'", "'TIME_FORMAT'", "'Y'", "''", "'e T'"]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("time", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|time:1:2 }}",
        "{{ v|time: }}",
        "{{ v|time:missing }}",
        "{{ v |time }}{{ missing|time }}",
        "{{ v|time|time }}",
        "{% filter time %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|time:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
