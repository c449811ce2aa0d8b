"""The filter `ljust`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["5", "'7'", "0", "-1", "'x'"]
VALUES: list[object] = ["é"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("ljust", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|ljust:1:2 }}",
        "{{ v|ljust: }}",
        "{{ v|ljust:missing }}",
        "{{ v |ljust }}{{ missing|ljust }}",
        "{{ v|ljust|ljust }}",
        "{% filter ljust %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
