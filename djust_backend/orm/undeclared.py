"""Columns that SQLite's driver is to give as texts: it parses declared ones slower than we do."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db.models import DateField, DateTimeField, F, Func, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Col
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import cached_property

# The declared type of a column, and what Django's converter for it in the driver parses texts with.
_DECLARED = {DateTimeField: ("datetime", parse_datetime), DateField: ("date", parse_date)}


class Undeclared(Func):
    """The same value as an expression, for which the driver has no declared type.

    SQLite's unary plus changes no value of any type (https://www.sqlite.org/lang_expr.html).
    """

    template = "+%(expressions)s"
    arity = 1

    @cached_property
    def identity(self) -> tuple[Any, ...]:
        """What equal ones have in common: for a column, less than Django takes long to find out.

        Compilers ask each selected expression before they write an order.
        """
        (inner,) = self.source_expressions
        if type(inner) is Col:
            return type(self), inner.alias, inner.target, inner.output_field
        found: tuple[Any, ...] = super().identity
        return found


def without_types(query: Any, columns: Sequence[str], connection: Any) -> list[Any]:
    """The columns for `values_list`: dates and times as they are stored, on SQLite."""
    if connection.vendor != "sqlite":
        return list(columns)
    return [
        Undeclared(F(column)) if _is_parsed(query, column, connection) else column
        for column in columns
    ]


def selected_values(queryset: QuerySet[Any], columns: Sequence[str], connection: Any) -> Any:
    """The QuerySet of these columns, for its SQL: `values_list` of them.

    Where nothing depends on it, dates and times are as they are stored.
    """
    query: Any = queryset.query
    if query.annotations or query.group_by is not None or query.distinct or query.extra:
        # Which rows these are may depend on what is selected.
        return queryset.values_list(*columns)
    selected = _of_columns(queryset, columns)
    query = selected.query
    # Without names for columns that nobody reads by name; compiled in half the time.
    query.selected = None
    if connection.vendor == "sqlite":
        query.select = tuple(
            Undeclared(column) if _is_parsed_column(column, connection) else column
            for column in query.select
        )
    return selected


def _of_columns(queryset: Any, columns: Sequence[str]) -> Any:
    """What `values_list` makes of a plain QuerySet (`Query.set_values`), for its SQL.

    Names that a level has chosen need not be looked at as those of a caller, who may have got
    them from anywhere.
    """
    selected = queryset._chain()
    query = selected.query
    query.select_related = False
    query.clear_deferred_loading()
    query.clear_select_fields()
    query.values_select = tuple(columns)
    query.add_fields(columns, True)
    return selected


def _is_parsed_column(column: Any, connection: Any) -> bool:
    # A relation's column has a field of its own, and the field that it points to.
    return (
        type(column) is Col
        and type(column.output_field) is type(column.target)
        and _is_declared(column.target, connection)
    )


def _is_parsed(query: Any, column: str, connection: Any) -> bool:
    """Whether the driver parses this column, by Django's converter of its declared type."""
    if column in query.annotations:
        return False
    try:
        *_, field, _, rest = query.names_to_path(column.split(LOOKUP_SEP), query.get_meta())
    except FieldError:
        # `values_list` says what is wrong with the name.
        return False
    return not rest and _is_declared(field, connection)


def _is_declared(field: Any, connection: Any) -> bool:
    """Whether the driver parses the columns of this field."""
    declared, parse = _DECLARED.get(type(field), ("", None))
    if parse is None or not field.model._meta.managed:
        return False
    if type(field) is DateTimeField and not is_utc(connection):
        return False
    converter = sqlite3.converters.get(declared.upper())
    cells = getattr(converter, "__closure__", None) or ()
    return field.db_type(connection) == declared and any(
        cell.cell_contents is parse for cell in cells
    )


def times(connection: Any) -> tuple[bool, bool]:
    """What decides how moments are converted: some databases do it only to aware ones."""
    return bool(settings.USE_TZ), is_utc(connection)


def is_utc(connection: Any) -> bool:
    """Whether datetimes are stored in UTC, and read as aware ones."""
    return bool(settings.USE_TZ) and connection.timezone is datetime.timezone.utc


def as_the_driver_gives(value: Any, expression: Any, _connection: Any) -> Any:
    """What the driver would have made of a declared column: a converter like Django's."""
    if value is None:
        return None
    text = value.decode() if isinstance(value, bytes) else str(value)
    return _DECLARED[type(expression.output_field)][1](text)
