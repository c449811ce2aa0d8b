"""The filter `linenumbers`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["\n".join(f"<{i}>" for i in range(12))]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("linenumbers", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|linenumbers:1:2 }}",
        "{{ v|linenumbers: }}",
        "{{ v|linenumbers:missing }}",
        "{{ v |linenumbers }}{{ missing|linenumbers }}",
        "{{ v|linenumbers|linenumbers }}",
        "{% filter linenumbers %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|linenumbers:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
