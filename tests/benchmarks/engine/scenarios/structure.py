"""How pages are put together: includes, inheritance, addresses, and what prints no value."""

from __future__ import annotations

from typing import Any

import django

from tests.benchmarks.engine.scenario import Scenario, fragment, page
from tests.benchmarks.engine.shop import sample

BASE = """<!doctype html>
<html lang="en"><head><title>{% block title %}Shop{% endblock %}</title>
{% block styles %}<link rel="stylesheet" href="/base.css">{% endblock %}</head>
<body><nav>{% block nav %}<a href="/">Home</a>{% endblock %}</nav>
<main>{% block main %}{% endblock %}</main>
<footer>{% block footer %}&copy; {{ shop }}{% endblock %}</footer></body></html>
"""

SECTION = """{% extends "structure/base.html" %}
{% block title %}{{ section }} – {{ block.super }}{% endblock %}
{% block styles %}{{ block.super }}<link rel="stylesheet" href="/section.css">{% endblock %}
{% block main %}<h1>{{ section }}</h1>{% block content %}{% endblock %}{% endblock %}
"""

LEAF = """{% extends "structure/section.html" %}
{% block title %}{{ title }} – {{ block.super }}{% endblock %}
{% block content %}<h2>{{ title }}</h2>{% for line in lines %}<p>{{ line }}</p>{% endfor %}
{% endblock %}
{% block footer %}{{ block.super }} – {{ title|upper }}{% endblock %}
"""

JINJA_BASE = """<!doctype html>
<title>{% block title %}Shop{% endblock %}</title>
<main>{% block main %}{% endblock %}</main>
<footer>{% block footer %}{{ shop }}{% endblock %}</footer>
"""

JINJA_LEAF = """{% extends "structure/small_base.html" %}
{% block title %}{{ title }}{% endblock %}
{% block main %}{% for line in lines %}<p>{{ line }}</p>
{% endfor %}{% endblock %}
"""

ROW = "<tr><td>{{ item.id }}</td><td>{{ item.title }}</td><td>{{ item.price }}</td></tr>\n"

CARD = """<div class="card {{ css|default:"plain" }}"><h3>{{ heading }}</h3>
<p>{{ text }}</p>{{ shop }}</div>
"""

CARDS = """{% include "structure/card.html" with heading=title text="one" only %}
{% include "structure/card.html" with heading=title|upper text=lines.0 css="wide" %}
{% include "structure/card.html" with heading=section text=lines.1 only %}
"""

PLAIN_INCLUDES = """{% include "structure/head.html" %}{% include "structure/menu.html" %}
{% include part %}{% include "structure/foot.html" %}
"""

ROWS = """<table>{% for item in items %}{% include "structure/row.html" %}{% endfor %}</table>
"""

LOOP_WITH = """{% for item in items %}
{% include "structure/card.html" with heading=item.title text=item.price %}{% endfor %}
"""

URLS = """<nav><a href="{% url "home" %}">Home</a><a href="{% url "about" %}">About</a>
{% for item in items %}<a href="{% url "customer" item.id %}">{{ item.title }}</a>
<a href="{% url "reviews" slug="lamp" page=item.id %}">reviews</a>
<a href="{% url "orders:archive" year=2020 month=item.id %}">month</a>{% endfor %}
{% url "product" slug="table" as link %}<a href="{{ link }}">{{ link }}</a>
{% url "nowhere" as none %}{% if none %}{{ none }}{% endif %}</nav>
"""

STATIC = """{% load static %}<link rel="stylesheet" href="{% static "css/shop.css" %}">
<script src="{% static "js/shop.js" %}"></script><img src="{% static image %}" alt="{{ image }}">
{% static "img/logo.svg" as logo %}<img src="{{ logo }}"><a href="{% get_static_prefix %}">all</a>
"""

TOKEN = """<form method="post" action="{% url "login" %}">{% csrf_token %}
<input name="user" value="{{ user_name }}"><button>Log in</button></form>
"""

QUERY = """<nav>{% for number in numbers %}<a href="{% querystring page=number %}">{{ number }}</a>
{% endfor %}<a href="{% querystring sort=None %}">unsorted</a><a href="{% querystring %}">same</a>
</nav>
"""

CACHED = """{% load cache %}{% cache 500 sidebar section %}<ul>{% for line in lines %}
<li>{{ line }}</li>{% endfor %}</ul>{% endcache %}<p>{{ title }}</p>
{% cache 500 "news" shop section %}<b>{{ section }}</b>{% endcache %}
"""

SPACELESS = """{% spaceless %}
<ul>
{% for line in lines %}    <li>   <b> {{ line }} </b>  </li>
{% endfor %}
</ul>
{% endspaceless %}
"""

SILENT = """{% comment "why" %}{{ not }} {% shown %} {% endcomment %}{# nor this #}
{% verbatim %}<p>{{ kept }} {% as it is %}</p>{% endverbatim %}
{% verbatim later %}{{ more }}{% endverbatim later %}{% templatetag openblock %}
{% comment %}{{ title }}{% endcomment %}<p>{{ title }}</p>{% templatetag closevariable %}
"""

FILTERED = """{% filter upper|linebreaksbr %}{{ title }}
{% for line in lines %}{{ line }}
{% endfor %}{% endfilter %}
"""

PARAGRAPH = "<p>The lamp on the table stands beside a window; the garden sleeps in winter.</p>\n"
LONG = PARAGRAPH * (100_000 // len(PARAGRAPH) + 1)


PARTIALS = """{% partialdef card %}<div class="card"><h3>{{ item.title }}</h3>
<p>{{ item.price }}</p></div>{% endpartialdef %}{% partialdef note inline %}<p>{{ shop }}</p>
{% endpartialdef %}{% for item in items %}{% partial card %}{% endfor %}{% partial note %}
"""


def content(variant: str) -> dict[str, Any]:
    """A title, a section and eight lines."""
    source = sample.chance(variant, "content")
    lines = [sample.sentence(source) for _ in range(8)]
    return {"title": lines[0], "section": f"Part {variant}", "lines": lines, "shop": "A & B"}


def plain_lines(variant: str) -> dict[str, Any]:
    """The same without quotes, which Jinja2 escapes to other entities."""
    lines = [f"line {number} of <{variant}> & more" for number in range(30)]
    return {"title": f"Title {variant}", "lines": lines, "shop": "A & B"}


def includes(variant: str) -> dict[str, Any]:
    """Content and the name of a template."""
    return {**content(variant), "part": "structure/body.html"}


def items(variant: str) -> dict[str, Any]:
    """Forty dictionaries and the shop's name."""
    return {"items": sample.records(variant, 40), "shop": f"Shop {variant}"}


def deep(levels: int) -> dict[str, str]:
    """A chain of templates, each extending the next and adding to one block."""
    names = [f"structure/deep_{level}.html" for level in range(levels)]
    parents = [*names[1:], "structure/base.html"]
    templates = {
        name: f'{{% extends "{parent}" %}}{{% block main %}}<div class="l{level}">'
        f"{{{{ block.super }}}}{{{{ title }}}}</div>{{% endblock %}}\n"
        for level, (name, parent) in enumerate(zip(names, parents, strict=True))
    }
    return {**templates, "structure/base.html": BASE}


# The tag came with this Django.
HAS_PARTIALS = django.VERSION >= (6, 0)

SCENARIOS: list[Scenario] = [
    *([fragment("structure/partials", PARTIALS, items)] if HAS_PARTIALS else []),
    fragment("structure/empty", "", lambda variant: {}, is_constant=True, jinja2=""),
    fragment(
        "structure/text_only",
        PARAGRAPH * 10,
        content,
        is_constant=True,
        jinja2=PARAGRAPH * 10,
    ),
    fragment("structure/text_100kb", LONG, content, is_constant=True, jinja2=LONG),
    page(
        "structure/includes",
        {
            "structure/whole.html": PLAIN_INCLUDES,
            "structure/head.html": "<header><h1>{{ title }}</h1></header>\n",
            "structure/menu.html": '<nav><a href="/">{{ section }}</a></nav>\n',
            "structure/body.html": "{% for line in lines %}<p>{{ line }}</p>{% endfor %}\n",
            "structure/foot.html": "<footer>{{ shop }}</footer>\n",
        },
        includes,
    ),
    page(
        "structure/include_with_only",
        {"structure/cards.html": CARDS, "structure/card.html": CARD},
        content,
    ),
    page(
        "structure/include_in_loop",
        {"structure/rows.html": ROWS, "structure/row.html": ROW},
        items,
    ),
    page(
        "structure/include_with_in_loop",
        {"structure/loop_with.html": LOOP_WITH, "structure/card.html": CARD},
        items,
    ),
    page(
        "structure/inheritance",
        {
            "structure/leaf.html": LEAF,
            "structure/section.html": SECTION,
            "structure/base.html": BASE,
        },
        content,
    ),
    page(
        "structure/small_inheritance",
        {"structure/small_leaf.html": JINJA_LEAF, "structure/small_base.html": JINJA_BASE},
        plain_lines,
        jinja2={"structure/small_leaf.html": JINJA_LEAF, "structure/small_base.html": JINJA_BASE},
    ),
    page("structure/deep_inheritance", deep(10), content),
    fragment("structure/url", URLS, lambda variant: {"items": sample.records(variant, 10)[1:]}),
    fragment("structure/static", STATIC, lambda variant: {"image": f"img/{variant} 1.png"}),
    fragment(
        "structure/csrf_token",
        TOKEN,
        lambda variant: {"user_name": f"ada {variant}"},
        wants_request=True,
    ),
    fragment(
        "structure/querystring",
        QUERY,
        lambda variant: {"numbers": list(range(1, 10 if variant == "A" else 9))},
        wants_request=True,
    ),
    fragment("structure/cache", CACHED, content),
    fragment("structure/spaceless", SPACELESS, content),
    fragment("structure/silent", SILENT, content),
    fragment("structure/filter_block", FILTERED, content),
]
