"""The filter `yesno`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "'<y>,n'", "'y,n,m'", "'y'", "'a,b,c,d'", "''", "1"]
VALUES: list[object] = []


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("yesno", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|yesno:1:2 }}",
        "{{ v|yesno: }}",
        "{{ v|yesno:missing }}",
        "{{ v |yesno }}{{ missing|yesno }}",
        "{{ v|yesno|yesno }}",
        "{% filter yesno %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|yesno:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
