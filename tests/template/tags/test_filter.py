"""The tag `{% filter %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% filter upper %}<b>{{ v.a }}{% endfilter %}
{% filter force_escape|lower %}<B>{{ v }}{% endfilter %}
{% filter cut:v %}abc{{ v }}{% endfilter %}
{% filter default:v %}{% endfilter %}
{% filter length %}{{ v.b }}{% endfilter %}
{% filter slice:":3" %}{% for x in v %}{{ x }}{% endfor %}{% endfilter %}
{% filter upper %}{{ var }}{% endfilter %}{{ var }}
{% autoescape off %}{% filter urlize %}<{{ v }} www.x.com{% endfilter %}{% endautoescape %}
{% filter add:missing %}a{% endfilter %}
{% filter %}{% endfilter %}
{% filter escape %}{% endfilter %}
{% filter safe|upper %}{% endfilter %}
{% filter upper|safe %}{% endfilter %}
{% filter nofilter %}{% endfilter %}
{% filter upper: %}{% endfilter %}
{% filter upper %}
{% filter make_list %}ab{% endfilter %}
{% filter first|upper %}ab{% endfilter %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
