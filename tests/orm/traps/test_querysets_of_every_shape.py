"""Grouped, annotated, distinct, combined, sliced, raw, deferred and locked rows: no row lost, none shown, the same order."""

from __future__ import annotations

import copy
import pickle

import pytest
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower, RowNumber
from traps.compared import loop
from zoo.models import Author, Book, Chapter, Comment, PenName, Review, Tag


def books():
    return Book.objects.order_by("pk")


def read(rows):
    len(rows)
    return rows


SOURCES = {
    # Annotations
    "count": lambda: books().annotate(n=Count("tags")),
    "two counts": lambda: books().annotate(n=Count("tags"), m=Count("chap", distinct=True)),
    "group, then filter": lambda: books().annotate(n=Count("tags")).filter(n__gt=0),
    "filter, then group": lambda: books().filter(tags__name="t0").annotate(n=Count("tags")),
    "average": lambda: books().annotate(n=Avg("chap__number"), m=Max("tags__name")),
    "of a parent": lambda: books().annotate(n=F("author__name"), m=Lower("author__country__name")),
    "window": lambda: books().annotate(n=Window(RowNumber(), order_by="-pk")),
    "subquery": lambda: books().annotate(n=Subquery(Chapter.objects.filter(book=OuterRef("pk")).values("number")[:1])),
    "exists": lambda: books().annotate(n=Exists(Review.objects.filter(book=OuterRef("pk")))),
    "case": lambda: books().annotate(n=Case(When(author__name="a0", then=Value("zero")), default=Value("x"))),
    "many times": lambda: books().annotate(n=F("tags__name")),
    "alias": lambda: books().alias(n=Count("tags")).filter(n__gt=1),
    "filtered relation": lambda: books().annotate(f=FilteredRelation("chap", condition=Q(chap__number=0))).annotate(n=F("f__number")),
    "raw annotation": lambda: books().annotate(n=RawSQL("title", ())),
    "ordered by a count": lambda: Book.objects.annotate(n=Count("tags")).order_by("-n", "pk"),
    # Which rows
    "repeated": lambda: Book.objects.filter(tags__in=Tag.objects.all()).order_by("pk", "tags__pk"),
    "distinct": lambda: Book.objects.filter(tags__in=Tag.objects.all()).distinct().order_by("pk"),
    "distinct of columns": lambda: books().only("title").distinct(),
    "excluded": lambda: books().exclude(tags__name="t0"),
    "nothing": lambda: books().filter(pk=-1),
    "none": lambda: books().none(),
    "either": lambda: Book.objects.filter(title="b0") | Book.objects.filter(title="b1"),
    "both": lambda: books() & Book.objects.filter(title="b1"),
    "complex": lambda: books().filter(Q(author__country__name="c0") | Q(editor__isnull=True)),
    "sliced": lambda: books()[1:5],
    "stepped": lambda: books()[0:5:2],
    "one": lambda: books()[2:3],
    "sliced and related": lambda: books().select_related("author")[1:4],
    "in": lambda: books().filter(pk__in=books()[:3].values("pk")),
    # Orders
    "by parent": lambda: Book.objects.order_by("author__name", "-pk"),
    "by parent's own order": lambda: Book.objects.order_by("author", "pk"),
    "by collection": lambda: Book.objects.order_by("tags__name", "pk"),
    "nulls first": lambda: Book.objects.order_by(F("editor").asc(nulls_first=True), "pk"),
    "reversed": lambda: books().reverse(),
    "by dangling": lambda: Book.objects.order_by("publisher__name", "pk"),
    "default": Author.objects.all,
    # Combined
    "union": lambda: Book.objects.filter(title="b0").union(Book.objects.filter(title="b1")).order_by("title", "id"),
    "union of all": lambda: Book.objects.all().union(Book.objects.all(), all=True).order_by("id"),
    "union sliced": lambda: Book.objects.all().union(Book.objects.all()).order_by("-id")[1:3],
    "intersection": lambda: Book.objects.all().intersection(Book.objects.filter(title="b1")).order_by("id"),
    "difference": lambda: Book.objects.all().difference(Book.objects.filter(title="b1")).order_by("id"),
    # Raw
    "raw": lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id"),
    "raw with more": lambda: Book.objects.raw("SELECT *, 7 AS n FROM zoo_book ORDER BY id"),
    "raw with less": lambda: Book.objects.raw("SELECT id, title FROM zoo_book ORDER BY id"),
    "raw renamed": lambda: Book.objects.raw("SELECT id, title AS t, author_id FROM zoo_book ORDER BY id", translations={"t": "title"}),
    "raw with parameters": lambda: Book.objects.raw("SELECT * FROM zoo_book WHERE title = %s ORDER BY id", ["b1"]),
    "raw prefetched": lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id").prefetch_related("tags"),
    "extra": lambda: books().extra(select={"n": "1 + 1"}),
    "extra where": lambda: books().extra(where=["title > %s"], params=["b0"]),
    "extra tables": lambda: books().extra(tables=["zoo_country"], where=["zoo_country.name = 'c0'"]),
    "extra order": lambda: Book.objects.extra(select={"n": "title"}, order_by=["-n", "id"]),
    # Columns
    "only": lambda: books().only("title"),
    "only pk": lambda: books().only("pk"),
    "only a key": lambda: books().only("author"),
    "defer": lambda: books().defer("title"),
    "defer a key": lambda: books().defer("author"),
    "defer keys": lambda: books().defer("author_id", "editor_id"),
    "defer beyond": lambda: books().select_related("author").defer("author__name"),
    "only beyond": lambda: books().select_related("author").only("title", "author__country"),
    "defer nothing": lambda: books().only("title").defer(None),
    # The view's wishes
    "related": lambda: books().select_related("author", "editor__country"),
    "related to all": lambda: books().select_related(),
    "related to nothing": lambda: books().select_related("author").select_related(None),
    "prefetched": lambda: books().prefetch_related("author__country", "tags__category", "chapters"),
    "prefetched nothing": lambda: books().prefetch_related("tags").prefetch_related(None),
    "prefetched some": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.filter(name="t1"))),
    "prefetched sorted": lambda: books().prefetch_related(Prefetch("chapters", Chapter.objects.order_by("-number"))),
    "prefetched empty": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.none())),
    "prefetched annotated": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.annotate(n=Count("tagged")))),
    "prefetched deep": lambda: books().prefetch_related(Prefetch("author", Author.objects.prefetch_related("pupils"))),
    "prefetched other author": lambda: books().prefetch_related(Prefetch("editor", Author.objects.filter(name="a1"))),
    "prefetched proxy": lambda: books().prefetch_related(Prefetch("author", PenName.objects.all())),
    "prefetched columns": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.only("name"))),
    "to_attr": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.all(), to_attr="n")),
    "to_attr sliced": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.order_by("-pk")[:1], to_attr="n")),
    "to_attr of one": lambda: books().prefetch_related(Prefetch("author", Author.objects.all(), to_attr="n")),
    "to_attr twice": lambda: books().prefetch_related(Prefetch("chapters", to_attr="n"), Prefetch("chapters", Chapter.objects.filter(number=0), to_attr="m"), "n__translator"),
    "to_attr named as a relation's way": lambda: books().prefetch_related(Prefetch("comments", Comment.objects.all(), to_attr="written")),
    "hidden ones shown": lambda: books().prefetch_related(Prefetch("review_set", Review._base_manager.all())),
    # Where from
    "using": lambda: books().using("default"),
    "other": lambda: books().using("other"),
    "locked": lambda: books().select_for_update(),
    "locked related": lambda: books().select_related("author").select_for_update(of=("self",)),
    "manager": lambda: Book.objects,
    "base manager": lambda: Book._base_manager.order_by("pk"),
    "pickled": lambda: pickle.loads(pickle.dumps(books())),
    "pickled query": lambda: _with_pickled_query(books().filter(author__name="a1")),
    "pickled and read": lambda: pickle.loads(pickle.dumps(read(books()))),
    "copied": lambda: copy.deepcopy(books()),
    "copied and read": lambda: copy.deepcopy(read(books())),
    "read": lambda: read(books()),
    "partly read": lambda: (rows := books(), rows[0], bool(rows[:1]))[0],
    "clone of read": lambda: read(books()).all(),
    "slice of read": lambda: read(books())[1:4],
    "iterator": lambda: books().iterator(chunk_size=2),
    "iterator prefetched": lambda: books().prefetch_related("tags").iterator(chunk_size=2),
    "generator": lambda: (book for book in books()),
    "list": lambda: list(books()),
    "tuple": lambda: tuple(books()),
    "set": lambda: sorted(set(books()), key=lambda book: -book.pk),
    "map": lambda: map(copy.copy, books()),
    "dictionary": lambda: {book.pk: book for book in books()}.values(),
    "in bulk": lambda: list(Book.objects.in_bulk().values()),
    "reversed list": lambda: reversed(books()),
    "chunks": lambda: [*books()[:2], *books()[2:5]],
    "twice": lambda: [*books(), *books()],
    "related manager": lambda: Author.objects.get(name="a0").book_set,
    "related rows": lambda: Author.objects.get(name="a0").edited.order_by("pk"),
    "related many": lambda: Tag.objects.get(name="t0").book_set.order_by("pk"),
    "get": lambda: [books().get(pk=books().first().pk)],
}  # fmt: skip


def _with_pickled_query(rows):
    rows.query = pickle.loads(pickle.dumps(rows.query))
    return rows


BODIES = {
    "columns": "{{ b.title }}{{ b.pk }}{{ b.author_id }}",
    "chain": "{{ b.title }}{{ b.author.name }}{{ b.author.country.name }}{{ b.editor.name }}",
    "doubtful keys": "{{ b.publisher.name }}{{ b.sponsor.name }}{{ b.vault.name }}{{ b.drawer.name }}{{ b.language.country.name }}",
    "collections": "{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }}{% endfor %}{% for c in b.chapters.all %}{{ c.number }}{{ c.translator.name }}{% endfor %}",
    "counts": "{{ b.tags.count }}{{ b.chapters.all|length }}{{ b.review_set.count }}{% if b.comments.exists %}c{% endif %}",
    "ends": "{{ b.tags.first.name }}{{ b.tags.all.0.name }}{{ b.chapters.last.number }}{% for t in b.tags.all|slice:':1' %}{{ t.name }}{% endfor %}",
    "extras": "{{ b.n }}{{ b.m }}{{ b.n.0 }}{{ b.n.name }}{% for x in b.m %}{{ x.number }}{% endfor %}{{ b.title }}",
    "objects": "{{ b }}{{ b.author }}{% if b.author == b.editor %}={% endif %}{{ b.get_deferred_fields|length }}",
    "maybe": "{% if b.title == 'b1' %}{{ b.author.name }}{{ b.tags.all|length }}{% endif %}{{ b.author.pk }}",
}  # fmt: skip


PARTS = {
    "tested, counted and read": "{% if rows %}{{ rows|length }}{% for b in rows %}{{ b.title }}{{ b.author.name }}{% endfor %}{% endif %}",
    "counted by the database": "{{ rows.count }}{{ rows.exists }}",
    "ends": "{{ rows.first.title }}{{ rows.0.author.name }}",
    "sliced": "{% for b in rows|slice:'1:3' %}{{ b.author.name }}{% endfor %}",
    "regrouped": "{% regroup rows by author as g %}{% for x in g %}{{ x.grouper.name }}{% for b in x.list %}{{ b.title }}{% endfor %}{% endfor %}",
    "sorted": "{% for b in rows|dictsort:'author.name' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
}


@pytest.mark.filterwarnings("ignore")
def test_every_shape(zoo_rows, same_grid):
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(SOURCES, bodies, fails=None, joins=False)


@pytest.mark.filterwarnings("ignore")
def test_every_shape_read_in_parts(zoo_rows, same_grid):
    same_grid(SOURCES, PARTS, fails=None, joins=False)
