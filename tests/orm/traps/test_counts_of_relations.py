"""Counts, tests, ends and slices of relations: never the relation whole where stock reads three rows of it."""

from __future__ import annotations

from itertools import product

import pytest
from django.db.models import Count, Prefetch
from traps.compared import loop
from zoo.models import Author, Book, Chapter, Club, Node, Shelf, Tag

WAYS = {
    "count": "{{ b.REL.count }}",
    "count of all": "{{ b.REL.all.count }}",
    "length": "{{ b.REL.all|length }}",
    "more than one": "{% if b.REL.count > 1 %}m{% endif %}",
    "counted twice": "{{ b.REL.count }}{{ b.REL.count }}",
    "count bound": "{% with n=b.REL.count %}{{ n }}{{ n }}{% endwith %}",
    "relation bound": "{% with r=b.REL %}{{ r.count }}{{ r.all|length }}{% endwith %}",
    "rows bound": "{% with r=b.REL.all %}{{ r.count }}{{ r|length }}{% if r %}y{% endif %}{% endwith %}",
    "exists": "{% if b.REL.exists %}y{% endif %}",
    "all exist": "{{ b.REL.all.exists }}",
    "truth": "{% if b.REL.all %}y{% else %}n{% endif %}",
    "not": "{% if not b.REL.all %}n{% endif %}",
    "loop": "{% for r in b.REL.all %}{{ r.pk }}{% empty %}-{% endfor %}",
    "loop and count": "{% for r in b.REL.all %}{{ r.pk }}{{ forloop.revcounter }}{% endfor %}{{ b.REL.count }}",
    "count and loop": "{{ b.REL.count }}{% for r in b.REL.all %}{{ r.pk }}{% endfor %}",
    "first": "{{ b.REL.first.pk }}",
    "first of all": "{{ b.REL.all.first.pk }}",
    "first by filter": "{% with f=b.REL.all|first %}{{ f.pk }}{% endwith %}",
    "first by index": "{{ b.REL.all.0.pk }}{{ b.REL.all.1.pk }}",
    "last": "{{ b.REL.last.pk }}{{ b.REL.all.last.pk }}",
    "slice": "{% for r in b.REL.all|slice:':2' %}{{ r.pk }}{% endfor %}",
    "later slice": "{% for r in b.REL.all|slice:'1:3' %}{{ r.pk }}{% endfor %}",
    "slice by steps": "{% for r in b.REL.all|slice:'::2' %}{{ r.pk }}{% endfor %}",
    "slice from behind": "{{ b.REL.all|slice:'-1:'|length }}",
    "slice, then rest": "{% for r in b.REL.all|slice:':1' %}{{ r.pk }}{% endfor %}{% for r in b.REL.all|slice:'1:' %}{{ r.pk }}{% endfor %}",
    "slice of bound": "{% with r=b.REL.all %}{% for x in r|slice:':1' %}{{ x.pk }}{% endfor %}{{ r|length }}{% endwith %}",
    "length of slice": "{{ b.REL.all|slice:':2'|length }}{% if b.REL.all|slice:':1' %}y{% endif %}",
    "reversed": "{% for r in b.REL.all reversed %}{{ r.pk }}{% endfor %}",
    "sorted": "{% for r in b.REL.all|dictsort:'pk' %}{{ r.pk }}{% endfor %}",
    "joined": "{{ b.REL.all|join:',' }}",
    "in": "{% if x in b.REL.all %}in{% endif %}",
    "contains": "{% if b.REL.all.0 in b.REL.all %}in{% endif %}",
    "sized": "{% if b.REL.all|length > 1 %}{% for r in b.REL.all %}{{ r.pk }}{% endfor %}{% endif %}",
    "guarded": "{% if b.REL.exists %}{% for r in b.REL.all %}{{ r.pk }}{% endfor %}{% endif %}",
    "guarded by a count": "{% if b.REL.count %}{% for r in b.REL.all|slice:':1' %}{{ r.pk }}{% endfor %}{% endif %}",
    "maybe": "{% if forloop.counter == 2 %}{{ b.REL.count }}{% for r in b.REL.all %}{{ r.pk }}{% endfor %}{% endif %}",
    "plural": "{{ b.REL.count }} row{{ b.REL.count|pluralize }}",
    "distinct": "{{ b.REL.distinct.count }}{{ b.REL.all.distinct|length }}",
    "none": "{{ b.REL.none.count }}{% for r in b.REL.none %}x{% endfor %}",
    "manager": "{{ b.REL }}{% if b.REL %}m{% endif %}",
}

RELATIONS = {
    "tags": (Book, "tags"),
    "chapters": (Book, "chapters"),
    "hiding": (Book, "review_set"),
    "generic": (Book, "comments"),
    "reverse many": (Tag, "book_set"),
    "self": (Author, "pupils"),
    "unordered": (Author, "book_set"),
    "through": (Club, "members"),
    "own queryset": (Author, "quiets"),
    "prefetching": (Shelf, "gadgets"),
    "windows": (Shelf, "ranked"),
    "tree": (Node, "children"),
    "two words": (Author, "deeds"),
}


@pytest.fixture
def rows(zoo_rows):
    for n in range(3):
        shelf = Shelf.objects.create(name=f"s{n}")
        for _ in range(n):
            shelf.gadgets.create().parts.create()
            shelf.ranked.create()


def test_of_one_model(rows, same_grid):
    for name, (model, relation) in RELATIONS.items():
        bodies = {
            f"{way} of {name}": loop(body.replace("REL", relation)) for way, body in WAYS.items()
        }

        def context(model=model):
            return {"rows": model.objects.order_by("pk"), "x": Tag.objects.first()}

        same_grid({"rows": context}, bodies, fails=None)


def test_one_after_the_other(rows, same_grid):
    some = ["count", "rows bound", "loop", "first", "slice", "sized"]
    pairs = {
        f"{first}, {second}": loop((WAYS[first] + WAYS[second]).replace("REL", "tags"))
        for first, second in product(list(WAYS)[::2], some)
    }
    same_grid(SOURCES, pairs, joins=False)


SOURCES = {
    "rows": lambda: Book.objects.order_by("pk"),
    "list": lambda: list(Book.objects.order_by("pk")),
}

SINGLE = {
    "row": lambda: {"b": Book.objects.order_by("pk")[3], "x": None},
    "author": lambda: {"b": Author.objects.get(name="a1")},
    "unordered": lambda: {"b": Tag.objects.get(name="t1")},
    "list of one": lambda: {"b": next(iter(Tag.objects.filter(name="t1")))},
}


def test_of_one_row_one_after_the_other(rows, same_grid):
    """There is nobody to batch a relation with; what was read before is not sure to be read again."""
    relations = {
        "row": "tags",
        "author": "pupils",
        "unordered": "book_set",
        "list of one": "book_set",
    }
    deep = "{% for r in b.REL.all %}{{ r.pk }}{{ r.category.name }}{{ r.author.name }}{% endfor %}"
    for name, make in SINGLE.items():
        ways = {way: body for way, body in WAYS.items() if "forloop.counter ==" not in body}
        pairs = {
            f"{first}, {second}": (ways.get(first, deep) + ways.get(second, deep)).replace(
                "REL", relations[name]
            )
            for first, second in product(
                [*ways, "deep"], ["loop", "last", "first", "count", "slice", "deep"]
            )
        }
        pairs |= {
            f"{second} after {first}": (ways.get(first, deep) + ways[second]).replace(
                "REL", relations[name]
            )
            for first, second in product(["loop", "rows bound", "deep"], ways)
        }
        same_grid({name: make}, pairs, joins=False)


BROUGHT = {
    "prefetched": lambda: Book.objects.order_by("pk").prefetch_related("tags"),
    "prefetched some": lambda: Book.objects.order_by("pk").prefetch_related(Prefetch("tags", Tag.objects.filter(name="t1"))),
    "prefetched named": lambda: Book.objects.order_by("pk").prefetch_related(Prefetch("tags", to_attr="picked")),
    "annotated": lambda: Book.objects.order_by("pk").annotate(tags_count=Count("tags")),
    "one": lambda: Book.objects.order_by("pk")[3:4],
    "two": lambda: Book.objects.order_by("pk")[2:4],
    "none": lambda: Book.objects.none(),
    "repeated": lambda: [*Book.objects.order_by("pk"), *Book.objects.order_by("pk")],
    "chapters' books": lambda: Chapter.objects.order_by("pk"),
}  # fmt: skip


def test_of_rows_that_bring_something(rows, same_grid):
    for name, make in BROUGHT.items():
        relation = "book.tags" if name == "chapters' books" else "tags"
        bodies = {way: loop(body.replace("REL", relation)) for way, body in WAYS.items()}
        same_grid({name: make}, bodies, joins=False)


DEEP = {
    "counts within": "{% for t in b.tags.all %}{{ t.book_set.count }}{% endfor %}",
    "loops within": "{% for t in b.tags.all %}{% for c in t.book_set.all %}{{ c.title }}{{ c.tags.count }}{% endfor %}{% endfor %}",
    "slices within": "{% for t in b.tags.all|slice:':2' %}{% for c in t.book_set.all|slice:':1' %}{{ c.title }}{% endfor %}{% endfor %}",
    "of a parent": "{{ b.author.book_set.count }}{{ b.author.pupils.count }}{{ b.editor.book_set.count }}",
    "of a parent's rows": "{% for c in b.author.book_set.all %}{{ c.title }}{{ c.chapters.count }}{% endfor %}",
    "first's relation": "{{ b.tags.first.category.name }}{{ b.tags.all.0.category.name }}",
    "last's relation": "{{ b.chapters.last.translator.name }}{{ b.chapters.all.1.translator.name }}",
    "bound first": "{% with t=b.tags.first %}{{ t.name }}{{ t.category.name }}{{ t.book_set.count }}{% endwith %}",
    "loop after first": "{{ b.tags.first.name }}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}",
    "maybe within": "{% for t in b.tags.all %}{% if forloop.first %}{{ t.category.name }}{{ t.book_set.count }}{% endif %}{% endfor %}",
    "sums": "{% for c in b.chapters.all %}{{ c.book.tags.count }}{{ c.translator.edited.count }}{% endfor %}",
    "cut": "{% for t in b.tags.all|slice:':1' %}{{ t.category.name }}{% endfor %}{{ b.tags.count }}",
}


def test_of_relations_of_relations(rows, same_grid):
    sources = {**SOURCES, **BROUGHT}
    del sources["chapters' books"]
    same_grid(sources, {name: loop(body) for name, body in DEEP.items()}, joins=False)


FAR = {
    "rows beyond the last": "{% for r in b.tags.all|slice:'9:' %}{{ r.category.name }}{% endfor %}",
    "below another row": "{% for r in b.author.pupils.all|slice:'9:' %}{{ r.country.name }}{% endfor %}",
    "of few rows": "{% for r in b.tags.all|slice:':1' %}{{ r.category.name }}{% endfor %}",
    "a window beyond the last": "{% for r in b.tags.all|slice:'8:9' %}{{ r.category.name }}{% endfor %}",
    "bounds of the view": "{% for r in b.tags.all|slice:far %}{{ r.category.name }}{% endfor %}",
    "counted beyond the last": "{{ b.tags.count }}{% for r in b.tags.all|slice:'9:' %}{{ r.category.name }}{% endfor %}",
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_slice_reads_no_more_than_its_rows(rows, same, source):
    for body in FAR.values():
        same(lambda: {"rows": SOURCES[source](), "far": "9:"}, loop(body))
