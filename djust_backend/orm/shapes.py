"""What tells simple QuerySets apart, conditions aside: what is decided once for all that are alike.

A shape holds everything of a QuerySet that its facts (`guards.examine`) and the text of its SQL
depend on, but for the condition (`conditions`) and the limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import connections, models
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.datastructures import BaseTable, Join

from . import conditions, guards, order_names
from .conditions import Condition
from .guards import QueryFacts
from .versions import check_all, rests_on_all

# Shapes of one process. A site has some for each of its views.
_REMEMBERED = 4096

# Fetch modes came with Django 6.1.
_HAS_FETCH_MODES = hasattr(models, "FETCH_ONE")


class Shape:
    """A simple QuerySet, its condition aside; equal ones are one object."""

    __slots__ = ("_held", "facts")

    def __init__(self, facts: QueryFacts, held: Sequence[Any]) -> None:
        """`held` is what has to live as long as the shape."""
        self.facts = facts
        self._held = held


class Simple:
    """A simple QuerySet: its shape, and its condition if that has a key."""

    __slots__ = ("condition", "shape")

    def __init__(self, shape: Shape, condition: Condition | None) -> None:
        self.shape = shape
        self.condition = condition


#: The rarer things in a query: what has one of them has neither a shape nor a key.
RARE = (
    "distinct_fields",
    "combinator",
    "extra",
    "extra_tables",
    "extra_order_by",
    "select_for_update",
    "_filtered_relations",
    "explain_info",
)
_rare = attrgetter(*RARE)

_shapes: dict[tuple[Any, ...], Shape] = {}
rests_on_all(_shapes.clear)


def simple(queryset: Any) -> Simple | None:
    """What a QuerySet is that nobody has evaluated; None if it is not simple enough."""
    query: Any = queryset.query
    if not _is_simple(query):
        return None
    check_all()
    where = query.where
    condition = conditions.read(where)
    if condition is None and (
        guards.has_raw_sql(query) or where.contains_aggregate or where.contains_over_clause
    ):
        return None
    added = expressions(query)
    key = None if added is None else _key(queryset, query, added[0])
    if added is None or key is None:
        return None
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) >= _REMEMBERED:
            _shapes.clear()
        shape = _shapes.setdefault(key, Shape(guards.examine(queryset), added[1]))
    return Simple(shape, condition)


def _is_simple(query: Any) -> bool:
    return (
        type(query) is Query
        and not any(_rare(query))
        and not query.subquery
        and not query.values_select
        and not query.select
        and query.default_cols
    )


def _key(queryset: Any, query: Any, added: tuple[Any, ...]) -> tuple[Any, ...] | None:
    kind = type(queryset)
    meta = query.get_meta()
    lookups = queryset._prefetch_related_lookups
    joined = tables(query)
    if joined is None or not all(type(lookup) is str for lookup in lookups):
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
        db,
        connections[db].features.supports_foreign_keys,
        added,
        wishes(query),
        lookups,
        tuple(queryset._known_related_objects),
        joined,
    )


def wishes(query: Any) -> tuple[Any, ...]:
    """What a view asks of a query besides its condition and its expressions."""
    related = query.select_related
    names, is_deferring = query.deferred_loading
    return (
        query.distinct,
        query.default_ordering,
        query.standard_ordering,
        frozenset(names),
        is_deferring,
        guards.frozen(related) if type(related) is dict else related,
    )


def expressions(query: Any) -> tuple[tuple[Any, ...], Sequence[Any]] | None:
    """The order of a query, what it adds to its rows, and how it groups them; and what is `held`.

    None if nothing is proven of an expression among them.
    """
    meta = query.get_meta()
    order = (*query.order_by, None, *meta.ordering)
    used = query.order_by or (meta.ordering if query.default_ordering else ())
    related = order_names.told(query.model, [item for item in used if type(item) is str])
    if related is None:
        return None
    added, groups = query.annotations, query.group_by
    if not added and groups is None and all(type(item) is str or item is None for item in order):
        return (order, related), ()
    # Only for what is more than names.
    from .expressions import Reader  # noqa: PLC0415 - see above

    reader = Reader()
    mask = query.annotation_select_mask
    names = None if mask is None else sorted(mask)
    key = reader.key(order, related, list(added.items()), names, groups)
    if key is None or not order_names.are_columns(query.model, reader.names):
        return None
    return key, reader.held


def tables(query: Any) -> tuple[Any, ...] | None:
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
