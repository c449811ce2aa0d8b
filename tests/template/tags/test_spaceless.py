"""The tag `{% spaceless %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% spaceless %} <p> <b>{{ v }}</b> \n </p> {% endspaceless %}
{% spaceless %}{{ v }}{% endspaceless %}|{% spaceless %}{% endspaceless %}
{% spaceless %}{% for x in v %} <i> {{ x }} </i> {% endfor %}{% endspaceless %}
{% spaceless %}<p>\x1c </p>{% spaceless %} a {% endspaceless %} {% endspaceless %}
{% autoescape off %}{% spaceless %} {{ v }} <a> </a> {% endspaceless %}{% endautoescape %}
{% spaceless x %}{% endspaceless %}
{% spaceless %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
