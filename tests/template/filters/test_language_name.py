"""The filter `language_name`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["de", "xx", "de-ch"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("language_name", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|language_name:1:2 }}",
        "{{ v|language_name: }}",
        "{{ v|language_name:missing }}",
        "{{ v |language_name }}{{ missing|language_name }}",
        "{{ v|language_name|language_name }}",
        "{% filter language_name %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|language_name:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
