"""The filter `safeseq`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [["<a>", 1]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("safeseq", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|safeseq:1:2 }}",
        "{{ v|safeseq: }}",
        "{{ v|safeseq:missing }}",
        "{{ v |safeseq }}{{ missing|safeseq }}",
        "{{ v|safeseq|safeseq }}",
        "{% filter safeseq %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|safeseq:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
