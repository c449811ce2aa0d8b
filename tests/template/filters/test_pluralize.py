"""The filter `pluralize`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "'es'", "'y,ies'", "'a,b,c'", "','", "1"]
VALUES: list[object] = [[1], "1", "0", 1.0, "x"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("pluralize", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|pluralize:1:2 }}",
        "{{ v|pluralize: }}",
        "{{ v|pluralize:missing }}",
        "{{ v |pluralize }}{{ missing|pluralize }}",
        "{{ v|pluralize|pluralize }}",
        "{% filter pluralize %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|pluralize:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
