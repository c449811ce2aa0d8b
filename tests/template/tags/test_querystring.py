"""The tag `{% querystring %}`."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.template.tables import Table, check

TABLE = Table(
    options={"context_processors": ["django.template.context_processors.request"]},
    request=lambda: RequestFactory().get("/?a=1&b=<2>"),
)

SOURCES = r"""
{% querystring %}
{% querystring a=v %}
{% querystring a=None b=1 c='<&' %}
{% querystring v %}
{% querystring v a=1 %}
{% querystring a=v as q %}[{{ q }}]
{% querystring 1 2 3 %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
