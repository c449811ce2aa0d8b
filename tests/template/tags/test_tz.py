"""The tags of `{% load tz %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% localtime on %}{{ v }}{% endlocaltime %}{% localtime off %}{{ v }}{{ v|localtime }}{% endlocaltime %}{% localtime %}{{ v|date:"H e" }}{% endlocaltime %}
{% timezone 'Asia/Tokyo' %}{{ v }}{{ v|date:"c e" }}{{ v|time }}{% get_current_timezone as z %}{{ z }}{% endtimezone %}{{ v }}
{% timezone None %}{{ v }}{% endtimezone %}
{% timezone v %}{{ v }}{% endtimezone %}
{% timezone 'No/Where' %}{% endtimezone %}
{% timezone missing %}{% endtimezone %}
{% timezone 'Asia/Tokyo' %}{{ v|utc }}{{ v|timezone:'Europe/Berlin' }}{{ v|localtime }}{{ v|timezone:None }}{% endtimezone %}
{% localtime maybe %}{% endlocaltime %}
{% localtime on %}
{% timezone %}{% endtimezone %}
{% timezone 'UTC' x %}{% endtimezone %}
{% timezone 'UTC' %}
{% get_current_timezone %}
{% get_current_timezone as %}
{% get_current_timezone in x %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
