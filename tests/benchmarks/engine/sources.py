"""Template sources of a wanted size, made of what real templates are made of."""

from __future__ import annotations

from typing import Any

# About 0.5 KB each: a header, a list, a form, an aside; `N` becomes a number, so no two are equal.
BLOCKS = [
    """<header id="h-N"><h1>{{ page.title|default:"Shop" }}</h1>
{% if user.name %}<p>Hello, {{ user.name|capfirst }}: {{ user.visits }}
visit{{ user.visits|pluralize }}</p>
{% else %}<a href="{% url "login" %}?next={{ page.path|urlencode }}">Log in</a>{% endif %}
<nav class="main">{% for entry in menu %}<a href="{{ entry.link }}" title="{{ entry.title }}"
{% if entry.link == page.path %}class="here"{% endif %}>{{ entry.title }}</a>{% empty %}
<i>No menu here</i>{% endfor %}</nav><hr class="wide"></header>
""",
    """<section class="list" id="s-N"><h2>{{ heading_N|default:page.title|truncatechars:40 }}</h2>
<table>{% for item in items %}<tr class="{% cycle "odd" "even" %}"><td>{{ forloop.counter }}</td>
<td>{{ item.title|lower }}</td><td>{{ item.price|floatformat:2 }}</td>
<td>{% if item.active and item.stock > 3 %}{{ item.stock }}{% elif item.stock %}few{% else %}none
{% endif %}</td></tr>{% endfor %}</table><p>{{ items|length }} entries in all.</p></section>
""",
    """{# the form N #}<form method="get" action="{% url "products" %}" id="f-N" class="search">
<label for="q-N">Search the shop</label><input id="q-N" name="q"
value="{{ page.query|default:"" }}">
{% with total=items|length first=items.0 %}<p>{{ total }} found, the first is {{ first.title }}, for
{{ first.price }} – {% firstof page.note user.note "no note" %}</p>{% endwith %}
{% comment %}Not shown to anyone{% endcomment %}<button type="submit">Go</button></form>
""",
    """{% load static %}<aside id="a-N"><img src="{% static "img/N.png" %}" alt="Picture number N">
<p>A longer text without anything in it, as there is in every template: lamps, tables, paper and
ladders are sold here, at the market and at the harbour, on every day but Sunday.</p>
{% if not user.name %}<p>{{ page.title|upper }}</p>{% endif %}{% spaceless %} <b> {{ page.path }}
</b> <i>N</i> {% endspaceless %}{% widthratio user.visits 10 100 %}%</aside>
""",
]
SIZES = {"0.5kb": 512, "5kb": 5 * 1024, "50kb": 50 * 1024}


def make(size: int, serial: int) -> str:
    """A source of about that many characters, unlike that of any other serial number."""
    parts = [f"<!-- {serial} -->\n"]
    length = len(parts[0])
    while length < size - 256:
        number = len(parts)
        block = BLOCKS[(number - 1) % len(BLOCKS)].replace("N", str(number + serial % 7))
        parts.append(block)
        length += len(block)
    return "".join(parts)


def context(variant: str) -> dict[str, Any]:
    """Data for every source."""
    items = [
        {"title": f"Thing {n} <{variant}>", "price": n * 1.5, "active": n % 2, "stock": n}
        for n in range(6)
    ]
    return {
        "page": {"title": f"Page & {variant}", "path": "/a b/", "note": ""},
        "user": {"name": "ada" if variant == "A" else "", "visits": 3},
        "menu": [{"link": f"/{n}/", "title": f"Entry {n}"} for n in range(4)],
        "items": items,
    }
