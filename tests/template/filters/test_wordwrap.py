"""The filter `wordwrap`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["5", "1", "0", "-1", "'x'", "'3'"]
VALUES: list[object] = ["aaa bbb ccc\n\ndddddddd e"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("wordwrap", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|wordwrap:1:2 }}",
        "{{ v|wordwrap: }}",
        "{{ v|wordwrap:missing }}",
        "{{ v |wordwrap }}{{ missing|wordwrap }}",
        "{{ v|wordwrap|wordwrap }}",
        "{% filter wordwrap %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
