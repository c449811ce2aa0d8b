"""The filter `language_name_translated`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["de", "xx"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("language_name_translated", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|language_name_translated:1:2 }}",
        "{{ v|language_name_translated: }}",
        "{{ v|language_name_translated:missing }}",
        "{{ v |language_name_translated }}{{ missing|language_name_translated }}",
        "{{ v|language_name_translated|language_name_translated }}",
        "{% filter language_name_translated %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|language_name_translated:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
