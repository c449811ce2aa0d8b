"""What tells simple QuerySets apart, conditions aside: what is decided once for all that are alike.

A shape holds everything of a QuerySet that its facts (`guards.examine`) and the text of its SQL
depend on, but for the condition (`conditions`) and the limits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connections, models
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.datastructures import BaseTable, Join

from . import conditions, guards
from .conditions import Condition
from .guards import QueryFacts

# Shapes of one process. A site has some for each of its views.
_REMEMBERED = 4096

# Fetch modes came with Django 6.1.
_HAS_FETCH_MODES = hasattr(models, "FETCH_ONE")


class Shape:
    """A simple QuerySet, its condition aside; equal ones are one object."""

    __slots__ = ("facts",)

    def __init__(self, facts: QueryFacts) -> None:
        self.facts = facts


class Simple(NamedTuple):
    """A simple QuerySet: its shape, and its condition if that has a key."""

    shape: Shape
    condition: Condition | None


_shapes: dict[tuple[Any, ...], Shape] = {}


def simple(queryset: Any) -> Simple | None:
    """What a QuerySet is that nobody has evaluated; None if it is not simple enough."""
    query: Any = queryset.query
    if not _is_simple(query):
        return None
    where = query.where
    condition = conditions.read(where)
    if condition is None and (
        guards.has_raw_sql(query) or where.contains_aggregate or where.contains_over_clause
    ):
        return None
    key = _key(queryset, query)
    if key is None:
        return None
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) >= _REMEMBERED:
            _shapes.clear()
        shape = _shapes.setdefault(key, Shape(guards.examine(queryset)))
    return Simple(shape, condition)


def _is_simple(query: Any) -> bool:
    kind: type = type(query)
    return (
        kind is Query
        and not query.annotations
        and query.group_by is None
        and not query.distinct
        and not query.combinator
        and not query.extra
        and not query.extra_tables
        and not query.extra_order_by
        and not query.select_for_update
        and not query._filtered_relations
        and not query.explain_info
        and not query.subquery
        and not query.values_select
        and not query.select
        and query.default_cols
    )


def _key(queryset: Any, query: Any) -> tuple[Any, ...] | None:
    kind = type(queryset)
    meta = query.get_meta()
    selected = query.select_related
    order = query.order_by
    lookups = queryset._prefetch_related_lookups
    for item in (*order, *meta.ordering, *lookups):
        if type(item) is not str:
            return None
    tables = _tables(query)
    if tables is None:
        return None
    db = queryset.db
    return (
        kind,
        # A class of the site's may be given other methods at any time.
        None if kind is QuerySet else guards.keeps_protocols(kind),
        queryset._iterable_class,
        getattr(queryset, "_fetch_mode", None) if _HAS_FETCH_MODES else None,
        query.model,
        meta.db_table,
        meta.managed,
        meta.ordering if type(meta.ordering) is tuple else tuple(meta.ordering),
        db,
        connections[db].features.supports_foreign_keys,
        order,
        query.default_ordering,
        query.standard_ordering,
        frozenset(query.deferred_loading[0]),
        query.deferred_loading[1],
        guards.frozen(selected) if type(selected) is dict else selected,
        lookups,
        tuple(queryset._known_related_objects),
        tables,
    )


def _tables(query: Any) -> tuple[Any, ...] | None:
    """The tables that the condition joins, and whether they still are in use."""
    found: list[tuple[Any, ...]] = []
    for alias, table in query.alias_map.items():
        if type(table) is BaseTable:
            found.append((alias, table.table_name, query.alias_refcount[alias] > 0))
        elif type(table) is Join:
            found.append(
                (
                    alias,
                    table.table_name,
                    table.parent_alias,
                    table.join_type,
                    id(table.join_field),
                    query.alias_refcount[alias] > 0,
                )
            )
        else:
            return None
    return tuple(found)
