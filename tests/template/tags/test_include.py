"""The tag `{% include %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import Table, check

TEMPLATES = {
    "a.html": "[{{ v }}{{ w }}]",
    "peek.html": "{% load law %}{% peek %}{% for x in 'a' %}{% peek %}{% with y=x %}{% peek %}{% endwith %}{% endfor %}",
    "sets.html": "{% load law %}{% store 'w' 5 %}{% peek %}{{ w }}{% push_and_forget %}{% for x in 'a' %}{% peek %}{% endfor %}",
    "loop.html": "{% for x in v %}{{ x }}{{ forloop.parentloop.counter }}{% endfor %}",
    "broken.html": "{{ v|nofilter }}",
    "raises.html": "{{ v.a.b }}{{ 'x'|add:missing }}",
    "base.html": "<{% block one %}1{% endblock %}|{% block two %}2{{ v }}{% block three %}3{% endblock %}{% endblock %}>",
    "middle.html": "{% extends 'base.html' %}{% block one %}m{{ block.super }}{% endblock %}",
    "looped.html": "{% extends 'base.html' %}{% block two %}{% for x in v %}{{ block.super }}{% endfor %}{% endblock %}",
    "extends self.html": "{% extends 'extends self.html' %}",
}
TABLE = Table(TEMPLATES, context=lambda: {"names": ["none.html", "a.html"]})

SOURCES = r"""
{% include 'a.html' %}{{ v }}
{% include "a.html" with w=v %}{{ w }}
{% include 'a.html' with w=1 only %}{% include 'a.html' only %}
{% include 'peek.html' with v=v only %}{% include 'peek.html' only %}{% include 'peek.html' with w=v %}
{% include 'sets.html' with w=v only %}{% include 'sets.html' only %}{% with q=1 %}{% include 'sets.html' %}{% endwith %}
{% include 'a.html' with v=v.a w=v.b.a|default:"x" %}
{% for x in 'ab' %}{% include 'loop.html' %}{% include 'a.html' with w=forloop.counter %}{% endfor %}
{% include v %}
{% include missing %}
{% include 'none.html' %}
{% include v.a %}
{% include names %}{% include names.0 %}
{% include 'broken.html' %}
{% if v.nope %}{% include 'broken.html' %}{% include 'none.html' %}{% endif %}
{% include 'raises.html' %}
{% include './a.html' %}
{% include '../a.html' %}
{% include 'a' %}{% include 'a.html'|upper %}{% include 'A.HTML'|lower %}
{% include 'base.html' %}{% include 'middle.html' %}{% include 'looped.html' %}
{% block x %}{% include 'base.html' %}{% endblock %}
{% with w='outer' %}{% include 'a.html' %}{% endwith %}
{% autoescape off %}{% include 'a.html' %}{% endautoescape %}
{% localize off %}{% include 'a.html' with w=1234.5 %}{% endlocalize %}
{% include %}
{% include 'a.html' with %}
{% include 'a.html' only only %}
{% include 'a.html' with w=1 with x=2 %}
{% include 'a.html' w=1 %}
{% include 'a.html' nope %}
{% include 'a.html' with only %}
{% include 'a.html'|nofilter %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
