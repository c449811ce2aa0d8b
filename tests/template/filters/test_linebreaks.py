"""The filter `linebreaks`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["a\n\nb\r\nc\rd", "\n\n<p>\n"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("linebreaks", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|linebreaks:1:2 }}",
        "{{ v|linebreaks: }}",
        "{{ v|linebreaks:missing }}",
        "{{ v |linebreaks }}{{ missing|linebreaks }}",
        "{{ v|linebreaks|linebreaks }}",
        "{% filter linebreaks %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|linebreaks:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
