"""The tag `{% load %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% load i18n %}{% translate "x" %}{% load static from static %}{% static v.nope %}
{% load naturalday intcomma from humanize %}{{ v|intcomma }}
{% load nothing %}
{% load nothing from i18n %}
{% load translate nothing from i18n %}
{% load from i18n %}
{% load translate from nothing %}
{% load %}
{% load i18n nothing %}
{% load law %}{% echo v k=v %}{{ v|shout }}
{% if 1 %}{% load law %}{% endif %}{{ v|told }}{{ v|kept:"<" }}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
