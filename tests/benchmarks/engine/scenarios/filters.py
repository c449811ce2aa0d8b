"""The built-in filters, in groups as pages use them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.benchmarks.engine.scenario import Scenario, fragment
from tests.benchmarks.engine.shop import sample

CASE = """{% for text in lines %}<p>{{ text|lower }} {{ text|upper }} {{ text|title }}
{{ text|capfirst }} {{ text|slugify }} {{ text|cut:" " }}</p>
{% endfor %}"""

CUTTING = """{% for text in lines %}<p title="{{ text|truncatechars:30 }}">
{{ text|truncatewords:5 }} {{ text|wordcount }} {{ text|slice:":20" }} {{ text|first }}
{{ text|last }} {{ text|wordwrap:30 }} {{ text|ljust:"20" }} {{ text|center:"20" }}</p>
{% endfor %}"""

MARKUP = """{% for text in bodies %}<div>{{ text|linebreaks }}{{ text|linebreaksbr }}
{{ text|striptags }} {{ text|urlize }} {{ text|force_escape }}</div>
{% endfor %}"""

SCRIPT = """<script>{% for text in lines %}
var name = "{{ text|escapejs }}"; var quoted = '{{ text|addslashes }}';
var link = "?q={{ text|urlencode }}";{% endfor %}
</script>{{ data|json_script:"shop-data" }}
"""

URLIZE = "{% for text in bodies %}<p>{{ text|urlize }}</p>{% endfor %}\n"

LINEBREAKS = "{% for text in bodies %}<div>{{ text|linebreaks }}</div>{% endfor %}\n"

SLUGS = """{% for text in lines %}<a href="#{{ text|slugify }}">{{ forloop.counter }}</a>
{% endfor %}"""

ESCAPED = """<script>{% for text in lines %}add("{{ text|escapejs }}");{% endfor %}</script>
"""

JSON = """{{ data|json_script:"shop-data" }}{{ items|json_script }}
"""

SIZES = """{% for number in numbers %}<td>{{ number|filesizeformat }}</td>
{% endfor %}"""

COMMAS = """{% load humanize %}{% for number in numbers %}<td>{{ number|intcomma }}</td>
{% endfor %}"""

CHOOSING = """{% for item in items %}<p>{{ item.title|default:"untitled" }}
{{ item.missing|default:"–" }} {{ item.none|default_if_none:"nothing" }}
{{ item.active|yesno:"on,off" }} {{ item.active|yesno }}
{{ item.stock }} piece{{ item.stock|pluralize }} {{ item.stock|pluralize:"y,ies" }}
{{ item.stock|add:5 }} {{ item.stock|divisibleby:3 }}</p>
{% endfor %}"""

LISTS = """<p>{{ words|join:", " }} {{ words|length }} {{ words|first }} {{ words|last }}
{{ words|slice:"1:3"|join:"/" }}</p>
{% for item in items|dictsort:"price" %}{{ item.id }},{% endfor %}
{% for item in items|dictsortreversed:"title" %}{{ item.id }},{% endfor %}
{{ tree|unordered_list }}
"""

NUMBERS = """{% load humanize %}{% for number in numbers %}<tr><td>{{ number|floatformat }}</td>
<td>{{ number|floatformat:2 }}</td><td>{{ number|floatformat:"-3" }}</td>
<td>{{ number|filesizeformat }}</td><td>{{ number|intcomma }}</td>
<td>{{ number|stringformat:".1f" }}</td></tr>
{% endfor %}"""

CHAINS = """{% for item in items %}<a title="{{ item.title|striptags|truncatewords:2|upper }}"
href="#{{ item.title|lower|slugify }}">{{ item.title|default:"?"|capfirst|escape }}
({{ item.price|floatformat:1|default:"0" }})</a>
{% endfor %}"""


def lines(variant: str) -> dict[str, Any]:
    """Twenty lines of text, and a small structure for a script."""
    source = sample.chance(variant, "lines")
    texts = [sample.sentence(source) for _ in range(20)]
    return {"lines": texts, "data": {"names": texts[:5], "total": 3, "open": True, "rate": 0.5}}


def bodies(variant: str) -> dict[str, Any]:
    """Five longer texts with addresses in them."""
    source = sample.chance(variant, "bodies")
    link = "See www.example.org/a?b=1&c=2 or write to shop@example.org, https://example.com."
    return {"bodies": [sample.paragraph(source) + link for _ in range(5)]}


def records(variant: str) -> dict[str, Any]:
    """Forty dictionaries, some words, a tree."""
    items = [{**record, "none": None} for record in sample.records(variant, 40)]
    words = [record["title"] for record in items[:8]]
    return {"items": items, "words": words, "tree": [words[0], [words[1], [words[2]]], words[3]]}


def numbers(variant: str) -> dict[str, Any]:
    """Numbers of three types."""
    source = sample.chance(variant, "numbers")
    whole = [source.randrange(10**8) for _ in range(10)]
    real = [source.random() * 10**5 for _ in range(10)]
    exact = [Decimal(source.randrange(10**7)) / 100 for _ in range(10)]
    return {"numbers": [*whole, *real, *exact]}


SCENARIOS: list[Scenario] = [
    fragment("filters/case", CASE, lines),
    fragment("filters/cutting", CUTTING, lines),
    fragment("filters/markup", MARKUP, bodies),
    fragment("filters/script", SCRIPT, lines),
    fragment("filters/choosing", CHOOSING, records),
    fragment("filters/lists", LISTS, records),
    fragment("filters/numbers", NUMBERS, numbers),
    fragment("filters/chains", CHAINS, records),
    fragment("filters/urlize", URLIZE, bodies),
    fragment("filters/linebreaks", LINEBREAKS, bodies),
    fragment("filters/slugify", SLUGS, lines),
    fragment("filters/escapejs", ESCAPED, lines),
    fragment("filters/json_script", JSON, lambda variant: {**lines(variant), **records(variant)}),
    fragment("filters/filesizeformat", SIZES, numbers),
    fragment("filters/intcomma", COMMAS, numbers),
]
