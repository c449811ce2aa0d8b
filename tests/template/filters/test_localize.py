"""The filter `localize`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("localize", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|localize:1:2 }}",
        "{{ v|localize: }}",
        "{{ v|localize:missing }}",
        "{{ v |localize }}{{ missing|localize }}",
        "{{ v|localize|localize }}",
        "{% filter localize %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|localize:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
