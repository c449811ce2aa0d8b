"""The tag `{% for %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% for x in v %}{{ x }},{% endfor %}
{% for x in v reversed %}{{ x }},{% empty %}none{% endfor %}
{% for x, y in v %}{{ x }}={{ y }};{% endfor %}
{% for x,y,z in v %}{{ x }}{{ z }}{% endfor %}
{% for k, val in v.items %}{{ k }}:{{ val }}{% endfor %}
{% for x in v %}{{ forloop.counter }}{{ forloop.counter0 }}{{ forloop.revcounter }}{{ forloop.revcounter0 }}{{ forloop.first }}{{ forloop.last }}{% endfor %}
{% for x in v %}{{ forloop }}{% endfor %}
{% for x in v %}{{ forloop.length }}{{ forloop.missing }}{{ forloop.parentloop }}{{ forloop.counter.real }}{% endfor %}
{% for x in v %}{% for y in v %}{{ forloop.parentloop.counter }}{{ forloop.parentloop.parentloop }}{% endfor %}{% endfor %}
{% for x in v %}{{ forloop.items }}{{ forloop.keys|join:"," }}{% endfor %}
{% for v in v %}{{ v }}{% endfor %}{{ v|default:"" }}
{% for x in 'abc' %}{{ x }}{% endfor %}{{ x }}{% for x in missing %}{% empty %}{{ x }}e{% endfor %}
{% for x in v|slice:":2" %}{{ x }}{% endfor %}{% for x in v|dictsort:"a" %}{{ x.name }}{% endfor %}
{% for forloop in v %}{{ forloop }}{% endfor %}
{% for x in v %}{% ifchanged %}{{ x }}{% endifchanged %}{% cycle 'a' 'b' %}{% endfor %}
{% for x in v %}{{ x.a }}{{ x.0 }}{{ x.1.a }}{% endfor %}
{% for a.b in v %}{{ a }}{% endfor %}
{% for x in 12 %}{{ x }}{% endfor %}
{% for x in v.raises %}{{ x }}{% endfor %}
{% for x in v %}{% if forloop.first %}{% else %}{{ forloop.counter|add:v }}{% endif %}{% endfor %}
{% for %}{% endfor %}
{% for x %}{% endfor %}
{% for x in %}{% endfor %}
{% for x in v w %}{% endfor %}
{% for x v %}{% endfor %}
{% for x reversed in v %}{% endfor %}
{% for x, in v %}{% endfor %}
{% for x,,y in v %}{% endfor %}
{% for x|upper in v %}{% endfor %}
{% for 'x' in v %}{% endfor %}
{% for x y in v %}{% endfor %}
{% for x in v|nofilter %}{% endfor %}
{% for x in v %}
{% for x in v %}{% empty %}{% empty %}{% endfor %}
{% empty %}
{% for x in v reversed reversed %}{% endfor %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
