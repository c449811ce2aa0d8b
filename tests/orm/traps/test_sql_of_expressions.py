"""SQL of annotations, groups, DISTINCT and expressions in the order: used again for equal ones only.

All tests run with JIT_SQL_CHECK, so that text or parameters that are not Django's raise.
"""

from __future__ import annotations

import datetime
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import (
    Aggregate,
    Avg,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Field,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.expressions import Col, OrderBy, RawSQL
from django.db.models.functions import (
    Cast,
    Coalesce,
    Concat,
    ExtractHour,
    Length,
    Lower,
    RowNumber,
    TruncDay,
    Upper,
)
from django.db.models.sql.compiler import SQLCompiler
from django.template.backends.django import DjangoTemplates
from django.utils import timezone
from django.utils.functional import lazystr
from traps.compared import case_of, loop
from zoo.models import Author, Book, Review, Tag
from zoo.odd import Sample

from djust_backend import DjustTemplates
from djust_backend.orm import expressions, shapes

BOOKS = Book.objects.order_by("pk")
PAGE = loop("{{ b.title }}|{{ b.n }}|{{ b.author.name }}")


class LoudCount(Count):
    """A class of the site's."""

    def as_sql(self, compiler, connection, **extra):
        sql, params = super().as_sql(compiler, connection, **extra)
        return f"({sql} + 100)", params


class Name(str):
    """A text of another class."""

    __slots__ = ()


def changed(expression, **attributes):
    """An expression that somebody has changed after it was made."""
    for name, value in attributes.items():
        setattr(expression, name, value)
    return expression


def in_brackets(as_sql):
    """A method that writes brackets around what this one writes."""

    def bracketed(*args, **more):
        sql, params = as_sql(*args, **more)
        return f"({sql})", params

    return bracketed


def same_alias(expression):
    return BOOKS.annotate(n=expression)


#: Each follows others of nearly the same shape.
QUERYSETS = {
    "plain": lambda: BOOKS,
    "count": lambda: same_alias(Count("tags")),
    "count again": lambda: same_alias(Count("tags")),
    "count, each once": lambda: same_alias(Count("tags", distinct=True)),
    "count of others": lambda: same_alias(Count("review")),
    "count of all": lambda: same_alias(Count("*")),
    "count of a column": lambda: same_alias(Count("tags__name")),
    "count of some": lambda: same_alias(Count("tags", filter=Q(tags__name="t1"))),
    "count of some others": lambda: same_alias(Count("tags", filter=Q(tags__name="t2"))),
    "of a filtered": lambda: BOOKS.filter(title="b1").annotate(n=Count("tags")),
    "of another filtered": lambda: BOOKS.filter(title="b2").annotate(n=Count("tags")),
    "filtered by it": lambda: same_alias(Count("tags")).filter(n__gt=0),
    "filtered by it, more": lambda: same_alias(Count("tags")).filter(n__gt=1),
    "filtered after it": lambda: same_alias(Count("tags")).filter(title="b1"),
    "filtered by the related": lambda: BOOKS.filter(tags__name="t1").annotate(n=Count("tags")),
    "filtered by the related after": lambda: same_alias(Count("tags")).filter(tags__name="t1"),
    "ordered by it": lambda: Book.objects.annotate(n=Count("tags")).order_by("n", "pk"),
    "ordered by it, down": lambda: Book.objects.annotate(n=Count("tags")).order_by("-n", "pk"),
    "another name": lambda: BOOKS.annotate(m=Count("tags")),
    "two": lambda: BOOKS.annotate(m=Count("review", distinct=True), n=Count("tags", distinct=True)),
    "two, swapped": lambda: BOOKS.annotate(
        n=Count("review", distinct=True), m=Count("tags", distinct=True)
    ),
    "not selected": lambda: BOOKS.alias(n=Count("tags")),
    "not selected, ordered by": lambda: Book.objects.alias(n=Count("tags")).order_by("-n", "pk"),
    "least": lambda: same_alias(Min("tags__name")),
    "most": lambda: same_alias(Max("tags__name")),
    "sum": lambda: same_alias(Sum("review__pk")),
    "average": lambda: same_alias(Avg("review__pk")),
    "any aggregate": lambda: same_alias(Aggregate("review__pk", function="MAX")),
    "any other aggregate": lambda: same_alias(Aggregate("review__pk", function="MIN")),
    "column": lambda: same_alias(F("title")),
    "other column": lambda: same_alias(F("author__name")),
    "lower": lambda: same_alias(Lower("title")),
    "upper": lambda: same_alias(Upper("title")),
    "upper of lower": lambda: same_alias(Upper(Lower("title"))),
    "length": lambda: same_alias(Length("title")),
    "coalesce": lambda: same_alias(Coalesce("editor__name", "title")),
    "coalesce, swapped": lambda: same_alias(Coalesce("title", "editor__name")),
    "a value": lambda: same_alias(Value("x")),
    "another value": lambda: same_alias(Value("y")),
    "concat": lambda: same_alias(Concat("title", Value("1"), "author__name")),
    "concat of another": lambda: same_alias(Concat("title", Value("2"), "author__name")),
    "sum of columns": lambda: same_alias(F("pk") + F("author_id")),
    "product of columns": lambda: same_alias(F("pk") * F("author_id")),
    "wrapped": lambda: same_alias(ExpressionWrapper(F("pk"), output_field=TextField())),
    "wrapped otherwise": lambda: same_alias(ExpressionWrapper(F("pk"), output_field=CharField())),
    "cast": lambda: same_alias(Cast("title", CharField(max_length=1))),
    "cast, longer": lambda: same_alias(Cast("title", CharField(max_length=9))),
    "cast to text": lambda: same_alias(Cast("title", TextField())),
    "cast to number": lambda: same_alias(Cast("pk", IntegerField())),
    "function": lambda: same_alias(Func("title", function="UPPER")),
    "other function": lambda: same_alias(Func("title", function="LOWER")),
    "template": lambda: same_alias(Func("title", template="LOWER(%(expressions)s)")),
    "changed": lambda: same_alias(changed(Lower("title"), function="UPPER")),
    "changed by code": lambda: same_alias(
        changed(Lower("title"), as_sql=lambda *_args, **_more: ("'code'", []))
    ),
    "lazy name": lambda: same_alias(Func("title", function=lazystr("UPPER"))),
    "name of a class": lambda: same_alias(Func("title", function=Name("LOWER"))),
    "own class": lambda: same_alias(LoudCount("tags")),
    "case": lambda: same_alias(Case(When(title="b1", then="title"), default="author__name")),
    "other case": lambda: same_alias(Case(When(title="b2", then="title"), default="author__name")),
    "raw": lambda: same_alias(RawSQL("1 + 1", [])),
    "other raw": lambda: same_alias(RawSQL("1 + 2", [])),
    "exists": lambda: same_alias(Exists(Tag.objects.filter(tagged=OuterRef("pk")))),
    "exists not": lambda: same_alias(~Exists(Tag.objects.filter(tagged=OuterRef("pk")))),
    "subquery": lambda: same_alias(
        Subquery(Author.objects.filter(pk=OuterRef("author_id")).values("name")[:1])
    ),
    "window": lambda: same_alias(Window(RowNumber(), order_by="pk")),
    "window, down": lambda: same_alias(Window(RowNumber(), order_by="-pk")),
    "comparison": lambda: same_alias(Q(title="b1")),
    "other comparison": lambda: same_alias(Q(title="b2")),
    "of another annotation": lambda: BOOKS.annotate(m=Lower("title")).annotate(n=Upper("m")),
    "filtered by a function": lambda: same_alias(Lower("title")).filter(n="b1"),
    "filtered by another function": lambda: same_alias(Upper("title")).filter(n="B1"),
    "distinct": lambda: BOOKS.distinct(),
    "distinct by tags": lambda: BOOKS.filter(tags__name__startswith="t").distinct(),
    "not distinct by tags": lambda: BOOKS.filter(tags__name__startswith="t"),
    "distinct in the author's order": lambda: Book.objects.order_by("author__name", "pk").distinct(),
    "distinct count": lambda: same_alias(Count("tags")).distinct(),
    "by expression": lambda: Book.objects.order_by(F("title").asc(), "pk"),
    "by expression, down": lambda: Book.objects.order_by(F("title").desc(), "pk"),
    "by function": lambda: Book.objects.order_by(Lower("title"), "pk"),
    "by function, down": lambda: Book.objects.order_by(Lower("title").desc(), "pk"),
    "by function, turned": lambda: Book.objects.order_by(Lower("title"), "pk").reverse(),
    "by other function": lambda: Book.objects.order_by(Upper("title"), "pk"),
    "nulls first": lambda: Book.objects.order_by(F("editor_id").asc(nulls_first=True), "pk"),
    "nulls last": lambda: Book.objects.order_by(F("editor_id").asc(nulls_last=True), "pk"),
    "nulls last, down": lambda: Book.objects.order_by(F("editor_id").desc(nulls_last=True), "pk"),
    "by a value": lambda: Book.objects.order_by(Value(1), "pk"),
    "by another value": lambda: Book.objects.order_by(Value(2), "-pk"),
    "by an order": lambda: Book.objects.order_by(OrderBy(F("title"), descending=True), "pk"),
    "sliced": lambda: same_alias(Count("tags"))[1:3],
    "sliced otherwise": lambda: same_alias(Count("tags"))[:2],
    "joined by the view": lambda: same_alias(Count("tags")).select_related("author"),
    "without columns": lambda: same_alias(Count("tags")).defer("title"),
    "only columns": lambda: same_alias(Count("tags")).only("title"),
}  # fmt: skip


@pytest.fixture
def pages(library, request):
    """Renders a QuerySet on both engines, the same template each time, and compares."""
    page = getattr(request, "param", PAGE)
    ours = case_of(dict, page).template(DjustTemplates)
    stock = case_of(dict, page).template(DjangoTemplates)

    def compare(make, name=""):
        expected = stock.render({"rows": make(), "again": None})
        assert ours.render({"rows": make(), "again": None}) == expected, name
        return expected

    return compare


@pytest.mark.parametrize("order", [list, reversed])
def test_each_queryset_has_its_own_sql(pages, order):
    """In whatever order they come, twice each, on one template."""
    for name in (*order(list(QUERYSETS)), *QUERYSETS):
        pages(QUERYSETS[name], name)


ONCE = {
    "count": lambda: same_alias(Count("tags")),
    "filtered count": lambda: BOOKS.filter(title__startswith="b").annotate(n=Count("tags")),
    "order": lambda: Book.objects.order_by(F("editor_id").desc(nulls_last=True), "pk"),
    "functions": lambda: same_alias(Coalesce(Lower("editor__name"), Upper("title"))),
    "cast": lambda: same_alias(Cast("title", CharField(max_length=9))),
    "distinct": lambda: BOOKS.filter(tags__name__startswith="t").distinct(),
}


@pytest.mark.parametrize("name", ONCE)
def test_django_compiles_a_shape_once(pages, settings, name):
    settings.DJUST_CONFIG = {"JIT_SQL_CHECK": False}
    make = ONCE[name]
    expected = pages(make)
    pages(make)
    template = case_of(dict, PAGE).template(DjustTemplates)
    with patch.object(SQLCompiler, "as_sql", side_effect=AssertionError("compiled again")):
        assert template.render({"rows": make(), "again": None}) == expected


@pytest.mark.parametrize("pages", [loop("{{ b.title }}|{{ b.n }}")], indirect=True)
@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Lower, "function", "UPPER"),
        (Lower, "as_sql", lambda *_args, **_more: ("'patched'", [])),
        (Func, "template", "(%(function)s(%(expressions)s))"),
        (OrderBy, "template", "%(expression)s DESC"),
        (Count, "function", "MAX"),
        (Col, "as_sql", in_brackets(Col.as_sql)),
        (CharField, "cast_db_type", lambda *_args: "varchar(1)"),
        (Field, "cast_db_type", lambda *_args: "varchar(1)"),
    ],
)
def test_a_class_that_is_changed_later_has_other_sql(pages, monkeypatch, kind, name, value):
    def makes():
        yield lambda: same_alias(Lower("title")).order_by(F("title").asc(), "pk")
        yield lambda: same_alias(Count("tags"))
        yield lambda: same_alias(Cast("title", CharField(max_length=9)))

    for make in makes():
        before = pages(make)
        pages(make)
        with monkeypatch.context() as patched:
            patched.setattr(kind, name, value, raising=False)
            pages(make)
            pages(make)
        assert pages(make) == before


def test_a_method_for_one_database_that_is_added_later_is_seen(pages, monkeypatch):
    make = QUERYSETS["lower"]
    pages(make)
    added = f"as_{connection.vendor}"
    monkeypatch.setattr(Lower, added, lambda *_args, **_more: ("'added'", []), raising=False)
    assert "added" in pages(make)


def test_an_order_of_the_model_by_an_expression(library):
    template = case_of(dict, loop("{{ b.name }}")).template(DjustTemplates)
    stock = case_of(dict, loop("{{ b.name }}")).template(DjangoTemplates)
    for ordering in ([Lower("name").desc(), "pk"], [Lower("name"), "pk"], [F("name").desc(), "pk"]):
        for _ in range(2):
            with patch.object(Author._meta, "ordering", ordering):
                expected = stock.render({"rows": Author.objects.all(), "again": None})
                assert template.render({"rows": Author.objects.all(), "again": None}) == expected


def test_time_zones_of_functions(zoo_rows, settings):
    """The zone that is active when the page is rendered counts."""
    page = loop("{{ b.pk }}{{ b.n }}")
    ours = case_of(dict, page).template(DjustTemplates)
    stock = case_of(dict, page).template(DjangoTemplates)
    for function in (ExtractHour("at"), TruncDay("at")):
        for zone in ("Asia/Kathmandu", "America/New_York", "UTC"):
            for uses in (True, False, True):
                settings.USE_TZ = uses
                with timezone.override(zone):
                    rows = Sample.objects.annotate(n=function).order_by("pk")
                    expected = stock.render({"rows": rows.all(), "again": None})
                    assert ours.render({"rows": rows.all(), "again": None}) == expected


def test_errors_are_django_s(pages):
    page = case_of(dict, PAGE).template(DjustTemplates)
    for _ in range(2):
        rows = same_alias(Func("pk", function="NO_SUCH"))
        with pytest.raises(DatabaseError, match=r"(?i)no.such"), transaction.atomic():
            page.render({"rows": rows, "again": None})


def key_of(*found):
    return expressions.Reader().key(*found)


def resolved(expression):
    return BOOKS.annotate(n=expression).query.annotations["n"]


@pytest.mark.parametrize("make", [
    lambda: resolved(Count("tags")), lambda: resolved(Lower("title")), lambda: F("title").desc(),
    lambda: resolved(Cast("title", CharField(max_length=3))),
])  # fmt: skip
def test_equal_expressions_have_equal_keys(make):
    first, second = make(), make()
    assert first is not second
    assert key_of(first) is not None
    assert key_of(first) == key_of(second)
    assert hash(key_of(first)) == hash(key_of(second))


@pytest.mark.parametrize("expression", [
    Value(1), RawSQL("1", []), LoudCount("tags"), Q(title="x"),
    Exists(Tag.objects.filter(tagged=OuterRef("pk"))), ExtractHour("at"),
    Func("title", function=lazystr("UPPER")), Func("title", function=Name("UPPER")),
    Func("title", extra=datetime.date(2026, 1, 1)), object(), Lower,
    changed(F("title"), name=Name("title")),
], ids=repr)  # fmt: skip
def test_what_nothing_is_proven_of_has_no_key(expression):
    assert key_of(expression) is None


def test_an_interpreter_that_does_not_tell_versions_has_no_keys(monkeypatch):
    monkeypatch.setattr(expressions, "versions", lambda classes: None)
    assert key_of(F("title")) is None


def test_one_and_true_are_told_apart():
    keys = {key_of(Func(F("title"), what=what)) for what in (1, True, 1.0, "1", None, (1,), [1])}
    assert len(keys) == 7


def test_fields_of_a_key_live_as_long_as_its_shape(library):
    rows = BOOKS.annotate(n=Lower("title"))
    simple = shapes.simple(rows)
    assert Book._meta.get_field("title") in simple.shape._held


def test_reviews_of_authors_by_many_joins(library):
    """Groups over joins that differ in their kind."""
    page = loop("{{ b.name }}{{ b.n }}{{ b.m }}")
    ours = case_of(dict, page).template(DjustTemplates)
    stock = case_of(dict, page).template(DjangoTemplates)
    for make in (
        lambda: Author.objects.annotate(n=Count("book"), m=Count("book__review")),
        lambda: Author.objects.filter(book__title="b1").annotate(n=Count("book")),
        lambda: Author.objects.exclude(book__title="b1").annotate(n=Count("book")),
        lambda: Author.objects.annotate(n=Max("book__review__pk")).filter(book__title="b1"),
        lambda: Review.objects.annotate(n=F("book__title"), m=F("reader__name")),
    ):
        for _ in range(2):
            rows = make().order_by("pk")
            expected = stock.render({"rows": rows.all(), "again": None})
            assert ours.render({"rows": rows.all(), "again": None}) == expected
