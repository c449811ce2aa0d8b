"""The tag of `{% load cache %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% cache 0 a %}{{ v }}{% endcache %}
{% cache -1 a v %}{{ v }}{% endcache %}
{% cache v a %}x{% endcache %}
{% cache missing a %}x{% endcache %}
{% cache None a v %}x{% endcache %}
{% cache '0' a v.a v|default:1 using='default' %}{{ v }}{% endcache %}
{% cache 0 a using=v %}x{% endcache %}
{% cache 0 a using='nope' %}x{% endcache %}
{% cache %}{% endcache %}
{% cache 0 %}{% endcache %}
{% cache 0 a %}
{% cache 'x' a %}{% endcache %}
{% cache 0 a|nofilter %}{% endcache %}
{% cache 0|nofilter a %}{% endcache %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
