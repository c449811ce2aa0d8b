"""The tag `{% firstof %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% firstof v %}
{% firstof missing v 'last<' %}
{% firstof v.a v.b.c v as x %}{{ x }}
{% firstof missing 0 '' as x %}[{{ x }}]
{% autoescape off %}{% firstof v '<' %}{% endautoescape %}
{% firstof v|lower v|safe %}
{% firstof v.raises 'x' %}
{% firstof _("Yes") %}
{% firstof %}
{% firstof as x %}
{% firstof v as %}
{% firstof v|nofilter %}
{% firstof a.b-c %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
