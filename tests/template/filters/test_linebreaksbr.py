"""The filter `linebreaksbr`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["a\nb\r\nc\rd\x0be"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("linebreaksbr", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|linebreaksbr:1:2 }}",
        "{{ v|linebreaksbr: }}",
        "{{ v|linebreaksbr:missing }}",
        "{{ v |linebreaksbr }}{{ missing|linebreaksbr }}",
        "{{ v|linebreaksbr|linebreaksbr }}",
        "{% filter linebreaksbr %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|linebreaksbr:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
