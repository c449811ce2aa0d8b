"""Keys of queries: equal where only parameters differ, and different where anything else may."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from django.db import connections, models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now, TruncDay, Upper
from django.db.models.lookups import Exact
from zoo.models import Author, Book, Chapter
from zoo.odd import Sample

# The face says what reads keys.
from djust_backend import template as _template  # noqa: F401
from djust_backend.orm import compilers, query_keys

connection = connections["default"]


_reusing = cache(compilers._reusing)


def compiler_of(queryset: Any) -> Any:
    """What compiles a query while a page is rendered."""
    kind = _reusing(type(queryset.query.get_compiler("default")))
    return kind(queryset.query, connection, "default")


def simple(queryset: Any) -> Any:
    compiler = compiler_of(queryset)
    if compilers._selected(compiler.query) is None:
        return None
    found = query_keys.simple(compiler)
    return None if found is None else found[0]


def whole(queryset: Any) -> Any:
    return query_keys.whole(compiler_of(queryset))


#: Simple queries, each with other SQL than the others.
SIMPLE: dict[str, Callable[[], Any]] = {
    "all": lambda: Book.objects.all(),
    "of another model": lambda: Author.objects.all(),
    "in an order": lambda: Book.objects.order_by("title"),
    "the other way": lambda: Book.objects.order_by("-title"),
    "in that of a relation": lambda: Book.objects.order_by("author"),
    "by an expression": lambda: Book.objects.order_by(F("title").desc()),
    "by another": lambda: Book.objects.order_by(F("title").desc(nulls_last=True)),
    "in no order": lambda: Book.objects.order_by(),
    "reversed": lambda: Book.objects.order_by("title").reverse(),
    "filtered": lambda: Book.objects.filter(title="x"),
    "excluded": lambda: Book.objects.exclude(title="x"),
    "by a part": lambda: Book.objects.filter(title__contains="x"),
    "by a key": lambda: Book.objects.filter(pk=1),
    "by keys": lambda: Book.objects.filter(pk__in=[1, 2]),
    "by nothing": lambda: Book.objects.filter(editor=None),
    "by something": lambda: Book.objects.exclude(editor=None),
    "by two": lambda: Book.objects.filter(title="x", pk=1),
    "by one of two": lambda: Book.objects.filter(Q(title="x") | Q(pk=1)),
    "by a relation": lambda: Book.objects.filter(author__name="x"),
    "by another relation": lambda: Book.objects.filter(editor__name="x"),
    "true": lambda: Sample.objects.filter(flag=True),
    "false": lambda: Sample.objects.filter(flag=False),
    "distinct": lambda: Book.objects.distinct(),
    "joined": lambda: Book.objects.select_related("author"),
    "joined deeper": lambda: Book.objects.select_related("author__country"),
    "joined all": lambda: Book.objects.select_related(),
    "some columns": lambda: Book.objects.only("title"),
    "others": lambda: Book.objects.defer("title"),
    "values": lambda: Book.objects.values("title"),
    "more values": lambda: Book.objects.values("title", "pk"),
    "of a relation": lambda: Book.objects.values("author__name"),
    "the first": lambda: Book.objects.all()[:1],
    "the second": lambda: Book.objects.all()[1:2],
}  # fmt: skip

#: The same but for parameters.
ALIKE: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
    "texts": (lambda value: Book.objects.filter(title=value), ["x", "y", ""]),
    "numbers": (lambda value: Book.objects.filter(pk__gt=value), [1, 2, -5]),
    "a relation": (lambda value: Book.objects.filter(author__name=value), ["x", "y"]),
    "lists": (lambda value: Book.objects.filter(pk__in=value), [[1, 2], [3], []]),
    "truth twice": (lambda value: Sample.objects.filter(flag=True, whole=value), [1, 2]),
    "in an order": (lambda value: Book.objects.filter(pk=value).order_by("author", "-pk"), [1, 2]),
    "expressions": (lambda value: Book.objects.filter(pk=value).order_by(Upper("title")), [1, 2]),
    "values": (lambda value: Book.objects.filter(pk=value).values("title"), [1, 2]),
}

#: Queries that are known with all that is in them; each is another one.
WHOLE: dict[str, Callable[[], Any]] = {
    "a value": lambda: Book.objects.annotate(n=Value("x")),
    "another": lambda: Book.objects.annotate(n=Value("y")),
    "a number": lambda: Book.objects.annotate(n=Value(1)),
    "truth": lambda: Book.objects.annotate(n=Value(True)),
    "a long number": lambda: Book.objects.annotate(n=Value(2**62)),
    "under another name": lambda: Book.objects.annotate(m=Value("x")),
    "a count": lambda: Book.objects.annotate(n=Count("tags")),
    "a count of some": lambda: Book.objects.annotate(n=Count("tags", filter=Q(pk=1))),
    "a count of others": lambda: Book.objects.annotate(n=Count("tags", filter=Q(pk=2))),
    "once each": lambda: Book.objects.annotate(n=Count("tags", distinct=True)),
    "a case": lambda: Book.objects.annotate(n=Case(When(title="x", then=1), default=2)),
    "another case": lambda: Book.objects.annotate(n=Case(When(title="y", then=1), default=2)),
    "in others": lambda: Book.objects.filter(author__in=Author.objects.filter(name="x")),
    "in yet others": lambda: Book.objects.filter(author__in=Author.objects.filter(name="y")),
    "with chapters": lambda: Book.objects.filter(
        Exists(Chapter.objects.filter(book=OuterRef("pk")))
    ),
    "none": lambda: Book.objects.none(),
}

#: Something in them is not known.
UNKNOWN: dict[str, Callable[[], Any]] = {
    "raw": lambda: Book.objects.annotate(n=RawSQL("1", ())),
    "extra": lambda: Book.objects.extra(where=["1 = 1"]),
    "a time": lambda: Sample.objects.annotate(n=TruncDay("at")),
    "a class of ones own": lambda: Book.objects.annotate(n=Shout("title")),
    "a comparison of ones own": lambda: Book.objects.filter(Loudly(F("title"), "x")),
    "a value of an unusual type": lambda: Book.objects.annotate(n=Value(0.5)),
    "a number that is too long": lambda: Book.objects.annotate(n=Value(2**70)),
    "a text that is too long": lambda: Book.objects.annotate(n=Value("x" * 300)),
    "for an update": lambda: Book.objects.select_for_update(),
    "a union": lambda: Book.objects.all().union(Book.objects.all()),
}


class Shout(models.Func):
    """An expression of a site."""

    function = "UPPER"
    output_field = CharField()


class Loudly(Exact):
    """A lookup of a site."""


@pytest.mark.parametrize("key", [simple, whole])
def test_other_sql_has_another_key(key):
    keys = {name: key(make()) for name, make in SIMPLE.items()}
    assert None not in keys.values()
    for name, other in combinations(keys, 2):
        assert keys[name] != keys[other], (name, other)
    for name, make in SIMPLE.items():
        again = key(make())
        assert (again, hash(again)) == (keys[name], hash(keys[name])), name


@pytest.mark.parametrize("name", ALIKE)
def test_parameters_are_not_in_a_simple_key(name):
    make, values = ALIKE[name]
    keys = {simple(make(value)) for value in values}
    assert len(keys) == 1
    assert None not in keys
    found = [query_keys.simple(compiler_of(make(value)))[1] for value in values]
    assert [len(comparisons) for comparisons in found] == [1] * len(values)
    assert len({whole(make(value)) for value in values}) == len(values)


def test_the_key_of_a_whole_query():
    keys = {name: whole(make()) for name, make in WHOLE.items()}
    assert None not in keys.values()
    for name, other in combinations(keys, 2):
        assert keys[name] != keys[other], (name, other)
    assert keys == {name: whole(make()) for name, make in WHOLE.items()}
    assert not any(simple(make()) for make in WHOLE.values())


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_has_no_key(name):
    queryset = UNKNOWN[name]()
    assert simple(queryset) is None
    assert whole(queryset) is None


def test_a_value_that_is_no_parameter_has_no_simple_key():
    for value in (F("title"), Now(), Value("x")):
        assert simple(Book.objects.filter(title=value)) is None


def test_a_change_of_djangos_class_is_another_key(monkeypatch):
    before = simple(Book.objects.all()), whole(WHOLE["a value"]())
    with monkeypatch.context() as patched:
        patched.setattr(Value, "as_sql", lambda *_args: ("1", ()))
        # Not Django's any more.
        assert whole(WHOLE["a value"]()) is None
    with monkeypatch.context() as patched:
        patched.setattr(models.sql.Query, "x", None, raising=False)
        assert simple(Book.objects.all()) not in (None, before[0])
    after = simple(Book.objects.all()), whole(WHOLE["a value"]())
    assert None not in after


def test_a_key_keeps_what_it_names():
    """So that nothing else gets the address of a class or a field."""
    field = Book._meta.get_field("title")
    key = simple(Book.objects.filter(title="x"))
    assert key == simple(Book.objects.filter(title="y"))
    assert key != simple(Book.objects.filter(pk=1))
    assert key != field
    assert key is not None
