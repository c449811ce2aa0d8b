"""The filter `force_escape`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["<a>"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("force_escape", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|force_escape:1:2 }}",
        "{{ v|force_escape: }}",
        "{{ v|force_escape:missing }}",
        "{{ v |force_escape }}{{ missing|force_escape }}",
        "{{ v|force_escape|force_escape }}",
        "{% filter force_escape %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|force_escape:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
