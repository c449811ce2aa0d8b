"""The tag `{% extends %}` and `{% block %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import Table, check

TEMPLATES = {
    "a.html": "[{{ v }}{{ w }}]",
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
{% extends 'base.html' %}
{% extends 'base.html' %}{% block one %}<{{ v }}>{% endblock %}ignored{{ v }}
{% extends 'middle.html' %}{% block one %}{{ block.super }}{{ block.super }}{% endblock %}
{% extends 'middle.html' %}{% block three %}{% if v %}{{ block.super|upper }}{% endif %}{% endblock %}
{% extends 'middle.html' %}{% block two %}{{ block.super }}{% block three %}new{{ block.super }}{% endblock %}{% endblock %}
{% extends 'looped.html' %}{% block three %}{{ x }}{{ forloop.counter }}{% endblock %}
{% extends 'base.html' %}{% block one %}{% for x in v %}{% with block.super as s %}{{ s }}{% endwith %}{% endfor %}{% endblock %}
{% extends 'base.html' %}{% block one %}{{ block }}{{ block.name }}{{ block.nodelist|length }}{{ block.missing }}{% endblock %}
{% extends 'base.html' %}{% block one %}{% with b=block %}{{ b.super }}{% endwith %}{% endblock %}
{% extends 'base.html' %}{% block one %}{% include 'a.html' with w=block.super %}{% endblock %}
{% extends 'base.html' %}{% block one %}{% include 'middle.html' %}{% endblock %}
{% extends 'base.html' %}{% block one %}{% filter upper %}{{ block.super }}{% endfilter %}{% cycle block.super 'x' %}{% endblock %}
{% extends 'base.html' %}{% block one %}{% firstof block.super %}{% if block.super == '1' %}yes{% endif %}{% blocktranslate with s=block.super %}{{ s }}{% endblocktranslate %}{% endblock %}
{% extends 'base.html' %}{% if v %}{% block one %}in if{% endblock %}{% endif %}
{% extends 'base.html' %}{% block one %}{% autoescape off %}{{ block.super }}{{ v }}{% endautoescape %}{% endblock %}
{% extends 'base.html' %}{% block one %}{{ v.a.b }}{{ 'x'|add:missing }}{% endblock %}
{% extends 'raises.html' %}
{% extends v %}
{% extends missing %}
{% extends '' %}
{% extends 'none.html' %}
{% extends './base.html' %}
{% extends 'broken.html' %}
{% extends 'extends self.html' %}
text {% extends 'base.html' %}
{{ v }}{% extends 'base.html' %}
{% block one %}{% endblock %}{% extends 'base.html' %}
{# c #}{% extends 'base.html' %}
{% load law %}{% extends 'base.html' %}
{% extends 'base.html' %}{% extends 'middle.html' %}
{% extends %}
{% extends 'a' 'b' %}
{% extends 'base.html'|nofilter %}
{% block one %}{{ v }}{{ block.super }}{% endblock %}{{ block }}
{% block one %}{% block two %}{{ v }}{% endblock two %}{% endblock one %}
{% block one %}{% endblock two %}
{% block one %}{% endblock %}{% block one %}{% endblock %}
{% block %}{% endblock %}
{% block a b %}{% endblock %}
{% block one %}
{% endblock %}
{% for x in 'ab' %}{% block one %}{{ x }}{% block two %}{{ forloop.counter }}{% endblock %}{% endblock %}{% endfor %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
