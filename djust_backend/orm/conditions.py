"""Which conditions have SQL that their lookups and columns tell, so that only values change.

Of Django's own comparisons of a plain column with a plain value, the text depends on the classes,
the columns and the way they are combined; the value goes into the parameters. Everything else has
no key, and is compiled by Django each time.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Sequence
from functools import lru_cache
from types import FunctionType
from typing import Any

from django.db.models import lookups
from django.db.models.expressions import Col
from django.db.models.fields import related_lookups
from django.db.models.sql.where import WhereNode

from .versions import versions

# Comparisons with one value, and with a list of them. Those with integers raise for a value out of
# the column's range (`values`).
_COMPARISONS = frozenset(
    {
        lookups.Exact,
        lookups.GreaterThan,
        lookups.GreaterThanOrEqual,
        lookups.LessThan,
        lookups.LessThanOrEqual,
        lookups.IExact,
        lookups.Contains,
        lookups.IContains,
        lookups.StartsWith,
        lookups.IStartsWith,
        lookups.EndsWith,
        lookups.IEndsWith,
        lookups.IntegerFieldExact,
        lookups.IntegerGreaterThan,
        lookups.IntegerGreaterThanOrEqual,
        lookups.IntegerLessThan,
        lookups.IntegerLessThanOrEqual,
        related_lookups.RelatedExact,
        related_lookups.RelatedGreaterThan,
        related_lookups.RelatedGreaterThanOrEqual,
        related_lookups.RelatedLessThan,
        related_lookups.RelatedLessThanOrEqual,
    }
)
_LISTS = frozenset({lookups.In, lookups.Range, related_lookups.RelatedIn})
_TRUTHS = _COMPARISONS | {lookups.IsNull, related_lookups.RelatedIsNull}

#: The comparisons of which anything is known.
LOOKUPS = _TRUTHS | _LISTS

#: The classes of values that become parameters.
VALUES = frozenset(
    {
        str,
        int,
        float,
        decimal.Decimal,
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
        uuid.UUID,
    }
)


# What `lru_cache` makes of a function.
_CACHED: Any = type(lru_cache(lambda: None))

# Most of what a class holds besides its functions.
_PLAIN = frozenset({str, bool, int, tuple, dict, type(None)})

# Sets of classes that conditions are made of, each with their versions.
_REMEMBERED = 1024


def operands(kind: type) -> tuple[bool, bool, bool]:
    """Whether this comparison takes one value, takes lists of them, and writes truths out."""
    return kind in _COMPARISONS, kind in _LISTS, kind in _TRUTHS


class Condition:
    """A condition's key, the comparisons whose values are its parameters, its columns and classes.

    The key names columns by the identity of their fields: `fields` has to live as long as it does.
    """

    __slots__ = ("comparisons", "fields", "key", "kinds")

    def __init__(self) -> None:
        self.key: tuple[Any, ...] = ()
        self.comparisons: list[Any] = []
        self.fields: list[Any] = []
        self.kinds: dict[type, None] = {Col: None, WhereNode: None}


def read(where: Any) -> Condition | None:
    """The condition of a query without subqueries, expressions or raw SQL; None for any other."""
    key: list[Any] = []
    condition = Condition()
    if type(where) is not WhereNode or not _read(where, key, condition):
        return None
    # Somebody may have given Django's classes other methods, before or since.
    kinds = tuple(condition.kinds)
    now = versions(kinds)
    if now is None or not are_django_s(kinds, now):
        return None
    key.append(now)
    condition.key = tuple(key)
    return condition


def _read(where: Any, key: list[Any], condition: Condition) -> bool:
    key.append((where.connector, where.negated, where.resolved, len(where.children)))
    for child in where.children:
        kind = type(child)
        if kind is WhereNode:
            if not _read(child, key, condition):
                return False
            continue
        column = getattr(child, "lhs", None)
        if type(column) is not Col or child.bilateral_transforms:
            return False
        target, value = column.target, child.rhs
        field = column.output_field
        if (kind in _COMPARISONS and type(value) in VALUES) or (
            kind in _LISTS and type(value) is list and VALUES.issuperset(map(type, value))
        ):
            key.append((kind, column.alias, id(target), id(field)))
            condition.comparisons.append(child)
        elif kind in _TRUTHS and type(value) is bool:
            # Django writes these out, each in its own way.
            key.append((kind, column.alias, id(target), id(field), value))
        else:
            return False
        condition.kinds[kind] = None
        condition.fields.append(target)
        condition.fields.append(field)
    return True


def judge_known() -> None:
    """Look at all classes of Django's that a condition may be made of, before there is one."""
    for kind in (Col, WhereNode, *LOOKUPS):
        now = versions((kind,))
        if now is not None:
            are_django_s((kind,), now)


@lru_cache(maxsize=_REMEMBERED)
def are_django_s(kinds: tuple[type, ...], now: tuple[int, ...]) -> bool:
    """Whether all methods of these classes, which have these versions, were written in Django."""
    bases = {base for kind in kinds for base in kind.__mro__ if base.__module__ != "builtins"}
    found = versions(tuple(bases))
    return found is not None and all(map(_is_written_in_django, bases, found))


@lru_cache(maxsize=_REMEMBERED)
def _is_written_in_django(base: type, _now: int) -> bool:
    # Most functions of a class are of one module.
    namespace: object = None
    for name, value in list(vars(base).items()):
        kind = type(value)
        is_function = kind is FunctionType
        if kind in _PLAIN or (is_function and value.__globals__ is namespace):
            continue
        # Subscripts for type checkers, which packages add.
        if name != "__class_getitem__" and not _is_django_s(value):
            return False
        if is_function:
            namespace = value.__globals__
    return True


def _is_django_s(value: Any) -> bool:
    """Whether an attribute of a class is one that Django has written, or no method at all."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    if isinstance(value, _CACHED):
        value = value.__wrapped__
    if isinstance(value, FunctionType):
        return str(value.__globals__.get("__name__")).startswith("django.")
    return isinstance(value, type) or not callable(value)


def values(comparisons: Sequence[Any], connection: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """The marks of these comparisons' values, which are part of the text, and the parameters.

    Raises EmptyResultSet or FullResultSet for a value that no row, or every row, compares with
    like this; what the whole condition is then, Django says.
    """
    marks: list[Any] = []
    found: list[Any] = []
    for comparison in comparisons:
        sql, params = comparison.process_rhs(None, connection)
        marks.append(sql)
        found += params
    return tuple(marks), found
