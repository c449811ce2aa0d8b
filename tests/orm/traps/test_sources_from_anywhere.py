"""Rows come from callables, properties, dictionaries, objects of the site's own and lazy values: each as often as on stock."""

from __future__ import annotations

from types import SimpleNamespace

from django.utils.functional import SimpleLazyObject, cached_property, lazy
from traps.compared import loop
from zoo.models import Author, Book, Tag
from zoo.odd import Sample


def books():
    return Book.objects.order_by("pk")


class Shelf:
    """An object of a site, which makes, keeps and hands out QuerySets."""

    def __init__(self, rows):
        self.rows = rows
        self.asked = 0

    def fresh(self):
        self.asked += 1
        return books()

    @property
    def made(self):
        self.asked += 1
        return books()

    @cached_property
    def kept(self):
        self.asked += 1
        return books()

    def __iter__(self):
        self.asked += 1
        return iter(self.rows)

    def __len__(self):
        return 3

    def __getitem__(self, key):
        if key == "item":
            return self.rows
        raise KeyError(key)


class OwnTruth(Shelf):
    def __bool__(self):
        return self.asked == 0


class Chapter:
    do_not_call_in_templates = True

    def __call__(self):
        raise AssertionError("called")

    rows = property(lambda self: books())


READ = "{% for b in PATH %}{{ b.title }}{{ b.author.name }}{% endfor %}"

PATHS = {
    "callable": "call",
    "class": "chapter.rows",
    "method": "shelf.fresh",
    "property": "shelf.made",
    "cached property": "shelf.kept",
    "attribute": "shelf.rows",
    "item": "shelf.item",
    "object": "shelf",
    "own truth": "truth",
    "dictionary": "kept.rows",
    "place in a list": "listed.1",
    "place in a tuple": "paired.0",
    "namespace": "space.deep.rows",
    "lazy queryset": "asleep",
    "lazy list": "asleep_list",
    "lazy function": "promised",
    "manager": "manager.all",
    "manager's method": "manager.reverse",
    "derived": "rows.all",
    "derived twice": "rows.all.reverse",
    "of a row": "author.book_set.all",
    "of a row's row": "author.mentor.pupils.first.book_set.all",
    "of the first row": "rows.0.author.book_set.all",
    "by default": "nothing|default:rows",
    "by other default": "none|default_if_none:rows",
    "sliced": "rows|slice:':3'",
    "added": "listed.2|add:listed.3",
    "of a form": "form.queryset",
    "iterator": "rows.iterator",
    "values": "rows.values",
}

WAYS = {
    "once": READ,
    "twice": READ + READ,
    "tested": "{% if PATH %}" + READ + "{% else %}none{% endif %}",
    "counted": READ + "{{ PATH|length }}",
    "counted before": "{% with n=PATH %}{{ n.count }}{% endwith %}" + READ,
    "bound": "{% with x=PATH %}{% for b in x %}{{ b.title }}{{ b.author.name }}{% endfor %}{% for b in x %}{{ b.editor.name }}{% endfor %}{% endwith %}",
    "included": "{% include 'rows.html' with rows=PATH only %}",
    "collections": "{% for b in PATH %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}",
    "first": "{% with b=PATH|first %}{{ b.title }}{{ b.author.name }}{% endwith %}",
    "asked": READ + "{{ shelf.asked }}{{ truth.asked }}",
    "and the rows themselves": READ
    + "{% for b in rows %}{{ b.title }}{{ b.editor.name }}{% endfor %}",
    "printed": "{{ PATH }}",
    "grouped": "{% regroup PATH by author as g %}{% for x in g %}{{ x.grouper.name }}{{ x.list|length }}{% endfor %}",
}

PARTS = {"rows.html": loop("{{ b.title }}{{ b.author.name }}")}


def context():
    rows = books()
    return {
        "rows": rows,
        "call": books,
        "chapter": Chapter(),
        "shelf": Shelf(rows),
        "truth": OwnTruth(list(books())),
        "kept": {"rows": rows, "other": books()},
        "listed": [books(), rows, list(books()), list(books()[:1])],
        "paired": (rows, rows),
        "space": SimpleNamespace(deep=SimpleNamespace(rows=rows)),
        "asleep": SimpleLazyObject(books),
        "asleep_list": SimpleLazyObject(lambda: list(books())),
        "promised": lazy(lambda: list(books()), list)(),
        "manager": Book.objects,
        "author": Author.objects.get(name="a1"),
        "none": None,
        "form": SimpleNamespace(queryset=books()),
    }


def test_sources(zoo_rows, same_grid):
    for name, path in PATHS.items():
        bodies = {f"{name} {way}": body.replace("PATH", path) for way, body in WAYS.items()}
        same_grid({"": context}, bodies, templates=PARTS, fails=None, joins=False)


NESTED = {
    "groups": (
        lambda: {"rows": [{"author": author, "books": author.book_set.all()} for author in Author.objects.all()]},
        loop("{{ b.author.name }}{% for c in b.books %}{{ c.title }}{{ c.editor.name }}{% endfor %}{{ b.books|length }}"),
    ),
    "pairs": (
        lambda: {"rows": [(author, author.book_set.order_by("pk")) for author in Author.objects.all()]},
        "{% for a, books in rows %}{{ a.country.name }}{% for c in books %}{{ c.title }}{{ c.author.name }}{% endfor %}{% endfor %}",
    ),
    "a dictionary of rows": (
        lambda: {"rows": {author: list(author.book_set.all()) for author in Author.objects.all()}},
        "{% for a, books in rows.items %}{{ a.country.name }}{% for c in books %}{{ c.title }}{{ c.editor.name }}{% endfor %}{% endfor %}",
    ),
    "lists of lists": (
        lambda: {"rows": [list(books())[:3], list(books())[3:], [], books()[:2]]},
        "{% for part in rows %}{% for b in part %}{{ b.author.name }}{{ b.tags.count }}{% endfor %}|{% endfor %}",
    ),
    "zipped": (
        lambda: {"rows": list(zip(books(), Tag.objects.all(), strict=False))},
        "{% for b, t in rows %}{{ b.author.name }}{{ t.category.name }}{% endfor %}",
    ),
    "rows that hold rows": (
        lambda: {"rows": [setattr(b, "own", list(b.tags.all())) or b for b in books()]},
        loop("{% for t in b.own %}{{ t.category.name }}{% endfor %}{{ b.author.name }}"),
    ),
    "rows that hold querysets": (
        lambda: {"rows": [setattr(b, "own", b.tags.all()) or b for b in books()]},
        loop("{% for t in b.own %}{{ t.category.name }}{% endfor %}{{ b.own.count }}"),
    ),
    "two models in turn": (
        lambda: {"rows": [one for pair in zip(books(), Author.objects.all(), strict=False) for one in pair]},
        loop("{{ b.author.name }}{{ b.country.name }}{{ b.title }}{{ b.name }}"),
    ),
    "the same rows in other queries": (
        lambda: {"rows": books(), "again": Book.objects.filter(title="b1").order_by("pk")},
        loop("{{ b.author.name }}") + "{% for b in again %}{{ b.author.name }}{{ b.editor.name }}{% endfor %}",
    ),
    "itself": (
        lambda: (made := {"rows": books()}, made.update(me=made))[0],
        "{% for b in me.me.rows %}{{ b.author.name }}{% endfor %}{% for b in rows %}{{ b.author.name }}{% endfor %}",
    ),
    "names of the engine": (
        lambda: {"forloop": books(), "block": books(), "True": books(), "rows": books()},
        "{% for b in block %}{{ b.author.name }}{{ forloop.counter }}{% endfor %}{% for b in forloop %}{{ b.title }}{% endfor %}{{ True }}",
    ),
    "samples of groups": (
        lambda: {"rows": [sample.group for sample in Sample.objects.exclude(group=None)]},
        loop("{{ b.name }}{{ b.samples.count }}{% for s in b.samples.all %}{{ s.whole }}{% endfor %}"),
    ),
}  # fmt: skip


def test_rows_within_rows(zoo_rows, same_each):
    same_each(NESTED, joins=False)
