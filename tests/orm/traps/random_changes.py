"""Strategies: what a view may do to a QuerySet of a model before it hands it over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    Window,
)
from django.db.models.functions import RowNumber
from hypothesis import strategies as st

from tests.laws.random_pages import shape

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Step:
    """One change of a QuerySet, with its words for the report of a failure."""

    words: str
    change: Callable[[Rows], Rows]


@dataclass(frozen=True)
class Chosen:
    """Names of a model that one change may use: a column, relations, and what is beyond these."""

    model: str
    column: str
    one: str
    further: str
    many: str
    deep: str
    query_name: str
    number: int


@st.composite
def changes_of(draw: st.DrawFn, model: str) -> Step:
    """A change that fits the model's columns and relations."""
    of = shape(model)
    columns = [name for name in of.columns if name.isidentifier() and name not in ("pk", "nothing")]
    one = draw(st.sampled_from(sorted(of.to_one) or ["pk"]))
    many = draw(st.sampled_from(sorted(of.to_many) or ["pk"]))
    names = Chosen(
        model,
        draw(st.sampled_from(columns)),
        one,
        draw(st.sampled_from(_further(of.to_one.get(one)) or ["pk"])),
        many,
        draw(st.sampled_from(_further(of.to_many.get(many)) or ["pk"])),
        _query_name(model, many),
        draw(st.integers(0, 3)),
    )
    kinds = (_orders_and_conditions, _columns, _relations, _combinations, _prefetches)
    options = [step for kind in kinds for step in kind(names)] + _generic_steps(model, one)
    return draw(st.sampled_from(options))


def _orders_and_conditions(names: Chosen) -> list[Step]:
    """Other rows, or in another order."""
    column, one, further, query_name, number = (
        names.column,
        names.one,
        names.further,
        names.query_name,
        names.number,
    )
    return [
        Step(".order_by('pk')", lambda rows: rows.order_by("pk")),
        Step(".order_by('-pk')", lambda rows: rows.order_by("-pk")),
        Step(".order_by()", lambda rows: rows.order_by()),
        Step(f".order_by('{column}', 'pk')", lambda rows: rows.order_by(column, "pk")),
        Step(f".order_by('{one}', 'pk')", lambda rows: rows.order_by(one, "pk")),
        Step(".reverse()", lambda rows: rows.reverse()),
        Step(f".filter(pk__gt={number})", lambda rows: rows.filter(pk__gt=number)),
        Step(f".filter({one}__isnull=True)", lambda rows: rows.filter(**{f"{one}__isnull": True})),
        Step(f".exclude({one}=None)", lambda rows: rows.exclude(**{one: None})),
        Step(f".filter({query_name}__isnull=False)", lambda rows: rows.filter(**{f"{query_name}__isnull": False})),
        Step(".distinct()", lambda rows: rows.distinct()),
        Step(f".order_by(F('{column}').desc(nulls_last=True), 'pk')", lambda rows: rows.order_by(F(column).desc(nulls_last=True), "pk")),
        Step(f".order_by('{one}__{further}', '-pk')", lambda rows: rows.order_by(f"{one}__{further}", "-pk")),
        Step(".filter(Exists(itself))", lambda rows: rows.filter(Exists(rows.model._default_manager.filter(pk=OuterRef("pk"))))),
        Step(f".exclude({query_name}__pk={number})", lambda rows: rows.exclude(**{f"{query_name}__pk": number})),
        Step(f".distinct('{column}')", lambda rows: rows.order_by(column, "pk").distinct(column)),
        Step(f".filter({one}__in=all)", lambda rows: rows.filter(**{f"{one}__in": apps.get_model("zoo", shape(names.model).to_one[one])._default_manager.all()})),
        Step(".update-like", lambda rows: (rows, rows.filter(pk=-1).update(**{column: None}))[0]),
    ]  # fmt: skip


def _columns(names: Chosen) -> list[Step]:
    """Other columns, or values in place of rows."""
    column, one, query_name, number = names.column, names.one, names.query_name, names.number
    return [
        Step(f".annotate(nothing=Count('{query_name}'))", lambda rows: rows.annotate(nothing=Count(query_name))),
        Step(f".annotate(n=Count('{one}', distinct=True))", lambda rows: rows.annotate(n=Count(one, distinct=True))),
        Step(f".annotate(nothing=F('{one}__pk'))", lambda rows: rows.annotate(nothing=F(f"{one}__pk"))),
        Step(f".annotate(nothing=F('{query_name}__pk'))", lambda rows: rows.annotate(nothing=F(f"{query_name}__pk"))),
        Step(".annotate(nothing=Value(3))", lambda rows: rows.annotate(nothing=Value(3))),
        Step(".annotate(nothing=Window())", lambda rows: rows.annotate(nothing=Window(RowNumber(), order_by="pk"))),
        Step(f".only('{column}')", lambda rows: rows.only(column)),
        Step(f".only('pk', '{one}')", lambda rows: rows.only("pk", one)),
        Step(f".defer('{column}')", lambda rows: rows.defer(column)),
        Step(f".defer('{one}')", lambda rows: rows.defer(one)),
        Step(f".extra(select={{'nothing': '{number}'}})", lambda rows: rows.extra(select={"nothing": str(number)})),
        Step(f".values('pk', '{column}', '{one}')", lambda rows: rows.values("pk", column, one)),
        Step(f".values_list('{column}', '{one}')", lambda rows: rows.values_list(column, one)),
        Step(f".values_list('{one}', flat=True)", lambda rows: rows.values_list(one, flat=True)),
        Step(f".values('{one}').annotate(nothing=Count('pk'))", lambda rows: rows.values(one).annotate(nothing=Count("pk")).order_by(one)),
        Step(f".alias(own=F('{column}')).annotate(nothing=F('own'))", lambda rows: rows.alias(own=F(column)).annotate(nothing=F("own"))),
    ]  # fmt: skip


def _relations(names: Chosen) -> list[Step]:
    """What comes along with the rows."""
    column, one, further, many, deep = (
        names.column,
        names.one,
        names.further,
        names.many,
        names.deep,
    )
    return [
        Step(f".select_related('{one}')", lambda rows: rows.select_related(one)),
        Step(f".select_related('{one}__{further}')", lambda rows: rows.select_related(f"{one}__{further}")),
        Step(".select_related()", lambda rows: rows.select_related()),
        Step(f".prefetch_related('{one}')", lambda rows: rows.prefetch_related(one)),
        Step(f".prefetch_related('{many}')", lambda rows: rows.prefetch_related(many)),
        Step(f".prefetch_related('{many}__{deep}')", lambda rows: rows.prefetch_related(f"{many}__{deep}")),
        Step(f".prefetch_related('{one}__{further}')", lambda rows: rows.prefetch_related(f"{one}__{further}")),
        Step(".select_related(None).prefetch_related(None)", lambda rows: rows.select_related(None).prefetch_related(None)),
        Step(f".annotate(nothing=FilteredRelation('{one}'))", lambda rows: rows.annotate(near=FilteredRelation(one, condition=Q(**{f"{one}__pk__gt": 0}))).filter(near__isnull=False)),
        Step(f".only('{column}', '{one}__{further}')", lambda rows: rows.select_related(one).only(column, f"{one}__{further}")),
        Step(f".defer('{one}__{further}')", lambda rows: rows.select_related(one).defer(f"{one}__{further}")),
    ]  # fmt: skip


def _combinations(names: Chosen) -> list[Step]:
    """Slices, unions, locks, databases."""
    number = names.number
    return [
        Step(f"[:{number}]", lambda rows: rows[:number]),
        Step(f"[{number}:]", lambda rows: rows[number:]),
        Step(".union(itself)", lambda rows: rows.order_by().union(rows.order_by())),
        Step(".union(itself, all=True).order_by('id')", lambda rows: rows.order_by().union(rows.order_by(), all=True).order_by("id")),
        Step(" | itself", lambda rows: rows | rows.all()),
        Step(".select_for_update()", lambda rows: rows.select_for_update(of=("self",))),
        Step(".using('default')", lambda rows: rows.using("default")),
        Step(".none()", lambda rows: rows.none()),
        Step(".difference(none)", lambda rows: rows.order_by().difference(rows.none())),
        Step(".intersection(itself)", lambda rows: rows.order_by().intersection(rows.order_by())),
    ]  # fmt: skip


def _prefetches(names: Chosen) -> list[Step]:
    """Collections by QuerySets of the view's own."""
    below = shape(names.model).to_many.get(names.many)
    if below in (None, "*"):
        return []
    target = apps.get_model("zoo", below)._default_manager
    many, deep, number = names.many, names.deep, names.number
    return [
        Step(f".prefetch_related({many}: pk > {number})", lambda rows: rows.prefetch_related(Prefetch(many, target.filter(pk__gt=number)))),
        Step(f".prefetch_related({many}: -pk)", lambda rows: rows.prefetch_related(Prefetch(many, target.order_by("-pk")))),
        Step(f".prefetch_related({many} to nothing)", lambda rows: rows.prefetch_related(Prefetch(many, target.all(), to_attr="nothing"))),
        Step(f".prefetch_related({many}[:1] to nothing)", lambda rows: rows.prefetch_related(Prefetch(many, target.order_by("pk")[:1], to_attr="nothing"))),
        Step(f".prefetch_related({many}: only pk)", lambda rows: rows.prefetch_related(Prefetch(many, target.only("pk")))),
        Step(f".prefetch_related({many}: prefetching {deep})", lambda rows: rows.prefetch_related(Prefetch(many, target.prefetch_related(deep)))),
        Step(f".prefetch_related({many}: distinct)", lambda rows: rows.prefetch_related(Prefetch(many, target.distinct()))),
        Step(f".prefetch_related({many}: annotated)", lambda rows: rows.prefetch_related(Prefetch(many, target.annotate(nothing=F("pk"))))),
        Step(f".prefetch_related({many}, {many}: {deep})", lambda rows: rows.prefetch_related(Prefetch(many, target.select_related(deep)))),
    ]  # fmt: skip


def _generic_steps(model: str, one: str) -> list[Step]:
    """Changes that name QuerySets for a relation to one row."""
    target = shape(model).to_one.get(one)
    if target == "*":
        books, authors = (
            apps.get_model("zoo", name)._default_manager for name in ("Book", "Author")
        )
        querysets = [books.select_related("author"), authors.filter(pk__gt=1)]
        return [Step(f".prefetch_related({one}: books, some authors)", lambda rows: rows.prefetch_related(GenericPrefetch(one, querysets)))]  # fmt: skip
    if target is None:
        return []
    rows_of = apps.get_model("zoo", target)._base_manager
    return [
        Step(f".prefetch_related({one}: pk > 1)", lambda rows: rows.prefetch_related(Prefetch(one, rows_of.filter(pk__gt=1)))),
        Step(f".prefetch_related({one}: only pk)", lambda rows: rows.prefetch_related(Prefetch(one, rows_of.only("pk")))),
        Step(f".prefetch_related({one} to nothing)", lambda rows: rows.prefetch_related(Prefetch(one, rows_of.all(), to_attr="nothing"))),
    ]  # fmt: skip


def _further(model: str | None) -> list[str]:
    return [] if model in (None, "*") else sorted(shape(model).to_one)  # type: ignore[arg-type]


def _query_name(model: str, accessor: str) -> str:
    for relation in apps.get_model("zoo", model)._meta.get_fields():
        reverse = getattr(relation, "get_accessor_name", None)
        if accessor == (relation.name if reverse is None else reverse()):
            return str(relation.name)
    return accessor
