"""The tags of `{% load static %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% static 'a b.css' %}{% static v %}
{% static v as s %}{{ s }}
{% static v|default:'x' %}{% autoescape off %}{% static "a'b" %}{% endautoescape %}{% static "a'b" %}
{% get_static_prefix %}{% get_static_prefix as p %}{{ p }}{% get_media_prefix as m %}[{{ m }}]
{% static missing %}
{% static %}
{% static 'a' as %}
{% static 'a' 'b' %}
{% get_static_prefix x %}
{% static 'a'|nofilter %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
