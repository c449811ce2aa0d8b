"""The tag `{% ifchanged %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import Table, check

TABLE = Table({"inner": "{% for y in v %}{% ifchanged y %}{{ y }}{% endifchanged %}{% endfor %}"})

SOURCES = r"""
{% for x in v %}{% ifchanged %}{{ x }}{% else %}same{% endifchanged %}{% endfor %}
{% for x in v %}{% ifchanged x %}{{ x }}{% endifchanged %}{% endfor %}
{% for x in 'aabb' %}{% ifchanged x v %}{{ x }}{% else %}-{% endifchanged %}{% endfor %}
{% for x in v %}{% ifchanged x.a x.b %}{{ x.name }}{% else %}={% endifchanged %}{% endfor %}
{% for x in 'ab' %}{% for y in 'aab' %}{% ifchanged %}{{ y }}{% endifchanged %}{% endfor %}{% endfor %}
{% for x in 'ab' %}{% for y in 'aab' %}{% ifchanged x %}{{ x }}{% endifchanged %}{% ifchanged y %}{{ y }}{% endifchanged %}{% endfor %}{% endfor %}
{% ifchanged v %}a{% endifchanged %}{% ifchanged v %}b{% endifchanged %}
{% ifchanged %}{% endifchanged %}{% ifchanged missing %}m{% else %}n{% endifchanged %}
{% for x in 'ab' %}{% include 'inner' %}{% endfor %}
{% load law %}{% for x in 'aab' %}{% peek %}{% ifchanged x %}{% peek %}{% endifchanged %}{% peek %}{% endfor %}
{% load law %}{% for x in 'aab' %}{% ifchanged %}{% peek %}{% endifchanged %}{% ifchanged %}{{ x }}{% endifchanged %}{% peek %}{% endfor %}
{% for x in 'aab' %}{{ forloop|length }}{% ifchanged %}{{ forloop|length }}{% else %}={% endifchanged %}{{ forloop }}{% endfor %}
{% for x in 'aab' %}{% ifchanged %}{{ forloop|length }}{{ v|add:missing }}{% endifchanged %}{% endfor %}
{% with forloop=v %}{% ifchanged v %}a{% endifchanged %}{{ forloop }}{% ifchanged %}b{% endifchanged %}{{ forloop }}{% endwith %}
{% ifchanged v|nofilter %}{% endifchanged %}
{% ifchanged %}
{% ifchanged %}{% else %}{% else %}{% endifchanged %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)


def test_values_are_remembered_when_python_code_comes_to_see_the_loop() -> None:
    from django.template.backends.django import DjangoTemplates

    from djust_backend import DjustTemplates

    source = "{% for y in 'ccd' %}{% for x in forloop %}{% endfor %}{% ifchanged y %}{{ y }}{% endifchanged %}{% endfor %}"
    params = {"NAME": "loops", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    texts = [
        cls(params).from_string(source).render({}) for cls in (DjangoTemplates, DjustTemplates)
    ]
    assert texts == ["cd", "cd"]
