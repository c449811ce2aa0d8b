"""SQL that was compiled once: used for every QuerySet of its shape, and for no other.

All tests run with JIT_SQL_CHECK, so that text or parameters that are not Django's raise.
"""

from __future__ import annotations

import datetime
from unittest.mock import patch

import pytest
from django.db.models import CharField, Exists, F, OuterRef, Q, Transform, Value, lookups
from django.db.models.functions import Upper
from django.db.models.sql.compiler import SQLCompiler
from django.template.backends.django import DjangoTemplates
from traps.compared import case_of, loop
from zoo.models import Author, Book, Chapter, Tag
from zoo.odd import Sample
from zoo.wild import LARGEST

from djust_backend import DjustTemplates
from djust_backend.orm import statements

BOOKS = Book.objects.order_by("pk")
PAGE = loop("{{ b.title }}{{ b.author.name }}{% for t in b.tags.all %}{{ t.name }}{% endfor %}")

#: Each follows others of nearly the same shape.
QUERYSETS = {
    "all": lambda: BOOKS,
    "one": lambda: BOOKS.filter(title="b1"),
    "another": lambda: BOOKS.filter(title="b2"),
    "none there": lambda: BOOKS.filter(title="%s' -- %%"),
    "null": lambda: BOOKS.filter(editor=None),
    "not null": lambda: BOOKS.filter(editor__isnull=False),
    "exact null": lambda: BOOKS.filter(editor__isnull=True),
    "excluded": lambda: BOOKS.exclude(title="b1"),
    "excluded null": lambda: BOOKS.exclude(editor=None),
    "excluded nullable": lambda: BOOKS.exclude(editor_id=1),
    "in nothing": lambda: BOOKS.filter(pk__in=[]),
    "in one": lambda: BOOKS.filter(title__in=["b1"]),
    "in two": lambda: BOOKS.filter(title__in=["b1", "b2"]),
    "in two of one": lambda: BOOKS.filter(title__in=["b1", "b1"]),
    "in null": lambda: BOOKS.filter(title__in=["b1", None]),
    "in only null": lambda: BOOKS.filter(title__in=[None]),
    "not in": lambda: BOOKS.exclude(title__in=["b1", "b2"]),
    "in rows": lambda: BOOKS.filter(author__in=Author.objects.filter(name="a1")),
    "or": lambda: BOOKS.filter(Q(title="b1") | Q(title="b2")),
    "and": lambda: BOOKS.filter(Q(title="b1") & Q(title="b2")),
    "xor": lambda: BOOKS.filter(Q(title="b1") ^ Q(pk__gt=0)),
    "or nothing": lambda: BOOKS.filter(Q(title="b1") | Q(pk__in=[])),
    "or too great": lambda: BOOKS.filter(Q(title="b1") | Q(pk=2**70)),
    "too great": lambda: BOOKS.filter(pk=2**70),
    "less than too great": lambda: BOOKS.filter(pk__lt=2**70),
    "more than half": lambda: BOOKS.filter(pk__gte=1.5),
    "between": lambda: BOOKS.filter(pk__range=(1, 10**6)),
    "like": lambda: BOOKS.filter(title__contains="1"),
    "like a sign": lambda: BOOKS.filter(title__contains="%"),
    "ilike": lambda: BOOKS.filter(title__istartswith="B"),
    "iexact": lambda: BOOKS.filter(title__iexact="B1"),
    "iexact null": lambda: BOOKS.filter(title__iexact=None),
    "regex": lambda: BOOKS.filter(title__regex="b[12]"),
    "of the author": lambda: BOOKS.filter(author__name="a1"),
    "of the author's country": lambda: BOOKS.filter(author__country__name="c0"),
    "of an author": lambda: BOOKS.filter(author=Author.objects.order_by("pk").first()),
    "of an unsaved key": lambda: BOOKS.filter(author_id="3"),
    "of tags": lambda: BOOKS.filter(tags__name="t1"),
    "of tags, twice": lambda: BOOKS.filter(tags__name="t1").filter(tags__name="t2"),
    "expression": lambda: BOOKS.filter(title=F("author__name")),
    "function": lambda: BOOKS.filter(title=Upper(Value("b1"))),
    "exists": lambda: BOOKS.filter(Exists(Tag.objects.filter(tagged=OuterRef("pk")))),
    "sliced": lambda: BOOKS[:2],
    "sliced further": lambda: BOOKS[1:4],
    "sliced open": lambda: BOOKS[2:],
    "sliced empty": lambda: BOOKS[2:2],
    "other order": lambda: Book.objects.order_by("-pk"),
    "reversed": lambda: BOOKS.reverse(),
    "without order": lambda: Book.objects.order_by(),
    "joined order": lambda: Book.objects.order_by("author__name", "pk"),
    "other columns": lambda: BOOKS.only("title"),
    "distinct": lambda: BOOKS.distinct(),
}  # fmt: skip


@pytest.mark.parametrize("order", [list, reversed])
def test_each_queryset_has_its_own_sql(library, order):
    """In whatever order they come, twice each, on one template."""
    ours = case_of(dict, PAGE).template(DjustTemplates)
    stock = case_of(dict, PAGE).template(DjangoTemplates)
    for name in (*order(list(QUERYSETS)), *QUERYSETS):
        make = QUERYSETS[name]
        expected = stock.render({"rows": make(), "again": None})
        assert ours.render({"rows": make(), "again": None}) == expected, name


def test_values_of_every_type(zoo_rows):
    ours = case_of(dict, loop("{{ b.pk }}")).template(DjustTemplates)
    stock = case_of(dict, loop("{{ b.pk }}")).template(DjangoTemplates)
    now = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.timezone.utc)
    for name, values in {
        "flag": [True, False, 1, "0"],
        "maybe": [None, True, False],
        "whole": [0, 1, -1, "7", 2**40, 1.0],
        "part": [0, 0.5, "1.5", LARGEST],
        "price": [0, "1.50", 2.5],
        "day": [datetime.date(2026, 3, 2), now, "2026-03-02"],
        "at": [now, "2026-03-02T09:30:00Z"],
        "status": ["d", Sample.Status.DRAFT, ""],
        "loud": ["x", "X"],
        "key": ["0" * 32, None],
        "data": [{}, [], "x", 1, True],
        "text": ["", "a\\\\b", "a%s", "\U0001f600"],
    }.items():
        for value in values:
            for found in (
                Sample.objects.filter(**{name: value}),
                Sample.objects.exclude(**{name: value}),
            ):
                rows = found.order_by("pk")
                expected = stock.render({"rows": rows.all(), "again": None})
                assert ours.render({"rows": rows.all(), "again": None}) == expected, (name, value)


def test_django_compiles_a_shape_once(library, settings):
    settings.DJUST_CONFIG = {"JIT_SQL_CHECK": False}
    template = case_of(dict, PAGE).template(DjustTemplates)
    template.render({"rows": BOOKS.filter(title="b0", pk__gt=0)[:4], "again": None})
    with patch.object(SQLCompiler, "as_sql", side_effect=AssertionError("compiled again")):
        page = template.render({"rows": BOOKS.filter(title="b1", pk__gt=1)[1:3], "again": None})
    stock = case_of(dict, PAGE).template(DjangoTemplates)
    assert page == stock.render({"rows": BOOKS.filter(title="b1", pk__gt=1)[1:3], "again": None})


def test_switched_off_each_query_is_compiled(library, settings):
    settings.DJUST_CONFIG = {"JIT_SQL_REUSE": False}
    template = case_of(dict, PAGE).template(DjustTemplates)
    for _ in range(2):
        with patch.object(
            SQLCompiler, "as_sql", autospec=True, side_effect=SQLCompiler.as_sql
        ) as compiled:
            template.render({"rows": BOOKS.all(), "again": None})
        assert compiled.call_count >= 2


def test_a_model_whose_order_changes_has_other_sql(library):
    template = case_of(dict, loop("{{ b.name }}")).template(DjustTemplates)
    stock = case_of(dict, loop("{{ b.name }}")).template(DjangoTemplates)
    for ordering in (["-name", "pk"], ["name", "pk"], ["-pk"], []):
        with patch.object(Author._meta, "ordering", ordering):
            expected = stock.render({"rows": Author.objects.all(), "again": None})
            assert template.render({"rows": Author.objects.all(), "again": None}) == expected


def test_other_sql_than_django_s_is_noticed(library, monkeypatch):
    template = case_of(dict, PAGE).template(DjustTemplates)
    template.render({"rows": BOOKS.filter(title="b0"), "again": None})
    monkeypatch.setattr(statements, "_limits", lambda query, connection: " LIMIT 1")
    with pytest.raises(statements.DifferentSQLError, match="LIMIT 1"):
        template.render({"rows": BOOKS.filter(title="b1"), "again": None})


# What changes while the site runs


@pytest.fixture(params=[True, False], ids=["compared", "as in production"])
def rows_are_stocks(request, settings):
    """Compares rows of a function's QuerySet on one template."""
    settings.DJUST_CONFIG = {**settings.DJUST_CONFIG, "JIT_SQL_CHECK": request.param}
    page = loop("{{ b.pk }}")
    ours = case_of(dict, page).template(DjustTemplates)
    stock = case_of(dict, page).template(DjangoTemplates)

    def compare(make):
        expected = stock.render({"rows": make()})
        assert [ours.render({"rows": make()}) for _ in range(2)] == [expected] * 2

    return compare


@pytest.mark.parametrize(
    "make",
    [
        lambda: Book.objects.order_by("title__turned", "pk"),
        lambda: Book.objects.order_by("-author__name__turned", "pk"),
        lambda: Book.objects.order_by(F("title__turned").desc(), "pk"),
        lambda: Book.objects.order_by(Upper("author__name__turned"), "pk"),
    ],
)
def test_a_transform_in_the_order_is_the_one_that_is_registered(library, rows_are_stocks, make):
    functions = (
        {"function": "LOWER"},
        {"template": "REPLACE(%(expressions)s, '1', 'z')"},
        {"template": "REPLACE(%(expressions)s, '0', 'z')"},
    )
    for more in functions:
        kind = type("Turned", (Transform,), {"lookup_name": "turned", **more})
        CharField.register_lookup(kind)
        try:
            rows_are_stocks(make)
        finally:
            CharField._unregister_lookup(kind)


def test_the_order_of_a_related_model_may_change(library, rows_are_stocks, monkeypatch):
    for order in (["name", "pk"], ["-name", "pk"], ["country", "-pk"], [F("name").desc(), "pk"]):
        monkeypatch.setattr(Author._meta, "ordering", order)
        for name in ("author", "-author", "author_id", "pk"):
            rows_are_stocks(lambda name=name: Book.objects.order_by(name, "pk"))
        rows_are_stocks(lambda: Chapter.objects.order_by("book__author", "-pk"))


def test_a_comparison_may_be_given_another_method(library, rows_are_stocks, monkeypatch):
    """Whose parameters are those of Django for some values only."""
    stock = lookups.Exact.as_sql

    def lower(self, compiler, connection):
        sql, params = stock(self, compiler, connection)
        return sql, [value.lower() if isinstance(value, str) else value for value in params]

    def compare():
        for title in ("b0", "B1", "b2"):
            rows_are_stocks(lambda title=title: Book.objects.filter(title=title).order_by("pk"))

    compare()
    monkeypatch.setattr(lookups.Exact, "as_sql", lower)
    compare()
    monkeypatch.undo()
    compare()
