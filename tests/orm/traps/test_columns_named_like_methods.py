"""Columns named `items`, `count` or `0`: a row is no tuple and no dictionary to a template."""

from __future__ import annotations

from django.db.models import Count, F, Value
from traps.compared import FAILS, loop
from zoo.models import Author, Book, Country
from zoo.odd import Clash

CASES = {
    "columns": (
        Clash.objects.all,
        loop(
            "{{ b.items }}{{ b.keys }}{{ b.values }}{{ b.count }}{{ b.index }}{{ b.all }}{{ b.first }}{{ b.forloop }}"
        ),
    ),
    "steps": (Clash.objects.all, loop("{{ b.items.0 }}{{ b.items.upper }}{{ b.get }}{{ b.pop }}")),
    "loops": (Clash.objects.all, loop("{% for x in b.items %}{{ x }}{% endfor %}")),
    "pairs": (Clash.objects.all, "{% for a, b in rows.items %}{{ a }}{% endfor %}{{ rows.keys }}"),
    "as a tuple": (Clash.objects.all, "{% for a, b in rows %}{{ a }}{% endfor %}", FAILS),
    "as nine": (
        Clash.objects.all,
        "{% for a, b, c, d, e, f, g, h, i, j in rows %}{{ a }}{% endfor %}",
        FAILS,
    ),
    "by places": (Clash.objects.all, loop("{{ b.0 }}{{ b.1 }}{{ b.items }}")),
    "by dashes": (Clash.objects.all, loop("{{ b|first }}{{ b.items }}"), FAILS),
    "truth": (Clash.objects.all, loop("{% if b %}{{ b.items }}{% endif %}{{ b|yesno }}")),
    "length": (Clash.objects.all, loop("{{ b|length }}{{ b.items }}")),
    "joined": (Clash.objects.all, loop("{{ b|join:',' }}{{ b.items }}")),
    "named forloop": (Clash.objects.all, loop("{{ b.forloop }}{{ forloop.counter }}")),
    "of a parent": (
        Author.objects.all,
        loop(
            "{% for c in b.clashes.all %}{{ c.items }}{{ c.count }}{{ c.owner.name }}{% endfor %}{{ b.clashes.count }}"
        ),
    ),
    "owner": (Clash.objects.all, loop("{{ b.owner.name }}{{ b.owner_id }}{{ b.owner.country.name }}")),
    "annotated over nothing": (
        lambda: Clash.objects.annotate(total=Count("owner__book"), pop=F("count")),
        loop("{{ b.total }}{{ b.pop }}{{ b.items }}"),
    ),
    "annotated as a method": (
        lambda: Book.objects.order_by("pk").annotate(delete=Value(1), items=Value("i")),
        loop("{{ b.delete }}{{ b.items }}{{ b.title }}"),
    ),
    "annotated as a property": (
        lambda: Author.objects.extra(select={"country_name": "1", "label_": "2"}),
        loop("{{ b.country_name }}{{ b.label_ }}{{ b.label }}{{ b.name }}"),
    ),
    "same names at all levels": (
        lambda: Book.objects.order_by("pk"),
        loop("{{ b.author.name }}{{ b.author.country.name }}{{ b.language.country.name }}{{ b.name }}"),
    ),
    "name of the loop": (
        Country.objects.all,
        "{% for name in rows %}{{ name.name }}{{ name }}{% endfor %}{{ name }}",
    ),
}  # fmt: skip


def test_names_that_mean_something_elsewhere(zoo_rows, same_each):
    same_each(CASES)
