"""Rows that are dictionaries, tuples or values: names in them are keys, and lead nowhere."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, F, Value
from django.db.models.functions import Upper
from traps.compared import loop
from zoo.models import Book
from zoo.odd import Sample


def books():
    return Book.objects.order_by("pk")


SOURCES = {
    "values": lambda: books().values(),
    "some": lambda: books().values("title", "author"),
    "beyond": lambda: books().values("title", "author__name", "author__country__name", "tags"),
    "named": lambda: books().values(name=F("author__name"), items=Value(3)),
    "list": lambda: books().values_list("title", "author"),
    "flat": lambda: books().values_list("author", flat=True),
    "flat names": lambda: books().values_list("author__name", flat=True),
    "named tuples": lambda: books().values_list("title", "author", "author__name", named=True),
    "grouped": lambda: books().values("author__name").annotate(n=Count("pk")).order_by("author__name"),
    "grouped list": lambda: books().values_list("author").annotate(Count("tags")).order_by("author"),
    "annotated": lambda: books().annotate(up=Upper("title")).values("up", "pk"),
    "distinct": lambda: books().order_by("title").values("title").distinct(),
    "union": lambda: Book.objects.values("title").union(Book.objects.values("title")).order_by("title"),
    "dates": lambda: Sample.objects.dates("day", "month"),
    "times": lambda: Sample.objects.datetimes("at", "day"),
    "page": lambda: Paginator(books().values("title", "author"), 4).get_page(1),
    "dictionary": lambda: {str(row["pk"]): row["title"] for row in books().values("pk", "title")},
    "sliced": lambda: books().values("title", "author__name")[1:3],
    "listed": lambda: list(books().values_list("title", "author__name")),
    "none": lambda: books().values("title").none(),
    "json": lambda: Sample.objects.values("data", "data__key", "data__items"),
}  # fmt: skip

BODIES = {
    "keys": loop("{{ b.title }}{{ b.author }}{{ b.author__name }}{{ b.n }}{{ b.name }}"),
    "chain": loop("{{ b.author.name }}{{ b.author.country.name }}{{ b.title.upper }}"),
    "places": loop("{{ b.0 }}{{ b.1 }}{{ b.2 }}"),
    "methods": loop("{{ b.items }}{{ b.count }}{{ b.keys|length }}{{ b.index }}"),
    "printed": loop("{{ b }}"),
    "tested": "{% if rows %}{{ rows|length }}{% endif %}{% if 'b0' in rows %}in{% endif %}",
    "related": loop("{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.data.key }}{{ b.data.items }}"),
    "first": "{{ rows.0 }}{{ rows|first }}",
    "looped": loop("{% for x in b %}{{ x }},{% endfor %}"),
    "two": "{% for x, y in rows %}{{ x }}={{ y }};{% endfor %}",
    "items": "{% for x, y in rows.items %}{{ x }}={{ y }};{% endfor %}",
    "regrouped": "{% regroup rows by title as g %}{% for x in g %}{{ x.grouper }}{{ x.list|length }}{% endfor %}",
    "sorted": "{% for b in rows|dictsort:'title' %}{{ b.title }}{% endfor %}{% for b in rows|dictsort:0 %}{{ b.0 }}{% endfor %}",
}  # fmt: skip


def test_every_way_of_reading(zoo_rows, same_grid):
    same_grid(SOURCES, BODIES, fails=None)
