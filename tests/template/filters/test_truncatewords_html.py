"""The filter `truncatewords_html`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = ["2", "0", "'x'", "-1"]
VALUES: list[object] = ["<p>a <b>b c</b> d</p>"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("truncatewords_html", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|truncatewords_html:1:2 }}",
        "{{ v|truncatewords_html: }}",
        "{{ v|truncatewords_html:missing }}",
        "{{ v |truncatewords_html }}{{ missing|truncatewords_html }}",
        "{{ v|truncatewords_html|truncatewords_html }}",
        "{% filter truncatewords_html %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
