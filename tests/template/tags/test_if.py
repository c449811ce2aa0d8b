"""The tag `{% if %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% if v %}a{% endif %}
{% if not v %}a{% else %}b{% endif %}
{% if v %}a{% elif missing %}b{% elif v.a %}c{% else %}d{% endif %}
{% if v == 1 %}=1{% endif %}{% if v != 'Hello' %}!={% endif %}{% if v == None %}n{% endif %}
{% if v < 3 %}<{% endif %}{% if v >= 'a' %}>={% endif %}{% if v > v %}>{% endif %}
{% if 'a' in v %}in{% endif %}{% if v in 'abc' %}in2{% endif %}{% if 1 not in v %}notin{% endif %}
{% if v is None %}none{% endif %}{% if v is not True %}nottrue{% endif %}{% if v is v %}self{% endif %}
{% if v and v.a or missing and not v %}x{% endif %}
{% if v or missing.deep == 2 and not 1 %}x{% endif %}
{% if not not v %}x{% endif %}
{% if v|length > 2 %}x{% endif %}{% if v|add:1 == 2 %}y{% endif %}
{% if v|default:missing %}x{% endif %}
{% if v.raises %}x{% endif %}{% if v.types %}y{% endif %}
{% if v.a.b.c.d %}x{% else %}y{% endif %}
{% if %}{% endif %}
{% if v
{% if v %}
{% if v %}{% else %}{% else %}{% endif %}
{% if v %}{% else %}{% elif v %}{% endif %}
{% if v %}{% elif %}{% endif %}
{% if v == %}{% endif %}
{% if == v %}{% endif %}
{% if v v %}{% endif %}
{% if v and %}{% endif %}
{% if not %}{% endif %}
{% if (v) %}{% endif %}
{% if v = 1 %}{% endif %}
{% if v is in w %}{% endif %}
{% if not in v %}{% endif %}
{% if v|nofilter %}{% endif %}
{% if v %}{% endfor %}{% endif %}
{% endif %}
{% else %}
{% if 1.5 < v and v < 1e3 %}x{% endif %}{% if "a b" == v %}y{% endif %}{% if _("Yes") == v %}z{% endif %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
