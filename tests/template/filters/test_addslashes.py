"""The filter `addslashes`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["it's", "a\\b"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("addslashes", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|addslashes:1:2 }}",
        "{{ v|addslashes: }}",
        "{{ v|addslashes:missing }}",
        "{{ v |addslashes }}{{ missing|addslashes }}",
        "{{ v|addslashes|addslashes }}",
        "{% filter addslashes %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|addslashes:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
