"""The filter `center`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["5", "'7'", "0", "-1", "'x'", "v"]
VALUES: list[object] = ["é", "ab"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("center", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|center:1:2 }}",
        "{{ v|center: }}",
        "{{ v|center:missing }}",
        "{{ v |center }}{{ missing|center }}",
        "{{ v|center|center }}",
        "{% filter center %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
