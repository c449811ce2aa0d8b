"""The filter `divisibleby`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["2", "0", "'3'", "'x'", "v"]
VALUES: list[object] = [10, "9"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("divisibleby", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|divisibleby:1:2 }}",
        "{{ v|divisibleby: }}",
        "{{ v|divisibleby:missing }}",
        "{{ v |divisibleby }}{{ missing|divisibleby }}",
        "{{ v|divisibleby|divisibleby }}",
        "{% filter divisibleby %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
