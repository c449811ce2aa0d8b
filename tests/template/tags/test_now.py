"""The tag `{% now %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% now "Y" %}
{% now 'D' as x %}[{{ x }}]
{% now "SHORT_DATE_FORMAT" as x %}{% now "\\Y\\<" %}{% autoescape off %}{% now '<' %}{% endautoescape %}
{% now Y %}
{% now %}
{% now "Y" as %}
{% now "Y" "m" %}
{% now "Y" as x y %}
{% now "" %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
