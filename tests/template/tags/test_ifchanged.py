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
{% ifchanged v|nofilter %}{% endifchanged %}
{% ifchanged %}
{% ifchanged %}{% else %}{% else %}{% endifchanged %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
