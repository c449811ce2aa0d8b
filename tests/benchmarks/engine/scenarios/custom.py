"""Tags and filters that a site wrote in Python."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.engine.scenario import Scenario, fragment, page
from tests.benchmarks.engine.shop import sample

LOAD = "{% load shop_tags %}"

SIMPLE = (
    LOAD
    + """{% for product in products %}<p>{{ product.name }} {% badge product.category css="ok" %}
{% discount product.price 10 %} {% discount product.price 15 digits=1 as low %}{{ low }}</p>
{% endfor %}"""
)

CONTEXT = LOAD + "{% for word in words %}<p>{% greeting word %}</p>{% endfor %}\n"

INCLUSION = (
    LOAD + "{% for item in items %}<p>{{ item.title }} {% stars item.rating %}</p>{% endfor %}"
)

STARS = """<span title="{{ count }}">{% for s in full %}★{% endfor %}
{% for s in empty %}☆{% endfor %}</span>"""

FILTER = (
    LOAD
    + """{% for product in products %}<td>{{ product.price|money }}</td>
<td>{{ product.price|money:"CHF"|lower }}</td><td>{{ product.name|initials }}</td>{% endfor %}
"""
)

NODE = (
    LOAD
    + """{% for item in items %}{% panel item.title|upper %}<p>{{ panel }}: {{ item.price }}</p>
{% if item.active %}<b>{{ forloop.counter }}</b>{% endif %}{% endpanel %}
{% endfor %}"""
)


def products(variant: str) -> dict[str, Any]:
    """Twenty products."""
    return {"products": sample.products(variant, 20)}


def rated(variant: str) -> dict[str, Any]:
    """Twenty dictionaries with a rating."""
    return {
        "items": [
            {**record, "rating": record["stock"] % 6} for record in sample.records(variant, 20)
        ]
    }


SCENARIOS: list[Scenario] = [
    fragment("custom/simple_tag", SIMPLE, products),
    fragment(
        "custom/takes_context",
        CONTEXT,
        lambda variant: {"visitor": f"Ada <{variant}>", "words": ["Hello", "Good day", "Hi"] * 7},
    ),
    page(
        "custom/inclusion_tag",
        {"custom/inclusion_tag.html": INCLUSION, "shop/stars.html": STARS},
        rated,
    ),
    fragment("custom/python_filter", FILTER, products),
    fragment("custom/node_with_body", NODE, rated),
]
