"""The filter `language_name_local`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["de", "xx"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("language_name_local", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|language_name_local:1:2 }}",
        "{{ v|language_name_local: }}",
        "{{ v|language_name_local:missing }}",
        "{{ v |language_name_local }}{{ missing|language_name_local }}",
        "{{ v|language_name_local|language_name_local }}",
        "{% filter language_name_local %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|language_name_local:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
