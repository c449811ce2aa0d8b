"""The filter `escapeseq`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [["<a>", 1]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("escapeseq", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|escapeseq:1:2 }}",
        "{{ v|escapeseq: }}",
        "{{ v|escapeseq:missing }}",
        "{{ v |escapeseq }}{{ missing|escapeseq }}",
        "{{ v|escapeseq|escapeseq }}",
        "{% filter escapeseq %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|escapeseq:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
