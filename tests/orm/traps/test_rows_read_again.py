"""One QuerySet read in several ways: each after each costs what it costs on stock, where the first reading pays for all."""

from __future__ import annotations

from itertools import product

import pytest
from django.core.paginator import Paginator
from django.db.models import F
from traps.compared import loop
from zoo.models import Author, Book

READINGS = {
    "columns": "{% for b in rows %}{{ b.title }}{% endfor %}",
    "chains": "{% for b in rows %}{{ b.author.country.name }}{% endfor %}",
    "collections": "{% for b in rows %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}",
    "objects": "{% for b in rows %}{{ b }}{% endfor %}",
    "under another name": "{% for b in again reversed %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "truth": "{% if rows %}y{% endif %}",
    "length": "{{ rows|length }}",
    "count": "{{ rows.count }}",
    "exists": "{{ rows.exists }}",
    "first": "{{ rows.first.title }}{{ rows|first }}",
    "last": "{{ rows.last.title }}",
    "index": "{{ rows.0.title }}{{ rows.1.author.name }}",
    "slice": "{% for b in rows|slice:':2' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "derived": "{% for b in rows.all %}{{ b.title }}{% endfor %}",
    "reversed": "{% for b in rows.reverse %}{{ b.title }}{% endfor %}",
    "tag": "{% sizes rows %}",
    "printed": "{{ rows }}",
    "contains": "{% if one in rows %}in{% endif %}",
    "sorted": "{% for b in rows|dictsort:'title' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "regrouped": "{% regroup rows by author as g %}{% for x in g %}{{ x.grouper.name }}{{ x.list|length }}{% endfor %}",
    "included": "{% include 'rows.html' %}",
    "included alone": "{% include 'rows.html' with rows=again only %}",
    "joined": "{{ rows|join:'/' }}",
    "bound": "{% with x=rows %}{% for b in x %}{{ b.editor.name }}{% endfor %}{{ x|length }}{% endwith %}",
    "empty": "{% for b in rows %}{% empty %}none{% endfor %}",
    "cut": "{% for b in rows %}{% if forloop.first %}{{ b.author.name }}{% endif %}{% endfor %}",
    "unread": "{% with x=rows %}{% endwith %}{{ rows.nothing }}{{ rows.db }}{{ rows.ordered }}",
}

PARTS = {"rows.html": "{% for b in rows %}{{ b.title }}{{ b.author.name }}{% endfor %}"}


def context_of(make):
    def context():
        rows = make()
        return {"rows": rows, "again": rows, "one": Book.objects.order_by("pk").first()}

    return context


def books():
    return Book.objects.order_by("pk")


def test_one_after_the_other(zoo_rows, same_grid):
    pairs = {
        f"{first}, {second}": READINGS[first] + READINGS[second]
        for first, second in product(READINGS, READINGS)
    }
    same_grid({"rows": context_of(books)}, pairs, templates=PARTS)


SOURCES = {
    "unordered": Book.objects.all,
    "sliced": lambda: books()[1:4],
    "empty": lambda: books().filter(title="nothing"),
    "one": lambda: books()[:1],
    "manager": lambda: Book.objects,
    "related": lambda: Author.objects.get(name="a1").book_set,
    "related rows": lambda: Author.objects.get(name="a1").book_set.order_by("pk"),
    "page": lambda: Paginator(books(), 4).get_page(1),
    "list": lambda: list(books()),
    "read": lambda: (rows := books()) and rows,
}


def test_of_other_sources(zoo_rows, same_grid):
    some = ["columns", "chains", "truth", "count", "objects", "slice"]
    pairs = {
        f"{first}, {second}": READINGS[first] + READINGS[second]
        for first, second in product(some, some)
    }
    for name, make in SOURCES.items():
        # Of no rows, stock reads no relation; a join is no query.
        same_grid(
            {name: context_of(make)}, pairs, templates=PARTS, fails=None, joins=name != "empty"
        )


NESTED = {
    "in itself": "{% for b in rows %}{% for c in rows %}{{ c.title }}{% endfor %}{{ b.title }}{% endfor %}",
    "in itself deeper": "{% for b in rows %}{{ b.title }}{% for c in again %}{{ c.author.name }}{{ b.author.name }}{% endfor %}{% endfor %}",
    "length inside": "{% for b in rows %}{{ rows|length }}{{ rows.count }}{{ b.title }}{% endfor %}",
    "objects inside": "{% for b in rows %}{{ b.title }}{% for c in rows %}{% if b == c %}={% endif %}{% endfor %}{% endfor %}",
    "first inside": "{% for b in rows %}{{ b.title }}{{ rows.0.title }}{{ rows.first }}{% endfor %}",
    "three times": READINGS["columns"] * 3,
    "twice and the whole": READINGS["columns"] + READINGS["chains"] + READINGS["tag"] + READINGS["columns"],
    "cached": "{% load cache %}{% cache 0 x rows|length %}" + READINGS["columns"] + "{% endcache %}" + READINGS["objects"],
    "in a branch": "{% if nothing %}{{ rows }}{% else %}" + READINGS["columns"] + "{% endif %}" + READINGS["count"],
    "in a block": "{% block x %}" + READINGS["columns"] + "{% endblock %}" + READINGS["collections"],
    "shadowed": "{% for rows in rows %}{{ rows.title }}{% endfor %}" + READINGS["columns"],
}  # fmt: skip


def test_one_within_the_other(zoo_rows, same_each):
    same_each({name: (context_of(books), source) for name, source in NESTED.items()})


def test_view_reads_its_queryset_afterwards(zoo_rows):
    """Rows, SQL and what is derived are as the view left them, read or not."""
    from django.template.backends.django import DjangoTemplates
    from traps.compared import case_of

    from djust_backend import DjustTemplates

    found = []
    for backend in (DjangoTemplates, DjustTemplates):
        rows = books().filter(title__startswith="b").select_related("author")
        before = str(rows.query)
        case_of(dict, loop("{{ b.title }}")).template(backend).render({"rows": rows})
        assert str(rows.query) == before
        found.append(
            [
                [book.title for book in rows],
                rows.count(),
                [book.author.name for book in rows],
                [book.title for book in rows.filter(pk__gt=2)],
                rows.query.select_related,
                rows._prefetch_related_lookups,
                [sorted(book.get_deferred_fields()) for book in rows],
            ]
        )
    assert found[0] == found[1]


@pytest.mark.parametrize("condition", ["ifchanged one", "if forloop.first"])
def test_what_a_loop_reads_is_not_read_of_the_rows_of_a_loop_within_it(zoo_rows, same, condition):
    """The first row has no editor: no more of it is read, and everybody's country."""

    def make():
        rows = Book.objects.order_by(F("editor").asc(nulls_first=True), "pk")
        return {"rows": rows, "one": 1}

    source = (
        f"{{% for x in rows %}}{{% {condition} %}}"
        "{% for y in x.editor.asked.all %}{{ y.name }}{% endfor %}"
        "{% for z in rows %}{{ z.editor.country.name }};{% endfor %}"
        f"{{% end{condition.split()[0]} %}}{{% endfor %}}"
    )
    found = same(make, source)
    assert "c0" in found.stock.page
