"""The filter `language_bidi`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["ar", "xx"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("language_bidi", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|language_bidi:1:2 }}",
        "{{ v|language_bidi: }}",
        "{{ v|language_bidi:missing }}",
        "{{ v |language_bidi }}{{ missing|language_bidi }}",
        "{{ v|language_bidi|language_bidi }}",
        "{% filter language_bidi %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|language_bidi:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
