"""A key for all of a query, with its values and its subqueries: equal ones have equal SQL.

For queries that are more than comparisons of columns with values (`shapes`, `conditions`): what
they are made of is Django's own classes all the same, and nothing but plain values, columns and
other queries is in these.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, Field, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Col, ResolvedOuterRef
from django.db.models.sql import Query
from django.db.models.sql.datastructures import BaseTable, Join
from django.db.models.sql.where import NothingNode, WhereNode

from . import conditions, order_names, shapes
from .expressions import Reader, UnknownError, are_told, is_known, when_read
from .versions import versions

# What they are has to be in the key, too: one and true are equal.
_VALUES = frozenset({str, int, bool, type(None), uuid.UUID})
# What a comparison consists of; what it was constructed of does not tell which ones are equal.
_LOOKUP = {"lhs", "rhs", "bilateral_transforms"}
_CONSTRUCTED = "_constructor_args"
# Subqueries in subqueries.
_DEEPEST = 4
# Of texts, and of lists of values: keys are kept.
_LONGEST = 200


def key(query: Any) -> tuple[tuple[Any, ...], Sequence[Any]] | None:
    """What the SQL of a query and its parameters depend on, and what has to live as long."""
    reader = _WholeReader()
    try:
        found = reader.query(query)
    except UnknownError:
        return None
    kinds = tuple(reader.classes)
    now = versions(kinds)
    if now is None or not conditions.are_django_s(kinds, now):
        return None
    return (found, now), reader.held


class _WholeReader(Reader):
    """Reads whole queries. What an expression was constructed of tells which ones are equal."""

    def __init__(self) -> None:
        super().__init__()
        self.classes.update(dict.fromkeys((Query, WhereNode, BaseTable, Join)))
        self._is_inert = False
        self._sources: dict[int, int] = {}
        self._depth = 0

    def query(self, query: Any) -> tuple[Any, ...]:
        """The key of a query or subquery; UnknownError if nothing is proven of it."""
        tables = shapes.tables(query) if shapes.is_plain(query) else None
        self._depth += 1
        if tables is None or self._depth > _DEEPEST:
            raise UnknownError
        meta = query.get_meta()
        self.held.append(meta.concrete_fields)
        mask = query.annotation_select_mask
        found = (
            query.model,
            meta.db_table,
            id(meta.concrete_fields),
            tables,
            query.alias_prefix,
            tuple([(name, tuple(named)) for name, named in query.table_map.items()]),
            tuple(query.external_aliases.items()),
            self._told(query.where),
            self._order(query, meta),
            self._told(query.annotations),
            None if mask is None else frozenset(mask),
            self._told(query.group_by),
            query.default_cols,
            self._told(query.select),
            self._told(query.selected),
            query.values_select,
            query.subquery,
            shapes.wishes(query),
            query.max_depth,
            query.low_mark,
            query.high_mark,
        )
        self._depth -= 1
        return found

    def _order(self, query: Any, meta: Any) -> tuple[Any, ...]:
        names = len(self.names)
        told = self._told((query.order_by, meta.ordering))
        used = query.order_by or (meta.ordering if query.default_ordering else ())
        related = order_names.told(query.model, [item for item in used if type(item) is str])
        if related is None or not order_names.are_columns(query.model, self.names[names:]):
            raise UnknownError
        return told, related

    def _told(self, value: Any) -> Any:
        kind: type = type(value)
        if kind in _VALUES:
            if kind is str and len(value) > _LONGEST:
                raise UnknownError
            return kind, value
        if kind is WhereNode:
            children = self._sequence(value.children)
            return WhereNode, value.connector, value.negated, value.resolved, children
        if kind is NothingNode:
            self.classes[kind] = None
            return kind
        if kind in conditions.LOOKUPS:
            return self._lookup(kind, value)
        if kind is Query:
            return self.query(value)
        if kind is Value or issubclass(kind, (Subquery, Exists)):
            return self._parts(kind, value)
        if self._is_inert:
            return self._told_inert(kind, value)
        if issubclass(kind, (OuterRef, ResolvedOuterRef)):
            raise UnknownError
        if kind in (list, tuple, dict, Col) or isinstance(value, Field):
            return super()._told(value)
        return self._parts(kind, value)

    def _told_inert(self, kind: type, value: Any) -> Any:
        if kind is Q:
            return Q, value.connector, value.negated, self._sequence(value.children)
        if isinstance(value, (QuerySet, Query)):
            # Equal to nothing but itself.
            return kind, self._sources.setdefault(id(value), len(self._sources))
        names = len(self.names)
        told = super()._told(value)
        del self.names[names:]
        return told

    def _lookup(self, kind: type, lookup: Any) -> tuple[Any, ...]:
        self.classes[kind] = None
        later = when_read(kind)
        if type(lookup.rhs) is list and len(lookup.rhs) > _LONGEST:
            raise UnknownError
        names = {name for name in vars(lookup) if name not in later and name != _CONSTRUCTED}
        if names != _LOOKUP or lookup.bilateral_transforms:
            raise UnknownError
        return kind, self._told(lookup.lhs), self._told(lookup.rhs)

    def _parts(self, kind: type, expression: Any) -> tuple[Any, ...]:
        if kind not in (Value, Subquery, Exists) and not is_known(kind):
            raise UnknownError
        self.classes[kind] = None
        self._note(expression)
        later = when_read(kind)
        found: list[Any] = [kind]
        for name, held in vars(expression).items():
            if name == _CONSTRUCTED:
                was, self._is_inert = self._is_inert, True
                found.append(self._told(held))
                self._is_inert = was
            elif name not in later:
                found.append((name, self._told(held)))
        return tuple(found)

    def _field(self, kind: type, field: Any) -> Any:
        if not are_told(kind):
            raise UnknownError
        return super()._field(kind, field)
