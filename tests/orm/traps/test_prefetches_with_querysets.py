"""Prefetches that the view has worded itself: their rows, their order and their names win, and cost what they cost."""

from __future__ import annotations

import pytest
from django.db.models import Count, F, Prefetch
from traps.compared import loop
from zoo.models import Author, Book, Chapter, Comment, Country, Review, Tag

BODIES = {
    "rows": "{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }}{% endfor %}",
    "chapters": "{% for c in b.chapters.all %}{{ c.number }}{{ c.translator.name }}{{ c.book.title }}{% endfor %}",
    "parent": "{{ b.author.name }}{{ b.author.country.name }}{{ b.editor.name }}{{ b.editor_id }}",
    "attribute": "{% for x in b.picked %}{{ x.pk }}{{ x.name }}{{ x.category.name }}{{ x.translator.name }}{% endfor %}{{ b.picked.name }}{{ b.picked.country.name }}",
    "numbers": "{{ b.tags.count }}{{ b.tags.all|length }}{{ b.chapters.exists }}{{ b.tags.first.name }}{{ b.chapters.last.number }}",
    "parts": "{% for t in b.tags.all|slice:':1' %}{{ t.name }}{% endfor %}{{ b.tags.all.1.name }}{{ b.chapters.all.0.number }}",
    "both": "{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.author.name }}{% for x in b.picked %}{{ x.pk }}{% endfor %}",
    "nothing of it": "{{ b.title }}",
    "maybe": "{% if forloop.counter == 2 %}{{ b.author.country.name }}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}{% endif %}",
    "deeper": "{% for t in b.tags.all %}{% for o in t.book_set.all %}{{ o.title }}{% endfor %}{% endfor %}{{ b.author.profile.bio }}",
}


def books():
    return Book.objects.order_by("pk")


def few(*pks):
    """A Prefetch object that two QuerySets share."""
    return Prefetch("tags", Tag.objects.filter(name__in=["t0", "t1"]))


SHARED = few()

SOURCES = {
    "filtered": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.filter(name="t1"))),
    "turned": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.order_by("-name"))),
    "none": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.none())),
    "shared": lambda: books().prefetch_related(SHARED),
    "without the key": lambda: books().prefetch_related(Prefetch("chapters", Chapter.objects.only("number"))),
    "without a key of theirs": lambda: books().prefetch_related(Prefetch("chapters", Chapter.objects.defer("translator"))),
    "joined": lambda: books().prefetch_related(Prefetch("chapters", Chapter.objects.select_related("translator__country"))),
    "annotated": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.annotate(n=Count("tagged")))),
    "columns annotated": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.annotate(pages=F("pk")))),
    "nested": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.prefetch_related("category"))),
    "nested with another": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.prefetch_related(Prefetch("book_set", Book.objects.filter(title="b0"))))),
    "to attribute": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.all(), to_attr="picked")),
    "first to attribute": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.order_by("-pk")[:1], to_attr="picked")),
    "to two attributes": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.filter(name="t0"), to_attr="other"), Prefetch("chapters", to_attr="picked")),
    "beyond an attribute": lambda: books().prefetch_related(Prefetch("tags", to_attr="picked"), "picked__category"),
    "to one to attribute": lambda: books().prefetch_related(Prefetch("author", Author.objects.filter(name="a1"), to_attr="picked")),
    "of a parent": lambda: books().prefetch_related(Prefetch("author", Author.objects.select_related("country"))),
    "of some parents": lambda: books().prefetch_related(Prefetch("author", Author.objects.filter(name="a1"))),
    "of parents' countries": lambda: books().prefetch_related(Prefetch("author__country", Country.objects.filter(name="c1"))),
    "parents with less": lambda: books().prefetch_related(Prefetch("editor", Author.objects.only("name"))),
    "by name and by words": lambda: books().prefetch_related("author", "author__profile", Prefetch("chapters", Chapter.objects.filter(number=0))),
    "also joined": lambda: books().select_related("author").prefetch_related(Prefetch("author", Author.objects.filter(name="a1"))),
    "cleared": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.none())).prefetch_related(None),
    "list": lambda: list(books().prefetch_related(Prefetch("tags", Tag.objects.filter(name="t1")))),
    "by a manager that hides": lambda: books().prefetch_related(Prefetch("review_set", Review.objects.filter(reader__name="a1"))),
}  # fmt: skip


def test_of_books(zoo_rows, same_grid):
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(SOURCES, bodies, joins=False, fails=None)


def test_of_generic_keys(zoo_rows, same_grid):
    from django.contrib.contenttypes.prefetch import GenericPrefetch

    querysets = [Book.objects.select_related("author"), Author.objects.filter(name="a1")]
    sources = {
        "of each type": lambda: Comment.objects.prefetch_related(GenericPrefetch("target", querysets)),
        "by name": lambda: Comment.objects.prefetch_related("target"),
    }  # fmt: skip
    bodies = {
        "target": "{{ b.target.name }}{{ b.target.title }}{{ b.target.author.name }}{{ b.target.country.name }}",
        "maybe": "{% if b.target %}{{ b.target.pk }}{{ b.writer.name }}{% endif %}",
    }
    same_grid(sources, {name: loop(body) for name, body in bodies.items()}, joins=False)


def test_the_prefetch_object_is_left_as_it_was(zoo_rows, same):
    before = {name: str(value) for name, value in vars(SHARED).items()}
    for body in BODIES.values():
        same(SOURCES["shared"], loop(body), joins=False)
    assert {name: str(value) for name, value in vars(SHARED).items()} == before


@pytest.mark.parametrize("name", ["sliced", "unordered slice"])
def test_a_sliced_prefetch_fails_or_not_as_on_stock(zoo_rows, same, name):
    rows = Tag.objects.all() if name == "sliced" else Tag.objects.order_by()
    make = lambda: books().prefetch_related(Prefetch("tags", rows[:2]))  # noqa: E731
    for body in ("rows", "numbers", "parts"):
        same(make, loop(BODIES[body]), joins=False, fails=None)
