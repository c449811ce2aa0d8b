"""The filter `escape`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["<a>&amp;"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("escape", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|escape:1:2 }}",
        "{{ v|escape: }}",
        "{{ v|escape:missing }}",
        "{{ v |escape }}{{ missing|escape }}",
        "{{ v|escape|escape }}",
        "{% filter escape %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|escape:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
