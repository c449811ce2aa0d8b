"""Instances that the view has made, changed, saved nowhere, deleted or fetched twice are shown as they are."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace

from django.db.models import prefetch_related_objects
from traps.compared import loop
from zoo.models import Author, Book, Chapter, Comment, Country, Node, Profile, Tag
from zoo.odd import Sample, Status, Talking


def books():
    return Book.objects.order_by("pk")


def changed():
    rows = list(books())
    for n, book in enumerate(rows):
        book.title, book.extra = f"<{n}>", n
    rows[0].author = Author(name="only here")
    rows[1].author.name = "changed"
    rows[2].editor = rows[1].author
    rows[3].author_id = rows[4].author_id
    rows[4].editor_id = None
    rows[5].author = None
    return rows


def changed_in_queryset():
    rows = books()
    for n, book in enumerate(rows):
        book.title, book.extra = f"<{n}>", n
        book.tags.own = n
    rows[1].author.name = "changed"
    return rows


def unsaved():
    return [Book(title="new"), *books()[:2], Book(title="newer", author=Author(name="nobody"))]


def half_saved():
    author = Author.objects.first()
    return [
        Book(title="new", author=author, editor=author),
        Book(pk=books()[0].pk, author_id=author.pk),
    ]


def deleted_authors():
    rows = list(Talking.objects.all())
    Author.objects.filter(name="a2").delete()
    return rows


def deleted_parents():
    rows = list(books())
    Author.objects.filter(name="a2").delete()
    return rows


def deleted_rows():
    rows = list(books())
    gone = rows[1]
    gone.delete()
    return rows


def deleted_collections():
    rows = list(books())
    Tag.objects.filter(name="t0").delete()
    Chapter.objects.all().delete()
    return rows


def moved():
    rows = list(books())
    Book.objects.update(author=Author.objects.get(name="boss"))
    return rows


def partly_cached():
    rows = list(books())
    for book in rows[::2]:
        book.author.name = f"{book.author.name} cached"
    return rows


def partly_prefetched():
    rows = list(books())
    prefetch_related_objects(rows[:3], "tags", "author")
    prefetch_related_objects(rows[4:], "tags__category")
    return rows


def with_own_rows():
    rows = list(books())
    rows[0]._prefetched_objects_cache = {"tags": Tag.objects.filter(name="t3")}
    rows[1].tags.add(Tag.objects.last())
    return rows


def set_again():
    rows = list(books().prefetch_related("tags"))
    rows[0].tags.set([])
    rows[1].tags.clear()
    rows[2].tags.add(Tag.objects.last())
    return rows


def stale():
    rows = list(books().select_related("author"))
    Author.objects.update(name="renamed")
    rows[0].refresh_from_db()
    rows[1].refresh_from_db(fields=["author"])
    return rows


ROWS = {
    "changed": changed,
    "changed in its queryset": changed_in_queryset,
    "unsaved": unsaved,
    "half saved": half_saved,
    "deleted authors": deleted_authors,
    "deleted parents": deleted_parents,
    "deleted rows": deleted_rows,
    "deleted collections": deleted_collections,
    "moved": moved,
    "partly cached": partly_cached,
    "partly prefetched": partly_prefetched,
    "with own rows": with_own_rows,
    "set again": set_again,
    "stale": stale,
    "copies": lambda: [copy.copy(book) for book in books()],
    "deep copies": lambda: copy.deepcopy(list(books().select_related("author"))),
    "pickled": lambda: pickle.loads(pickle.dumps(list(books().prefetch_related("tags")))),
    "twice": lambda: [*books(), *books()],
    "same object twice": lambda: (rows := list(books())) + rows[:2],
    "mixed": lambda: [*books(), *Author.objects.all(), None, 3, "text", {"title": "a dictionary"}],
    "nested": lambda: [SimpleNamespace(title="n", author=book.author, tags=book.tags) for book in books()],
    "wrapped": lambda: [{"title": book.title, "author": book.author, "tags": book.tags} for book in books()],
    "parents": lambda: [chapter.book for chapter in Chapter.objects.select_related("book")],
    "parents read by a property": lambda: [profile.author for profile in Profile.objects.order_by("pk")],
    "created": lambda: [Talking.objects.create(pk=10**6, name="new", author=Author.objects.first()), *Talking.objects.all()],
    "only columns": lambda: [Book(**row) for row in Book.objects.order_by("pk").values("id", "title", "author_id")],
    "from_db": lambda: [Book.from_db("default", ["id", "title", "author_id"], [b.pk, b.title, b.author_id]) for b in books()],
    "other database": lambda: [*books(), *books().using("other")],
}  # fmt: skip

BODIES = {
    "columns": "{{ b.title }}{{ b.extra }}{{ b.name }}",
    "chain": "{{ b.author.name }}{{ b.author.country.name }}{{ b.editor.name }}{{ b.author_id }}",
    "keys": "{{ b.author.pk }}{{ b.editor.pk }}{{ b.author.id }}",
    "tests": "{% if b.author %}{{ b.author.name }}{% endif %}{% if b.editor %}{{ b.editor.country.name }}{% endif %}",
    "objects": "{{ b.author }}{{ b.editor }}{% if b.author == b.editor %}={% endif %}{% if b.author is b.editor %}is{% endif %}",
    "maybe": "{% if forloop.counter == 2 %}{{ b.author.name }}{{ b.tags.all|length }}{% endif %}",
    "later": "{% if forloop.counter > 2 %}{{ b.author.country.name }}{% endif %}{{ b.title }}",
    "other columns": "{{ b.profile.bio }}{{ b.mentor.name }}{{ b.country.name }}",
}

COLLECTIONS = {
    "collections": "{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }}{% endfor %}{% for c in b.chapters.all %}{{ c.translator.name }}{% endfor %}",
    "counts": "{{ b.tags.count }}{{ b.tags.all|length }}{{ b.tags.exists }}{{ b.tags.own }}",
    "ends": "{{ b.tags.first.name }}{{ b.tags.all.0.name }}{% for t in b.tags.all|slice:':1' %}{{ t.name }}{% endfor %}",
    "back": "{% for c in b.chapters.all %}{{ c.book.title }}{{ c.book.author.name }}{% endfor %}",
    "deep": "{% for o in b.author.book_set.all %}{{ o.title }}{{ o.author.name }}{% endfor %}",
}


def test_rows(zoo_rows, same_grid):
    bodies = {name: loop(body) for name, body in (*BODIES.items(), *COLLECTIONS.items())}
    same_grid(ROWS, bodies, joins=False, fails=None)


SINGLE = {
    "nothing known": lambda: Book(),
    "unsaved": lambda: Book(title="new", author=Author(name="nobody")),
    "unsaved with a key": lambda: Book(pk=10**6, title="new", author_id=10**6),
    "fetched": lambda: books()[2],
    "deferred": lambda: books().defer("title", "author").first(),
    "deleted": lambda: (book := books().first(), book.delete())[0],
    "none": lambda: None,
    "namespace": lambda: SimpleNamespace(author=books()[0].author, tags=books()[3].tags),
}


def test_one_row(zoo_rows, same_grid):
    sources = {name: lambda make=make: {"b": make()} for name, make in SINGLE.items()}
    bodies = {
        name: body + "{{ b.title }}{{ b.author.name }}"
        for name, body in (*BODIES.items(), *COLLECTIONS.items())
    }
    same_grid(sources, bodies, fails=None, joins=False)


def test_unsaved_rows_that_nobody_reads(zoo_rows, same_each):
    def context():
        return {"form": Talking(), "rows": [Book(), Sample(status=Status.DRAFT)], "b": Comment()}

    same_each(
        {
            "unused": (context, "{{ 1 }}"),
            "passed on": (context, "{% include 'empty.html' with x=form y=rows %}", {"templates": {"empty.html": ""}}),
            "columns": (context, "{{ form.name }}{{ b.text }}{% for r in rows %}{{ r.title }}{{ r.get_status_display }}{% endfor %}"),
            "relations": (context, "{{ form.author.name }}{{ b.target }}{{ b.writer.name }}"),
            "of a tree": (lambda: {"n": Node(parent=Node.objects.first())}, "{{ n.parent.name }}{{ n.parent.children.count }}"),
        }
    )  # fmt: skip


def test_rows_that_a_tag_saves_and_deletes(zoo_rows, same_each, monkeypatch):
    """What a tag changes of the row at hand is seen from then on."""
    body = "{{ b.title }}{% put b 'title' 'put' %}{{ b.title }}{{ b.author.name }}{% put b.author 'name' 'new' %}{{ b.author.name }}"
    unique = {"rows": lambda: books()[:3], "list": lambda: list(books()[:3])}
    same_each({name: (make, loop(body)) for name, make in unique.items()})


def test_the_view_finds_nothing_of_ours(zoo_rows):
    """Neither on the rows nor on their relations, whatever was rendered from them."""
    from django.template.backends.django import DjangoTemplates
    from traps.compared import case_of

    from djust_backend import DjustTemplates

    source = loop(
        "{{ b.author.name }}{{ b.editor.country.name }}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}"
    )
    found = []
    for backend in (DjangoTemplates, DjustTemplates):
        rows = list(books())
        case_of(dict, source).template(backend).render({"rows": rows})
        assert Country.objects.count()
        found.append(
            [{name for name in vars(row) if name != "_prefetched_objects_cache"} for row in rows]
        )
        assert all(type(row) is Book for row in rows)
        assert pickle.loads(pickle.dumps(rows)) == rows
    assert found[0] == found[1]
