"""QuerySets that tags read: their SQL is Django's, whether it was compiled before or not.

All tests run with JIT_SQL_CHECK, so that text or parameters that are not Django's raise.
"""

from __future__ import annotations

import datetime
import gc
import re
import threading
from collections.abc import Callable
from typing import Any
from unittest import mock
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connections, models
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Upper
from django.db.models.sql import compiler as compilers_of_django
from django.db.models.sql.compiler import SQLCompiler
from django.template import Context
from django.template.backends.django import DjangoTemplates
from django.template.defaulttags import IfNode
from django.test.utils import CaptureQueriesContext, override_settings
from traps.compared import case_of
from traps.test_sql_used_again import QUERYSETS
from traps.test_stored_times import STORED
from zoo.models import Author, Book, Chapter, Country
from zoo.odd import Sample

from djust_backend import DjustTemplates
from djust_backend.orm import compilers, statements

BOOKS = Book.objects.order_by("pk")

# Not the stand-in for it that `django.db` has.
connection = connections["default"]

# PostgreSQL's cursors on the server have numbers.
_CURSOR = re.compile(r"_django_curs_\w+")

#: What a tag may do with a QuerySet.
WAYS: dict[str, Callable[[Any], Any]] = {
    "list": lambda rows: [row.pk for row in rows],
    "exists": lambda rows: rows.exists(),
    "count": lambda rows: rows.count(),
    "truth": lambda rows: bool(rows),
    "first": lambda rows: rows.first(),
    "iterator": lambda rows: [row.pk for row in rows.iterator(chunk_size=2)],
    "values": lambda rows: list(rows.values("pk", "author__name")),
    "flat": lambda rows: list(rows.values_list("title", flat=True)),
    "joined": lambda rows: [row.author.name for row in rows.select_related("author")],
    "joined twice": lambda rows: [
        str(row.author.country) for row in rows.select_related("author__country", "editor")
    ],
    "fewer columns": lambda rows: [row.title for row in rows.only("title")],
    "further": lambda rows: [row.pk for row in read(rows).filter(author__name="a1")],
    "joined and further": lambda rows: [
        row.pk for row in read(rows.select_related("editor")).exclude(editor__name="a1")
    ],
    "within": lambda rows: list(Chapter.objects.filter(book__in=rows.values("pk")).order_by("pk")),
    "text": lambda rows: str(read(rows).query),
    "union": lambda rows: [row.pk for row in rows.order_by().union(rows.order_by())],
    "annotated": lambda rows: [row.n for row in rows.annotate(n=Count("tags"))],
    "valued": lambda rows: [row.n for row in rows.annotate(n=Value("x"))],
    "prefetched": lambda rows: [
        len(row.tags.all()) for row in rows.prefetch_related(Prefetch("tags"))
    ],
    "deleted": lambda rows: rows.filter(pk=-1).delete(),
    "updated": lambda rows: rows.filter(pk=-1).update(title="x"),
}


def read(rows: Any) -> Any:
    """The same QuerySet with its rows."""
    len(rows)
    return rows


class Work:
    """What a tag is handed: a function that templates leave alone."""

    do_not_call_in_templates = True

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run

    def __call__(self) -> Any:
        """What the function gives, or the exception that it raises."""
        try:
            return self.run()
        except Exception as error:  # noqa: BLE001 - it has to be stock's
            return f"{type(error).__name__}: {error}"


@pytest.fixture
def pages():
    """Templates of stock and of ours that do some work in a tag."""
    case = case_of(dict, "{% worked work %}")
    ours = case.template(DjustTemplates)
    # Connections are looked for once in a while.
    for _ in range(64):
        ours.render({"work": Work(lambda: "nothing")})
    return case.template(DjangoTemplates), ours


@pytest.fixture
def same_work(pages):
    """Text and SQL of some work in a tag are stock's, on two renders."""

    def compare(run: Callable[[], Any]) -> None:
        seen = []
        for template in (pages[0], pages[1], pages[1]):
            with CaptureQueriesContext(connection) as queries:
                page = template.render({"work": Work(run)})
            seen.append((page, [_CURSOR.sub("", query["sql"]) for query in queries]))
        assert seen[1:] == seen[:1] * 2

    return compare


@pytest.mark.parametrize("way", WAYS)
def test_whatever_a_tag_does_with_it(library, same_work, subtests, way):
    for name, make in QUERYSETS.items():
        with subtests.test(name):
            same_work(lambda make=make: WAYS[way](make().all()))


def test_fields_of_ones_own(zoo_rows, same_work):
    for more in ({}, {"loud": "x"}, {"key": None}, {"data": {}}, {"flag": True}):
        same_work(lambda more=more: list(Sample.objects.filter(**more).order_by("pk").values()))
        same_work(lambda more=more: [vars(row)["id"] for row in Sample.objects.filter(**more)])


@pytest.mark.parametrize(
    "make",
    [
        lambda: BOOKS.none(),
        lambda: BOOKS.filter(Exists(Author.objects.filter(pk=OuterRef("author"), name="a1"))),
        lambda: BOOKS.annotate(loud=Upper("title")).order_by("-loud"),
        lambda: BOOKS.alias(loud=Upper("title")).filter(loud="B1"),
        lambda: BOOKS.extra(select={"n": "1"}, where=["1 = 1"]),
        lambda: BOOKS.filter(author__name=F("title")),
        lambda: BOOKS.filter(~Q(tags__name="t1")).distinct(),
        lambda: BOOKS.select_related(None).order_by("author__country__name", "-pk"),
        lambda: Author.objects.filter(books__tags__name="t1").distinct(),
        lambda: Author.objects.select_related(),
        lambda: Book.objects.defer("title").select_related("author").reverse(),
    ],
)
def test_querysets_of_other_shapes(library, same_work, make):
    for way in ("list", "exists", "count", "first", "text"):
        same_work(lambda way=way: WAYS[way](make().all()))


def whose(name: str, value: Any) -> Any:
    """Books of which another query says something."""
    return Author.objects.filter(**{name: value}).values("pk")


#: Each differs from others in one value, or in what equal values are.
EXPRESSIONS: dict[str, Callable[[], Any]] = {
    "none of all": lambda: BOOKS.none().annotate(n=Value(1)),
    "one": lambda: BOOKS.annotate(n=Value(1)),
    "true": lambda: BOOKS.annotate(n=Value(True)),
    "a text": lambda: BOOKS.annotate(n=Value("1")),
    "a number of a kind": lambda: BOOKS.annotate(n=Value(1, output_field=FloatField())),
    "half": lambda: BOOKS.annotate(n=Value(0.5)),
    "a moment": lambda: BOOKS.annotate(n=Value(datetime.datetime(2026, 1, 2))),
    "nothing": lambda: BOOKS.annotate(n=Value(None, output_field=FloatField())),
    "case": lambda: BOOKS.annotate(n=Case(When(title="b1", then=1), default=2)).order_by("n", "pk"),
    "case of another": lambda: BOOKS.annotate(n=Case(When(title="b2", then=1), default=2)),
    "case with another": lambda: BOOKS.annotate(n=Case(When(title="b1", then=3), default=2)),
    "case of two": lambda: BOOKS.annotate(
        n=Case(When(title="b1", author__name="a1", then=F("pk")), When(pk__gt=3, then=0))
    ),
    "case in the order": lambda: Book.objects.order_by(Case(When(title="b1", then=1)), "pk"),
    "a case of nothing": lambda: BOOKS.annotate(n=Case(When(pk__in=[], then=1), default=2)),
    "subquery": lambda: BOOKS.annotate(
        n=Subquery(Author.objects.filter(pk=OuterRef("author"), name="a1").values("name")[:1])
    ),
    "subquery of another": lambda: BOOKS.annotate(
        n=Subquery(Author.objects.filter(pk=OuterRef("author"), name="a2").values("name")[:1])
    ),
    "subquery twice": lambda: BOOKS.annotate(
        n=Subquery(Author.objects.filter(pk=OuterRef("author")).values("pk")),
        m=Subquery(Author.objects.filter(pk=OuterRef("author")).values("pk")),
    ).order_by("m", "n"),
    "in a subquery": lambda: BOOKS.filter(author__in=whose("name", "a1")),
    "in another": lambda: BOOKS.filter(author__in=whose("name", "a2")),
    "in one of none": lambda: BOOKS.filter(author__in=Author.objects.none()),
    "in one or another": lambda: BOOKS.filter(
        Q(author__in=whose("name", "a1")) | Q(author__in=whose("country__name", "c1"))
    ),
    "in one in one": lambda: BOOKS.filter(
        author__in=whose("country__in", Country.objects.filter(name="c1"))
    ),
    "in itself": lambda: BOOKS.filter(pk__in=BOOKS.values("pk")[:3]),
    "exists": lambda: BOOKS.filter(Exists(Author.objects.filter(pk=OuterRef("author"), name="a1"))),
    "exists not": lambda: BOOKS.filter(
        ~Exists(Author.objects.filter(pk=OuterRef("author"), name="a1"))
    ),
    "not of tags": lambda: BOOKS.exclude(tags__name="t1").exclude(tags__name="t2"),
    "counted": lambda: BOOKS.annotate(n=Count("tags")).filter(n__gt=0),
    "counted some": lambda: BOOKS.annotate(n=Count("tags", filter=Q(tags__name="t1"))),
    "counted others": lambda: BOOKS.annotate(n=Count("tags", filter=Q(tags__name="t2"))),
    "by author": lambda: BOOKS.order_by().values("author").annotate(n=Count("pk")).order_by("n"),
    "greatest": lambda: BOOKS.values("author").annotate(n=Max("pk")).order_by("author"),
    "a sum": lambda: BOOKS.annotate(n=F("pk") + 1).filter(n__gt=2),
    "another sum": lambda: BOOKS.annotate(n=F("pk") + 2).filter(n__gt=2),
    "cast": lambda: BOOKS.annotate(n=Cast("pk", CharField(max_length=9))).filter(n="1"),
    "coalesced": lambda: BOOKS.annotate(n=Coalesce("editor__name", Value("nobody"))),
    "coalesced else": lambda: BOOKS.annotate(n=Coalesce("editor__name", Value("somebody"))),
    "joined": lambda: BOOKS.annotate(n=Value("x")).select_related("author", "editor"),
    "aliased": lambda: BOOKS.alias(n=Upper("title")).filter(n="B1").order_by("-n"),
}  # fmt: skip


@pytest.mark.parametrize("way", ["list", "exists", "count", "first", "text", "further"])
@pytest.mark.parametrize("order", [list, reversed])
def test_values_of_expressions(library, same_work, subtests, order, way):
    def rows(found):
        return [row if isinstance(row, dict) else sorted(plain(row)) for row in found]

    ways = {**WAYS, "list": rows}
    for name in (*order(list(EXPRESSIONS)), *EXPRESSIONS):
        with subtests.test(name):
            same_work(lambda name=name: ways[way](EXPRESSIONS[name]()))


def plain(row: Any) -> list[str]:
    """What a row has, its state aside."""
    return [f"{name}={value!r}" for name, value in vars(row).items() if name != "_state"]


#: Columns that Django converts, without those of classes of a site's own.
CONVERTED = ("flag", "maybe", "whole", "price", "day", "at", "hour", "took", "key", "address")


@pytest.mark.parametrize("changed", [{}, {"TIME_ZONE": "Asia/Tokyo"}, {"USE_TZ": False}])
def test_what_instances_hold(zoo_rows, same_work, changed):
    with override_settings(**changed):
        same_work(lambda: [plain(row) for row in Sample.objects.only(*CONVERTED)])
        same_work(lambda: list(Sample.objects.values_list(*CONVERTED)))
        same_work(lambda: [plain(row) for row in Sample.objects.only("at").iterator()][:1])
        same_work(lambda: next(iter(Sample.objects.only(*CONVERTED).iterator(1))).at)
        same_work(lambda: [row.n for row in Sample.objects.only("at").annotate(n=Max("at"))])
        same_work(lambda: Sample.objects.aggregate(n=Max("at"), m=Max("price")))


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="others keep times as such")
def test_whatever_stands_in_a_column_of_instances(zoo_rows, same_work, subtests):
    """The same value, or the same error."""
    for value in (*STORED, 2, "x", True, 1.0, b"1"):
        with subtests.test(repr(value)):
            for name in ("at", "day", "flag", "maybe", "price", "whole"):
                # A page later, nothing is left of this.
                Sample.objects.update(**dict.fromkeys(("at", "day", "maybe"), None), flag=False)
                with connection.cursor() as cursor:
                    try:
                        cursor.execute(f"UPDATE zoo_sample SET {name} = %s", [value])
                    except IntegrityError:
                        continue
                same_work(lambda name=name: [plain(row) for row in Sample.objects.only(name)])


def test_a_row_that_cannot_be_converted_ends_the_rows(zoo_rows, same_work):
    def work():
        seen = []
        fails = [True]

        def convert(value, _expression, _connection):
            if fails.pop() if fails else False:
                raise ValueError("first")
            return value

        compiler = Book.objects.order_by("pk").query.get_compiler("default")
        rows = compiler.results_iter()
        rows = compiler.apply_converters(rows, {0: ([convert], compiler.select[0][0])})
        for _ in range(3):
            try:
                seen.append(type(next(rows)).__name__)
            except (ValueError, StopIteration) as error:
                seen.append(repr(error))
        return seen

    same_work(work)


def test_django_compiles_an_expression_once(library, pages, settings):
    settings.DJUST_CONFIG = {"JIT_SQL_CHECK": False}
    for name in ("case", "subquery", "in one in one", "counted some", "none of all"):
        make = EXPRESSIONS[name]
        work = Work(lambda make=make: [str(row.pk) for row in make()])
        pages[1].render({"work": work})
        with patch.object(statements, "remember", side_effect=AssertionError("compiled again")):
            assert pages[1].render({"work": work}) == pages[0].render({"work": work}), name


def test_django_compiles_a_shape_once(library, pages, settings):
    settings.DJUST_CONFIG = {"JIT_SQL_CHECK": False}

    def work(title):
        return Work(
            lambda: [
                [row.pk for row in BOOKS.filter(title=title)],
                BOOKS.filter(title=title).exists(),
                list(BOOKS.filter(title=title).values("pk")),
                [row.author.pk for row in BOOKS.filter(title=title).select_related("author")],
            ]
        )

    pages[1].render({"work": work("b0")})
    with patch.object(statements, "remember", side_effect=AssertionError("compiled again")):
        page = pages[1].render({"work": work("b1")})
        assert "compiled again" in pages[1].render({"work": Work(lambda: list(BOOKS[2:5]))})
    assert page == pages[0].render({"work": work("b1")})


def test_nothing_stays_with_the_connection(library, pages):
    own = connection.ops.compiler("SQLCompiler")
    found = []

    def work():
        found.append(connection.ops.compiler("SQLCompiler"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pages[1].render({"work": Work(work)})
    assert found[0] is not own
    assert issubclass(found[0], own)
    assert found[0].__qualname__ == own.__qualname__
    assert connection.ops.compiler("SQLCompiler") is own
    assert (
        connection.ops.compiler("SQLInsertCompiler") is compilers_of(connection).SQLInsertCompiler
    )


def compilers_of(connection):
    """The module of a connection's compilers."""
    return vars(connection.ops)["_cache"]


def test_pages_within_pages(library, pages):
    """The inner one ends first, and the outer one goes on."""
    own = connection.ops.compiler("SQLCompiler")
    found = []

    def inner():
        found.append(connection.ops.compiler("SQLCompiler"))

    def outer():
        pages[1].render({"work": Work(inner)})
        inner()
        pages[0].render({"work": Work(inner)})

    pages[1].render({"work": Work(outer)})
    assert found[0] is found[1] is found[2] is not own
    assert connection.ops.compiler("SQLCompiler") is own


def test_a_node_alone_gives_back_what_it_has_lent(library, pages):
    own = connection.ops.compiler("SQLCompiler")
    template = case_of(dict, "{% if 1 %}{% worked work %}{% endif %}").template(DjustTemplates)
    (node,) = template.template.nodelist.get_nodes_by_type(IfNode)
    found = []
    work = Work(lambda: found.append(connection.ops.compiler("SQLCompiler")))
    context = Context({"work": work})
    with (
        context.bind_template(template.template),
        context.render_context.push_state(template.template),
    ):
        assert node.render(context) == "None"
    del context
    gc.collect()
    assert found[0] is not own
    assert connection.ops.compiler("SQLCompiler") is own


def test_a_site_without_databases(monkeypatch):
    def fails(initialized_only=False):
        raise ImproperlyConfigured("no databases")

    monkeypatch.setattr(connections, "all", fails)
    assert compilers.lendings() == []


def test_a_class_of_the_sites_compiles(library, same_work, monkeypatch):
    """It takes the place of Django's in the module; and its methods that of Django's in the class."""

    class Shouting(SQLCompiler):
        def as_sql(self, *args, **kwargs):
            sql, params = super().as_sql(*args, **kwargs)
            return f"{sql} /* site */", params

    def work():
        return [row.pk for row in BOOKS.filter(title="b1")], BOOKS.all().exists()

    same_work(work)
    module = compilers_of(connection)
    with monkeypatch.context() as patched:
        patched.setattr(module, "SQLCompiler", Shouting)
        same_work(work)
    stock = SQLCompiler.as_sql

    def as_sql(self, *args, **kwargs):
        sql, params = stock(self, *args, **kwargs)
        return f"{sql} /* patched */", params

    with monkeypatch.context() as patched:
        patched.setattr(compilers_of_django.SQLCompiler, "as_sql", as_sql)
        same_work(work)
    for name in ("as_sql", "pre_sql_setup", "get_from_clause"):
        ran = mock.Mock(side_effect=RuntimeError("asked"))
        with patch.object(SQLCompiler, name, ran):
            same_work(work)
        # On stock and on ours, each time; an exception ends the work.
        assert ran.call_count == 3
    with patch.object(connection.ops, "quote_name", lambda name: f'"{name}"  '):
        same_work(work)
    same_work(work)


def test_a_lookup_of_the_sites_compiles(library, same_work):
    class Loudly(models.lookups.Exact):
        lookup_name = "loudly"

        def as_sql(self, compiler, connection):
            sql, params = super().as_sql(compiler, connection)
            return f"{sql} /* loud */", params

    models.CharField.register_lookup(Loudly)
    try:
        same_work(lambda: [row.pk for row in BOOKS.filter(title__loudly="b1")])
    finally:
        models.CharField._unregister_lookup(Loudly)


def test_switched_off_nothing_is_lent(library, pages, settings):
    own = connection.ops.compiler("SQLCompiler")
    settings.DJUST_CONFIG = {"JIT_SQL_REUSE": False}
    with patch.object(SQLCompiler, "as_sql", autospec=True, side_effect=SQLCompiler.as_sql) as ran:
        for _ in range(2):
            pages[1].render({"work": Work(lambda: list(BOOKS.all()))})
    assert ran.call_count == 2
    assert connection.ops.compiler("SQLCompiler") is own


def test_other_sql_than_django_s_is_noticed(library, pages):
    work = Work(lambda: list(BOOKS.filter(title="b1")))
    pages[1].render({"work": work})
    for key, known in list(statements._statements(connection).items()):
        if hasattr(known, "left"):
            statements.remember(connection, key, known.but(sql=f"{known.sql} LIMIT 1"))
    assert "DifferentSQLError" in pages[1].render({"work": work})
    statements._statements(connection).clear()


def test_each_thread_has_its_own(library, pages):
    """A connection that threads share is lent once, and works for both."""
    found = []

    def elsewhere():
        found.append(pages[1].render({"work": Work(lambda: "there")}))

    def work():
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        return [row.pk for row in BOOKS.all()]

    assert pages[1].render({"work": Work(work)}) == pages[0].render({"work": Work(work)})
    assert len(found) == 2
