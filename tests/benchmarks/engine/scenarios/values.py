"""Values on a page: variables, attributes, dictionaries, model instances, escaping, text kinds."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tests.benchmarks.engine.scenario import Scenario, fragment
from tests.benchmarks.engine.shop import sample

COLUMNS = [f"field_{number}" for number in range(40)]
MANY = "<dl>\n" + "".join(f"<dt>{name}</dt><dd>{{{{ {name} }}}}</dd>\n" for name in COLUMNS)

PERSON = """<div class="card">
<h3>{{ person.name }}</h3><a href="mailto:{{ person.email }}">{{ person.email }}</a>
<p>{{ person.age }} years, {{ person.city }}, score {{ person.score }}</p>
<p>{{ person.tags.0 }}, {{ person.tags.1 }}: {{ person.is_adult }} {{ person.admin }}</p>
</div>
"""

CUSTOMER = """<article id="customer-{{ customer.pk }}">
<h2>{{ customer }} ({{ customer.initials }})</h2>
<p>{{ customer.full_name }}, {{ customer.email }}: {{ customer.get_tier_display }}</p>
<p>{{ customer.joined }} {{ customer.balance }} {{ customer.is_active }}</p>
<a href="{{ customer.get_absolute_url }}">more</a>
</article>
"""

PRODUCT_LIST = """{% for product in products %}<li class="{{ product.category }}">
<a href="{{ product.get_absolute_url }}">{{ product.name }}</a>
<b>{{ product.price }}</b> {{ product.get_category_display }} {{ product.stock }}
{% if product.in_stock %}{{ product.weight }} kg{% else %}sold out{% endif %}
</li>
{% endfor %}"""

NESTED = """<p>{{ site.owner.address.street }} {{ site.owner.address.city.name }}</p>
<p>{{ site.owner.address.city.country.code }} / {{ site.limits.upload.max }}</p>
<p>{{ site.menu.0.items.2.title }} {{ site.menu.1.items.0.title }} {{ site.missing.thing }}</p>
<p>{{ site.limits.upload.types.0 }} {{ site.limits.upload.types.1 }} {{ site.owner.name }}</p>
"""

SAFE = """{% for block in blocks %}<div>{{ block }}{{ block }}{{ raw|safe }}{{ block }}</div>
{% endfor %}"""

OFF = """{% autoescape off %}<ul>{% for item in items %}
<li>{{ item.title }} {{ item.price }} {% autoescape on %}{{ item.title }}{% endautoescape %}</li>
{% endfor %}</ul>{% endautoescape %}
"""

TEXTS = """<h1>{{ title }}</h1>{% for line in lines %}<p lang="{{ lang }}">{{ line }}</p>
{% endfor %}<p>{{ title }} – {{ title|upper }} … ☃</p>
"""

FIRST = """{% firstof a b c "none" %}|{% firstof c d e %}|{% firstof d "fall<b>" %}
{% firstof a c as chosen %}<p>{{ chosen }}</p>
"""

WITH = """{% with name=person.name city=person.city %}<p>{{ name }} of {{ city }}</p>
{% with first=person.tags.0 total=numbers|length %}<p>{{ first }} {{ total }} {{ name }}</p>
{% endwith %}{% endwith %}{{ name }}
"""

WIDTH = """{% for item in items %}<i style="width:{% widthratio item.stock 50 200 %}px"></i>
{% widthratio item.price 1000 100 as percent %}{{ percent }}%{% endfor %}
"""


def one_person(variant: str) -> dict[str, Any]:
    """One plain object."""
    return {"person": sample.people(variant, 1)[0], "numbers": list(range(len(variant) + 4))}


def nested(variant: str) -> dict[str, Any]:
    """Dictionaries in dictionaries, as from JSON."""
    city = {"name": f"Bonn {variant}", "country": {"code": "DE"}}
    menu = [{"items": [{"title": f"{variant}<{i}{j}>"} for j in range(3)]} for i in range(2)]
    return {
        "site": {
            "owner": {"name": "O'Neil", "address": {"street": "Am Hof 1", "city": city}},
            "limits": {"upload": {"max": 5000 + len(menu), "types": ["png", "svg"]}},
            "menu": menu,
        }
    }


def texts(alphabet: str) -> Any:
    """A context factory for lines of text in some letters."""

    def context(variant: str) -> dict[str, Any]:
        source = sample.chance(variant, alphabet)
        lines = ["".join(source.choice(alphabet) for _ in range(120)) for _ in range(20)]
        return {"title": lines[0][:30], "lines": lines, "lang": variant.lower()}

    return context


def first_of(variant: str) -> dict[str, Any]:
    """Some values that are true and some that are not."""
    return {"a": "" if variant == "A" else "A&B", "b": 0, "c": "third<i>", "d": None, "e": []}


def lazy(variant: str) -> dict[str, Any]:
    """Strings that are computed when they are read."""
    word = "Yes" if variant == "A" else "No"
    return {"words": [gettext_lazy(word), gettext_lazy("Home"), lazystr(f"<{variant}>")] * 10}


SCENARIOS: list[Scenario] = [
    fragment(
        "values/single",
        "<h1>{{ title }}</h1>\n",
        lambda variant: {"title": f"News & {variant}"},
        jinja2="<h1>{{ title }}</h1>\n",
    ),
    fragment(
        "values/single_with_request",
        "<h1>{{ title }}</h1>\n",
        lambda variant: {"title": f"News & {variant}"},
        wants_request=True,
    ),
    fragment(
        "values/many",
        MANY + "</dl>\n",
        lambda variant: {name: f"{name} <{variant}>" for name in COLUMNS},
        jinja2=MANY + "</dl>\n",
    ),
    fragment("values/attributes", PERSON, one_person),
    fragment("values/nested_dicts", NESTED, nested),
    fragment(
        "values/model_instance",
        CUSTOMER,
        lambda variant: {"customer": sample.customers(variant, 3)[2]},
    ),
    fragment(
        "values/model_list",
        PRODUCT_LIST,
        lambda variant: {"products": sample.products(variant, 50)},
    ),
    fragment(
        "values/safe_strings",
        SAFE,
        lambda variant: {
            "blocks": [mark_safe(f"<p>{variant} {i} &amp; more</p>") for i in range(50)],
            "raw": "<hr>",
        },
    ),
    fragment("values/autoescape_off", OFF, lambda variant: {"items": sample.records(variant, 40)}),
    fragment("values/text_latin1", TEXTS, texts("abcdé ñüß<&'\"")),
    fragment("values/text_ucs2", TEXTS, texts("абвгд 漢字かな€<&'\"")),
    fragment("values/text_ucs4", TEXTS, texts("a😀🚲 b𝔘<&'\"")),
    fragment("values/firstof", FIRST, first_of),
    fragment("values/with", WITH, one_person),
    fragment("values/widthratio", WIDTH, lambda variant: {"items": sample.records(variant, 20)}),
    fragment(
        "values/lazy_strings", "{% for word in words %}<b>{{ word }}</b> {% endfor %}\n", lazy
    ),
]
