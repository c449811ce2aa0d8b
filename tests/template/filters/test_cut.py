"""The filter `cut`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["'<'", "';'", "''", "' '", "'e'"]
VALUES: list[object] = ["a;b", "&lt;"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("cut", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|cut:1:2 }}",
        "{{ v|cut: }}",
        "{{ v|cut:missing }}",
        "{{ v |cut }}{{ missing|cut }}",
        "{{ v|cut|cut }}",
        "{% filter cut %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
