"""The tag `{% cycle %}` and `{% resetcycle %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% for x in '1234' %}{% cycle 'a' v missing '<' %}{% endfor %}
{% cycle v 'b' as c %}{{ c }}{% cycle c %}{{ c }}{% cycle c %}
{% cycle 'a' v as c silent %}[{{ c }}]{% cycle c %}[{{ c }}]
{% for x in '12345' %}{% cycle 'a' 'b' 'c' %}{% if forloop.counter == 2 %}{% resetcycle %}{% endif %}{% endfor %}
{% for x in '12' %}{% for y in '123' %}{% cycle 'a' 'b' as q %}{% cycle 1 2 as r %}{% endfor %}{% resetcycle q %}{% endfor %}
{% cycle v.a|upper v|default:'x' as c %}{% cycle c %}
{% for x in '12' %}{% cycle 'a' 'b' as c %}{% for y in '12' %}{{ c }}{% endfor %}{% endfor %}{{ c }}
{% with c=v %}{% cycle 'a' 'b' as c %}{% endwith %}{{ c }}
{% autoescape off %}{% cycle v v %}{% endautoescape %}{% cycle v v %}
{% cycle %}
{% cycle c %}
{% cycle 'a' as c %}{% cycle d %}
{% cycle 'a' 'b' as %}
{% cycle 'a' 'b' as c loud %}
{% cycle a,b,c %}
{% cycle 'a' 'b' silent %}
{% resetcycle %}
{% resetcycle nope %}
{% resetcycle a b %}
{% cycle v|nofilter 'a' %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
