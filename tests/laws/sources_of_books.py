"""TABLE: every way in which a view may hand books to a template."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Prefetch, QuerySet
from zoo.models import Author, Book, Chapter, Tag


def books() -> QuerySet[Book]:
    """All books in a total order."""
    return Book.objects.order_by("pk")


def read(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The same QuerySet, evaluated by the view."""
    len(queryset)
    return queryset


def marked() -> list[Book]:
    """Instances that the view has changed and added to."""
    found = list(books())
    for n, book in enumerate(found):
        book.title = f"<changed {n}>"
        book.extra = n
        if n % 2:
            book.author = found[0].author
        if n == 2:
            book.editor = None
    return found


def twice() -> list[Book]:
    """The same rows as two objects each, and the first object once more."""
    found = [*books(), *books()]
    return [*found, *found[:1]]


def unsaved() -> list[Book]:
    """Rows, and one that was never saved."""
    return [*books(), Book(title="new", author=Author(name="nobody"), publisher_id=1)]


def mixed() -> list[Any]:
    """Rows of several models, and no rows at all."""
    return [*books(), *Author.objects.order_by("pk"), None, 3, {"title": "a dict"}]


def page(number: int) -> Callable[[], Any]:
    """A page of two."""
    return lambda: Paginator(books(), 2).get_page(number)


SOURCES: dict[str, Callable[[], Any]] = {
    "ordered": books,
    "unordered": Book.objects.all,
    "ties": lambda: Book.objects.order_by("title"),
    "manager": lambda: Book.objects,
    "evaluated": lambda: read(books()),
    "sliced": lambda: books()[1:4],
    "none": Book.objects.none,
    "list": lambda: list(books()),
    "tuple": lambda: tuple(books()),
    "generator": lambda: (book for book in books()),
    "iterator": lambda: books().iterator(),
    "marked": marked,
    "twice": twice,
    "unsaved": unsaved,
    "mixed": mixed,
    "values": lambda: books().values("title", "author", "author__name", "tags"),
    "values list": lambda: books().values_list("title", "author_id", named=True),
    "flat": lambda: books().values_list("title", flat=True),
    "raw": lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id"),
    "union": lambda: (
        Book.objects.filter(pk__lt=3).union(Book.objects.filter(pk__gte=3)).order_by("title", "id")
    ),
    "union all": lambda: Book.objects.all().union(Book.objects.all(), all=True),
    "page": page(1),
    "last page": page(99),
    "page of list": lambda: Paginator(list(books()), 2).get_page(1),
    "deferred": lambda: books().defer("author", "title"),
    "only": lambda: books().only("title"),
    "only author": lambda: books().only("title", "author"),
    "select_related": lambda: books().select_related("author__country"),
    "select_related all": lambda: books().select_related("editor"),
    "prefetched": lambda: books().prefetch_related("tags", "chapters__translator", "author"),
    "prefetched filter": lambda: books().prefetch_related(
        Prefetch("chapters", Chapter.objects.filter(number__gt=0)),
        Prefetch("tags", Tag.objects.order_by("-pk")),
    ),
    "to_attr": lambda: books().prefetch_related(
        Prefetch("tags", Tag.objects.all(), to_attr="picked")
    ),
    "prefetched author": lambda: books().prefetch_related(
        Prefetch("author", Author.objects.select_related("country"))
    ),
    "annotated": lambda: books().annotate(Count("tags"), twice=F("author_id") * 2),
    "distinct": lambda: books().filter(tags__name__in=["t0", "t1"]).distinct(),
    "repeated": lambda: Book.objects.filter(tags__name__in=["t0", "t1"]).order_by("pk"),
    "extra": lambda: books().extra(select={"one": "1"}),
    "reversed": lambda: books().reverse(),
    "locked": lambda: books().select_for_update(),
    "related": lambda: getattr(Author.objects.order_by("pk").last(), "book_set", None),
    "related all": lambda: (Author.objects.order_by("pk").first() or Author(pk=0)).book_set.all(),
    "pickled": lambda: pickle.loads(pickle.dumps(books())),
}
