"""The tag `{% csrf_token %}`."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.template.tables import Table, check

TABLE = Table(
    options={"context_processors": ["django.template.context_processors.request"]},
    request=lambda: RequestFactory().get("/?a=1&b=<2>"),
)

SOURCES = r"""
<form>{% csrf_token %}</form>
{% with csrf_token=v %}{% csrf_token %}{% endwith %}
{% autoescape off %}{% csrf_token %}{% with csrf_token=v %}{% csrf_token %}{% endwith %}{% endautoescape %}
{% csrf_token x %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
