"""The filter `truncatechars_html`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["5", "0", "12", "'x'", "1"]
VALUES: list[object] = ["<p>a &amp; b<br><i>cd</i></p>", "<a><b>xyz"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("truncatechars_html", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|truncatechars_html:1:2 }}",
        "{{ v|truncatechars_html: }}",
        "{{ v|truncatechars_html:missing }}",
        "{{ v |truncatechars_html }}{{ missing|truncatechars_html }}",
        "{{ v|truncatechars_html|truncatechars_html }}",
        "{% filter truncatechars_html %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
