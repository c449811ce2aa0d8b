"""Loops and conditions."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.engine.scenario import Scenario, fragment
from tests.benchmarks.engine.shop import sample

PLAIN = "<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>\n"

UNPACK = """<dl>{% for key, value in pairs.items %}<dt>{{ key }}</dt><dd>{{ value }}</dd>
{% endfor %}{% for a, b, c in triples %}<dd>{{ a }}{{ b }}{{ c }}</dd>{% endfor %}</dl>
"""

COUNTERS = """{% for item in items %}<tr id="{{ forloop.counter0 }}">
<td>{{ forloop.counter }}/{{ forloop.revcounter }}</td><td>{{ item.title }}</td>
{% if forloop.first %}<td>first</td>{% endif %}{% if not forloop.last %}<td>,</td>{% endif %}</tr>
{% endfor %}"""

CYCLE = """{% for item in items %}<tr class="{% cycle 'odd' 'even' %}">
{% cycle 'r' 'g' 'b' as colour silent %}<td style="{{ colour }}">{{ item.title }}</td></tr>
{% endfor %}{% resetcycle %}
"""

CHANGED = """{% for item in items %}{% ifchanged item.group %}<h2>{{ item.group }}</h2>
{% else %}<hr>{% endifchanged %}<p>{{ item.title }}</p>{% ifchanged %}{{ item.active }}
{% endifchanged %}{% endfor %}"""

EMPTY = """<ul>{% for item in nothing %}<li>{{ item }}</li>{% empty %}<li>No {{ what }}</li>
{% endfor %}</ul>{% for item in missing %}{{ item }}{% empty %}–{% endfor %}
"""

NESTED = """{% for group in groups %}<section><h2>{{ group.name }}</h2>
{% for item in group.items %}<p>{{ forloop.parentloop.counter }}.{{ forloop.counter }}
{{ item.title }}{% for word in item.words reversed %} {{ word }}{% endfor %}</p>
{% endfor %}</section>{% endfor %}
"""

REGROUP = """{% regroup items by group as groups %}{% for group in groups %}
<h2>{{ group.grouper }} ({{ group.list|length }})</h2>
{% for item in group.list %}<p>{{ item.title }}</p>{% endfor %}{% endfor %}
"""

CONDITIONS = """{% for person in people %}
<p class="{% if person.admin %}admin{% else %}user{% endif %}">
{% if person.age < 18 %}minor{% elif person.age >= 65 %}senior{% else %}adult{% endif %}
{% if person.admin and person.age > 30 or person.city == "Bonn" %}chief{% endif %}
{% if not person.admin and person.city in cities %}near{% endif %}
{% if person.email is None %}no mail{% elif person.tags|length > 2 %}many{% endif %}</p>
{% endfor %}"""

TABLE = """<table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>
"""


def groups(variant: str) -> dict[str, Any]:
    """Groups of items of words."""
    source = sample.chance(variant, "groups")
    return {
        "groups": [
            {
                "name": f"Group {variant}{number}",
                "items": [
                    {
                        "title": sample.sentence(source, 3),
                        "words": source.sample(sample.NOUNS, 4),
                    }
                    for _ in range(8)
                ],
            }
            for number in range(6)
        ]
    }


def pairs(variant: str) -> dict[str, Any]:
    """A dictionary, and tuples of three."""
    items = sample.records(variant, 30)
    return {
        "pairs": {item["title"]: item["price"] for item in items},
        "triples": [(item["id"], item["group"], item["active"]) for item in items],
    }


def table(variant: str) -> dict[str, Any]:
    """A thousand rows of ten cells, as the classic benchmark has it."""
    return {"rows": [[f"{variant}{row * column}" for column in range(10)] for row in range(1000)]}


def number_table(variant: str) -> dict[str, Any]:
    """A thousand rows of ten whole numbers."""
    start = 1 if variant == "A" else 7
    return {"rows": [[start + row * column for column in range(10)] for row in range(1000)]}


def some_records(variant: str) -> dict[str, Any]:
    """Forty dictionaries."""
    return {"items": sample.records(variant, 40)}


def titles(variant: str) -> dict[str, Any]:
    """A hundred strings."""
    return {"items": [record["title"] for record in sample.records(variant, 100)]}


SCENARIOS: list[Scenario] = [
    fragment("loops/plain", PLAIN, titles),
    fragment("loops/unpacking", UNPACK, pairs),
    fragment("loops/counters", COUNTERS, some_records),
    fragment("loops/cycle", CYCLE, some_records),
    fragment("loops/ifchanged", CHANGED, some_records),
    fragment("loops/empty", EMPTY, lambda variant: {"nothing": [], "what": f"<{variant}>"}),
    fragment("loops/nested", NESTED, groups),
    fragment("loops/regroup", REGROUP, some_records),
    fragment(
        "loops/conditions",
        CONDITIONS,
        lambda variant: {"people": sample.people(variant, 30), "cities": ["Bonn", "Ulm"]},
    ),
    fragment("loops/table_1000x10", TABLE, table, jinja2=TABLE),
    fragment("loops/number_table_1000x10", TABLE, number_table),
]
