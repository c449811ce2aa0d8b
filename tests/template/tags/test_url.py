"""The tag `{% url %}`."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.template.tables import Table, check

TABLE = Table(
    options={"context_processors": ["django.template.context_processors.request"]},
    request=lambda: RequestFactory().get("/?a=1&b=<2>"),
)

SOURCES = r"""
{% url 'home' %}{% url "home" as u %}{{ u }}
{% url 'item' v %}
{% url 'item' number=v %}
{% url 'item' number=v as u %}[{{ u }}]
{% url 'part' 5 v %}
{% url 'part' number=1 part=v|default:'x' as u %}{{ u }}{% autoescape off %}{{ u }}{% endautoescape %}
{% autoescape off %}{% url 'part' 5 'a<&b' %}{% endautoescape %}{% url 'part' 5 'a<&b' %}
{% url v %}
{% url v as u %}{{ u }}
{% url missing %}
{% url 'shelf:all' %}{% url 'shelf:one' name='x' %}{% url 'shelf:one' v %}
{% url 'nope' %}
{% url 'nope' as u %}[{{ u }}]
{% url 'item' number=1 2 %}
{% url 'item' 1 number=2 %}
{% url 'item' 1, 2 %}
{% url %}
{% url 'home' as %}
{% url 'home' v=|x %}
{% url home %}
{% url 'item' number=v|nofilter %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
