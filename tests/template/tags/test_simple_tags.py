"""Tags made by `simple_tag`, `inclusion_tag` and the like."""

from __future__ import annotations

import pytest

from tests.template.tables import Table, check

TABLE = Table({"included.html": "[{{ v }}{{ more }}{{ shown }}]"})

SOURCES = r"""
{% load law %}{% echo %}{% echo v 1 'x' a=v b=v.a|default:2 %}
{% load law %}{% echo v as x %}[{{ x }}]{% no_string v %}
{% load law %}{% no_string v as x %}{{ x }}{% autoescape off %}{% echo v %}{% no_string v %}{% endautoescape %}
{% load law %}{% look 'v' %}{% look %}{% look name='True' %}{% store 'w' v %}{{ w }}
{% load law %}{% with w=1 %}{% store 'w' v %}{{ w }}{% endwith %}{{ w }}
{% load law %}{% for x in 'ab' %}{% push_and_forget x %}{{ v }}{% endfor %}{{ v }}
{% load law %}{% show v %}{% show %}{% show v 1 2 %}{% show_all v %}{{ shown }}{% show_some a=v %}
{% load law %}{% wrap new v %}{{ v }}{% endwrap %}{% wrap copy v %}{{ v }}{% endwrap %}{% wrap update 1 %}{{ v }}{% endwrap %}{{ v }}
{% load law %}{% wrap escape v %}{{ v }}{% endwrap %}{% wrap twice v %}{% cycle 'a' 'b' %}{% endwrap %}{% wrap value v %}{% endwrap %}
{% load law %}{% wrap state v %}{% wrap state v %}{{ v }}{% endwrap %}{% endwrap %}{% for x in 'ab' %}{% wrap state 1 %}{% endwrap %}{% endfor %}
{% load law %}{% wrap catch 1 %}a{% broken %}{% endwrap %}{{ v }}{% wrap catch 1 %}{{ v.raises }}{% endwrap %}{% wrap each 1 %}{{ v }}b{% endwrap %}
{% load law %}{% wrap push 1 %}{% autoescape off %}{% look 'v' %}{% endautoescape %}{% endwrap %}{{ v }}
{% load law %}{% wrap catch 1 %}{% autoescape off %}{% broken %}{% endautoescape %}{% endwrap %}{{ v }}
{% load law %}{% autoescape off %}{% wrap flags 1 %}{{ v }}{% endwrap %}{% endautoescape %}{{ v }}
{% load law %}{% swap %}{{ v }}{% with_ %}<{% endswap %}{% swap %}{% block a %}{% endblock %}{% verbatim %}{{ x }}{% endverbatim %}{% endswap %}
{% load law %}{% raw %}{{ v }}{% if %}{# c #}x{% endraw %}{% nothing %}{% bad %}{% endnothing %}{{ v }}
{% load law %}{% block b %}{% peek %}{% for x in 'ab' %}{% peek %}{% endfor %}{% endblock %}
{% load law %}{% echo v= %}
{% load law %}{% echo =v %}
{% load law %}{% echo a=1 2 %}
{% load law %}{% echo a=1 a=2 %}
{% load law %}{% look %}{% look 1 2 %}
{% load law %}{% look nope=1 %}
{% load law %}{% store %}
{% load law %}{% broken %}
{% load law %}{% broken 1 %}
{% load law %}{% show a=1 %}
{% load law %}{% wrap %}{% endwrap %}
{% load law %}{% wrap push 1 %}
{% load law %}{% wrap push v|nofilter %}{% endwrap %}
{% load law %}{% raw %}
{% load law %}{% nothing %}
{% load law %}{% swap %}{% with_ %}
{% load law %}{{ v|fails }}
{% load law %}{% if v|fails %}{% else %}no{% endif %}{{ v|local }}{{ v|told|kept }}{{ v|kept:missing }}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)
