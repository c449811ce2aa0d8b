"""The filter `upper`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["straße ŉ ﬁ ı"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("upper", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|upper:1:2 }}",
        "{{ v|upper: }}",
        "{{ v|upper:missing }}",
        "{{ v |upper }}{{ missing|upper }}",
        "{{ v|upper|upper }}",
        "{% filter upper %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|upper:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
