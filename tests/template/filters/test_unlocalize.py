"""The filter `unlocalize`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("unlocalize", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|unlocalize:1:2 }}",
        "{{ v|unlocalize: }}",
        "{{ v|unlocalize:missing }}",
        "{{ v |unlocalize }}{{ missing|unlocalize }}",
        "{{ v|unlocalize|unlocalize }}",
        "{% filter unlocalize %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|unlocalize:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
