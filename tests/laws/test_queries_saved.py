"""What the ORM room saves, in exact numbers: alone, repeated, on the first render and later."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.db.models import Prefetch
from zoo.models import Author, Book, Chapter, Node, Tag

from tests.laws.queries import Scene, check

pytestmark = pytest.mark.django_db(databases=["default", "other"])

ROWS = 6


@pytest.fixture(autouse=True)
def library(db):
    """Six books by three authors, all of whom have a country; a tree of nodes."""
    from zoo.models import Category, Country, Secret

    country = Country.objects.create(name="c")
    mentor = Author.objects.create(name="m", country=country)
    authors = [
        Author.objects.create(name=f"a{n}", country=country, mentor=mentor) for n in range(3)
    ]
    kind = Category.objects.create(name="k")
    tags = [Tag.objects.create(name=f"t{n}", category=kind) for n in range(3)]
    secret = Secret.everything.create(name="s")
    for n in range(ROWS):
        book = Book.objects.create(
            title=f"b{n}", author=authors[n % 3], editor=authors[n % 2] if n % 3 else None,
            publisher=country, vault=secret,
        )  # fmt: skip
        book.tags.set(tags[: 1 + n % 3])
        for number in range(2):
            Chapter.objects.create(book=book, number=number, translator=authors[number])
    root = Node.objects.create(name="root")
    for n in range(3):
        child = Node.objects.create(name=f"n{n}", parent=root)
        for m in range(2):
            Node.objects.create(name=f"n{n}{m}", parent=child)
    return SimpleNamespace(authors=authors, tags=tags, root=root)


def ordered():
    return Book.objects.order_by("pk")


def unordered():
    return Book.objects.all()


#: Name: what the books are, the template, stock's queries and ours.
CASES = {
    "chain joined": (ordered, "{% for b in books %}{{ b.author.country.name }}{% endfor %}", 13, 1),
    "chain of unordered rows": (unordered, "{% for b in books %}{{ b.author.country.name }}{% endfor %}", 13, 2),
    "chain of a list": (lambda: list(ordered()), "{% for b in books %}{{ b.author.country.name }}{% endfor %}", 12, 2),
    "nullable, joined": (ordered, "{% for b in books %}{{ b.editor.name }}{% endfor %}", 5, 1),
    "without a constraint": (ordered, "{% for b in books %}{{ b.publisher.name }}{% endfor %}", 7, 2),
    "key from its column": (ordered, "{% for b in books %}{{ b.author.pk }}{{ b.author.id }}{% endfor %}", 7, 1),
    "key after a test": (ordered, "{% if books %}{% for b in books %}{{ b.author.pk }}{% endfor %}{% endif %}", 7, 1),
    "key of rows that the view had": (lambda: list(ordered()), "{% for b in books %}{{ b.author.pk }}{% endfor %}", 6, 1),
    "maybe": (ordered, "{% for b in books %}{% if b.title != 'b0' %}{{ b.author.name }}{% endif %}{% endfor %}", 6, 2),
    "tested, then walked": (ordered, "{% for b in books %}{% if b.editor %}{{ b.editor.name }}{% endif %}{% endfor %}", 5, 1),
    "many": (ordered, "{% for b in books %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}", 7, 2),
    "many with one": (ordered, "{% for b in books %}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}{% endfor %}", 19, 2),
    "count and first rows": (
        ordered, "{% for b in books %}{{ b.tags.count }}{% for t in b.tags.all|slice:':2' %}{{ t.name }}{% endfor %}{% endfor %}", 13, 2,
    ),
    "first rows and count": (
        ordered, "{% for b in books %}{% for t in b.tags.all|slice:'2' %}{{ t.name }}{% endfor %}{{ b.tags.count }}{% endfor %}", 13, 2,
    ),
    "first rows, and a count of some": (
        ordered,
        "{% for b in books %}{% for t in b.tags.all|slice:':2' %}{{ t.name }}{% endfor %}{% if b.title == 'b1' %}{{ b.tags.count }}{% endif %}{% endfor %}",
        8, 3,
    ),
    "many of many": (
        ordered,
        "{% for b in books %}{% for t in b.tags.all %}{% for c in t.book_set.all %}{{ c.title }}{% endfor %}{% endfor %}{% endfor %}",
        19, 3,
    ),
    "maybe many": (
        ordered,
        "{% for b in books %}{% if b.title != 'b0' %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endif %}{% endfor %}",
        6, 2,
    ),
    "many under a name": (
        ordered,
        "{% for b in books %}{% with ts=b.tags.all %}{% if ts %}{{ ts|length }}{% for t in ts %}{{ t.name }}{% endfor %}{% endif %}{% endwith %}{% endfor %}",
        7, 2,
    ),
    "read three times": (
        ordered,
        "{% for b in books %}{% if b.tags.all %}{{ b.tags.all|length }}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endif %}{% endfor %}",
        19, 2,
    ),
    "count, then rows": (
        ordered, "{% for b in books %}{{ b.tags.count }}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}", 13, 2,
    ),
    "rows and their parent": (
        ordered, "{% for b in books %}{% for c in b.chapters.all %}{{ c.book.title }}{{ c.translator.name }}{% endfor %}{% endfor %}", 19, 3,
    ),
    "included": (ordered, "{% for x in books %}{% include 'part.html' with b=x only %}{% endfor %}", 13, 2),
    "inherited": (ordered, "{% extends 'base.html' %}{% block row %}{{ b.author.name }}{% endblock %}", 7, 1),
    "two loops": (
        ordered, "{% for b in books %}{{ b.author.name }}{% endfor %}{% for b in books %}{{ b.editor.name }}{% endfor %}", 11, 1,
    ),
    "three names": (
        ordered, "{% for b in books %}{{ b.author.name }}{% endfor %}{% for b in again %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}",
        13, 2,
    ),
    "the view's own prefetch": (
        lambda: ordered().prefetch_related(Prefetch("tags", Tag.objects.all(), to_attr="picked")),
        "{% for b in books %}{% for t in b.picked %}{{ t.category.name }}{% endfor %}{% endfor %}", 14, 3,
    ),
    "a page": (
        lambda: Paginator(ordered(), 4).get_page(1), "{% for b in books %}{{ b.author.country.name }}{% endfor %}", 9, 1,
    ),
    "a manager": (lambda: Book.objects, "{% for b in books.all %}{{ b.author.name }}{% endfor %}", 7, 2),
    "a union": (
        lambda: ordered().none().union(Book.objects.all()), "{% for b in books %}{{ b.author.name }}{% endfor %}", 7, 2,
    ),
    "raw": (
        lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id"), "{% for b in books %}{{ b.author.name }}{% endfor %}", 7, 2,
    ),
    "regrouped": (
        ordered, "{% regroup books by author as groups %}{% for g in groups %}{{ g.grouper.name }}{% for b in g.list %}{{ b.editor.name }}{% endfor %}{% endfor %}",
        11, 1,
    ),
    "a list regrouped": (
        lambda: list(ordered()), "{% regroup books by author as groups %}{% for g in groups %}{% for b in g.list %}{{ b.editor.name }}{% endfor %}{% endfor %}",
        10, 2,
    ),
    "a generator": (
        lambda: (book for book in list(ordered())), "{% for b in books %}{{ b.author.name }}{% endfor %}", 6, 1,
    ),
    "one row": (lambda: [ordered().first()], "{% for b in books %}{{ b.author.country.name }}{% endfor %}", 2, 2),
    "nothing is read": (ordered, "{% for b in books %}{{ b.title }}{{ b.author_id }}{% endfor %}", 1, 1),
    "no branch is taken": (
        ordered, "{% for b in books %}{% if b.title == '' %}{{ b.author.name }}{{ b.tags.all.0.name }}{% endif %}{% endfor %}", 1, 1,
    ),
    "not in the template": (ordered, "{% if nothing %}{% for b in books %}{{ b.author.name }}{% endfor %}{% endif %}", 0, 0),
}  # fmt: skip

TEMPLATES = {
    "part.html": "{{ b.author.name }}{% for t in b.tags.all %}{{ t.name }}{% endfor %}",
    "rows.html": "{% for t in tags %}{{ t.category.name }}{% endfor %}",
    "base.html": "{% for b in books %}{% block row %}{% endblock %}{% endfor %}",
    "tree.html": "{{ node.name }}{% for child in node.children.all %}{% include 'tree.html' with node=child %}{% endfor %}",
}


@pytest.mark.parametrize("name", CASES)
def test_queries_of(name):
    make, source, stock, ours = CASES[name]

    def context():
        books = make()
        return {"books": books, "again": books}

    found = check(Scene(source, context, TEMPLATES), renders=3)
    # What the view has run itself is not part of the render.
    assert found.counts == (stock, ours), found.ours[0].queries


ONE = {
    "rows of one row": ("{% for t in one.tags.all %}{{ t.category.name }}{% endfor %}", 3, 1),
    "rows under a name": (
        "{% with ts=one.tags.all %}{% if ts %}{% for t in ts %}{{ t.category.name }}{% endfor %}{% endif %}{% endwith %}", 3, 2,
    ),
    "rows of rows": (
        "{% for t in one.tags.all %}{% for b in t.book_set.all %}{{ b.author.name }}{% endfor %}{% endfor %}", 13, 3,
    ),
    "rows in a partial": ("{% include 'rows.html' with tags=one.tags.all only %}", 3, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_queries_of_one_row(name):
    source, stock, ours = ONE[name]
    found = check(
        Scene(source, lambda: {"one": Book.objects.get(title="b1")}, TEMPLATES), renders=3
    )
    # The view has fetched the row.
    assert found.counts == (stock, ours), found.ours[0].queries


def test_a_tree_costs_a_query_for_each_level():
    found = check(
        Scene(
            "{% include 'tree.html' %}", lambda: {"node": Node.objects.get(name="root")}, TEMPLATES
        ),
        renders=3,
    )
    assert found.counts == (10, 3)


def test_counts_do_not_depend_on_what_was_rendered_before():
    def counts(names):
        found = {}
        for name in names:
            make, source, *_ = CASES[name]
            books = make
            scene = Scene(
                source, lambda make=books: dict.fromkeys(("books", "again"), make()), TEMPLATES
            )
            found[name] = check(scene).counts
        return found

    assert counts(CASES) == counts(reversed(CASES))
