"""The filter `pprint`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [{"b": [1] * 40, "a": "<"}]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("pprint", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|pprint:1:2 }}",
        "{{ v|pprint: }}",
        "{{ v|pprint:missing }}",
        "{{ v |pprint }}{{ missing|pprint }}",
        "{{ v|pprint|pprint }}",
        "{% filter pprint %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|pprint:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
