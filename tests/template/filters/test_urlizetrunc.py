"""The filter `urlizetrunc`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["5", "0", "-1", "'10'", "'x'"]
VALUES: list[object] = [
    "see http://example.com/path/ and x@example.com",
    "https://de.example.org/wiki/Käse?ü#漢字 www.example.org/é",
]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("urlizetrunc", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|urlizetrunc:1:2 }}",
        "{{ v|urlizetrunc: }}",
        "{{ v|urlizetrunc:missing }}",
        "{{ v |urlizetrunc }}{{ missing|urlizetrunc }}",
        "{{ v|urlizetrunc|urlizetrunc }}",
        "{% filter urlizetrunc %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
