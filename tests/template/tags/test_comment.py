"""The tag `{% comment %}` and `{# #}`."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.template import TemplateSyntaxError

from tests.compare import Case, render_on_both
from tests.template.tables import check

SOURCES = r"""
a{# {{ v }} #}b{{ v }}
a{# x\ny #}b
{% comment %}{{ v|nofilter }}{% bad %}{% endif %}{% endcomment %}c
{% comment "note" %}{% comment %}{% endcomment %}
{% comment %}{{ v }
{% comment %}
{% endcomment %}
{##}{# #}{#
{# note #}text
text{# note #}
{# note #}
{##}
{# one #}{# two #}text
{# {% nope %} #}\n
{% comment %}note{% endcomment %}text
text{% comment %}note{% endcomment %}{# note #}
{% load i18n %}text
{% load i18n %}{# note #}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))


@pytest.mark.parametrize("source", SOURCES)
def test_a_template_of_nothing_else(source: str) -> None:
    """Texts that no tag makes a template of more than one piece."""
    text = source.replace("\\n", "\n")
    included = {"it": text, "parent": "{% block b %}{% endblock %}"}
    child = f"{{% extends 'parent' %}}{{% block b %}}{text}{{% endblock %}}"
    for part in (text, "{% include 'it' %}", child):
        # Errors have been compared.
        with suppress(TemplateSyntaxError):
            render_on_both(Case(part, {"v": 1}, templates=included))
