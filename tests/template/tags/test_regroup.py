"""The tag `{% regroup %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% regroup v by a as g %}{% for k in g %}{{ k.grouper }}:{% for p in k.list %}{{ p.name }}{% endfor %};{% endfor %}
{% regroup v by a as g %}{% for k, l in g %}{{ k }}={{ l|length }},{% endfor %}{{ g|length }}{{ g.0.grouper }}{{ g.0.1 }}
{% regroup v by name|lower|first as g %}{% for k in g %}{{ k.grouper }}{% endfor %}
{% regroup v by missing.deep as g %}{% for k in g %}[{{ k.grouper }}]{% endfor %}
{% regroup v by 0 as g %}{{ g }}
{% regroup v|dictsort:"a" by a as g %}{% for k in g %}{{ k.grouper }}{% endfor %}
{% regroup missing by a as g %}[{{ g }}]{{ g|length }}
{% regroup v.a by b as v %}{{ v }}
{% regroup v by a as a.b %}{{ a.b }}
{% regroup v %}
{% regroup v by a %}
{% regroup v by a in g %}
{% regroup v with a as g %}
{% regroup v by a as g h %}
{% regroup v|nofilter by a as g %}
{% regroup v by a|nofilter as g %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
