"""Compiled SQL, used again for queries of the same shape: only conditions, keys and limits are new.

Django compiles a query anew each time, which costs more than running it. Everything but the
condition of a simple QuerySet depends on little: that is the key here. A condition that
`conditions` has no key for is compiled by Django each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, TypeAlias

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.models import CharField, DateTimeField, QuerySet, TextField
from django.db.models.expressions import Col

# Django itself loads this module when it compiles the first query: while a page waits.
from django.db.models.sql.compiler import SQLCompiler

from djust_backend.conf import sql_check, sql_reuse
from djust_backend.records import Record

from . import conditions
from .arrivals import arrivals
from .conditions import Condition
from .conversions import Calls, Conversion, Stored
from .shapes import Simple
from .timestamps import read_natively
from .undeclared import selected_values, times

Row: TypeAlias = "tuple[Any, ...]"

# Statements of one connection; the oldest unused ones are dropped.
_REMEMBERED = 1024
# Rows that are fetched at a time.
_CHUNK = 200
# Of results with more rows, repeated texts are shared.
_LARGE = 1000


class Fetched:
    """Rows, and those of their columns that are left as the database stores them."""

    __slots__ = ("rows", "stored")

    def __init__(self, rows: list[Row], stored: tuple[Stored, ...] = ()) -> None:
        self.rows = rows
        self.stored = stored


NOTHING = Fetched([])


class DifferentSQLError(Exception):
    """SQL that was to be used again is not what Django compiles now (the setting JIT_SQL_CHECK)."""


def compare(
    sql: str | None, params: Sequence[Any], now: str | None, compiled: Sequence[Any]
) -> None:
    """Raise DifferentSQLError if Django compiles anything else now than what is used again."""
    # Drivers have values that are equal to nothing but themselves, and say what they hold.
    if now != sql or repr(tuple(compiled)) != repr(tuple(params)):
        raise DifferentSQLError(f"{sql} {tuple(params)} is now {now} {tuple(compiled)}")


class Text(Record):
    """The text of a condition, and the fields that its key names by their identity."""

    text: str
    fields: tuple[Any, ...]


class Statement(Record):
    """SQL before and after what changes, parameters that follow, and how rows are converted.

    `repeated` are columns of texts of joined rows, which many rows may have in common; `is_timed`
    tells whether there are datetimes among the columns.
    """

    before: str
    after: str
    tail: tuple[Any, ...]
    width: int
    is_wider: bool
    convert: Conversion | None
    repeated: tuple[int, ...] = ()
    is_timed: bool = False

    def request(self, connection: Any, middle: str, end: str, params: Sequence[Any]) -> Request:
        """The statement with this in its middle and at its end."""
        sql = f"{self.before}{middle}{self.after}{end}"
        return Request(connection, sql, (*params, *self.tail), self)

    def rows(self, cursor: Any, calls: Calls | None) -> list[Row]:
        """What a cursor that has run the statement gives, converted by `calls`."""
        # In chunks, so that a large result does not take its place twice, and that rows are at hand
        # while they are settled.
        rows: list[Row] = []
        settle = None
        is_large = False
        while found := cursor.fetchmany(_CHUNK):
            if self.is_wider:
                found = [tuple(row[: self.width]) for row in found]
            ready = _as_tuples(found) if calls is None else calls(found)
            if not rows and len(found) < _CHUNK:
                return ready
            if settle is None:
                settle = arrivals(()).settle
            if not is_large and len(rows) >= _LARGE:
                is_large = True
                settle = arrivals(self.repeated).settle
                settle(rows)
            settle(ready)
            rows += ready
            if len(found) < _CHUNK:
                break
        return rows


def _as_tuples(found: Any) -> list[Row]:
    is_ready = type(found) is list and (not found or type(found[0]) is tuple)
    return found if is_ready else [tuple(row) for row in found]


class Request:
    """One query that is ready to be run."""

    __slots__ = ("connection", "params", "sql", "statement")

    def __init__(
        self, connection: Any, sql: str, params: tuple[Any, ...], statement: Statement
    ) -> None:
        self.connection = connection
        self.sql = sql
        self.params = params
        self.statement = statement

    def compare(self, selected: Any) -> None:
        """Raise DifferentSQLError if Django compiles anything else of a QuerySet than this runs."""
        sql, compiled = selected.query.get_compiler(using=selected.db).as_sql()
        compare(self.sql, self.params, sql, compiled)

    def run(self) -> Fetched:
        """The rows. Database errors as they come."""
        convert = self.statement.convert
        with self.connection.cursor() as cursor:
            if self.statement.is_timed:
                read_natively(cursor.cursor, self.connection)
            cursor.execute(self.sql, self.params)
            calls, stored = (None, ()) if convert is None else convert.now()
            return Fetched(self.statement.rows(cursor, calls), stored)


class _Known(threading.local):
    """The statements of this thread, by alias of the database, with the connection they belong to.

    Converters belong to a connection, which belongs to a thread: both go when the thread ends.
    """

    def __init__(self) -> None:
        self.statements: dict[str, tuple[Any, OrderedDict[Hashable, Any]]] = {}


_known = _Known()


def request_selected(
    queryset: QuerySet[Any], columns: Sequence[str], name: Hashable, simple: Simple | None
) -> Request | None:
    """Asks for the rows of a QuerySet as tuples of these columns (as `values_list` takes them).

    `name` stands for the columns in the key, `simple` is what `shapes` says of the QuerySet. None
    if it cannot have rows. Raises what building the query raises.
    """
    query: Any = queryset.query
    connection = connections[queryset.db]
    limits = ""
    if not sql_reuse():
        simple = None
    if simple is not None:
        try:
            where, where_params = _condition(query, simple.condition, connection)
        except EmptyResultSet:
            return None
        limits = _limits(query, connection)
        # How moments are converted depends on settings.
        key = (name, simple.shape, bool(where), times(connection))
        known: Statement | None = remembered(connection, key)
        if known is not None:
            request = known.request(connection, where, limits, where_params)
            if sql_check():
                request.compare(selected_values(queryset, columns, connection))
            return request
        selected = selected_values(queryset, columns, connection)
    else:
        selected = queryset.values_list(*columns)
    compiler = selected.query.get_compiler(using=selected.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    statement = _statement(compiler, len(columns), sql)
    if simple is not None and sql.endswith(limits):
        text = sql[: len(sql) - len(limits)]
        parts = text.split(where) if where else [text, ""]
        if len(parts) == 2 and tuple(where_params) == tuple(params):
            remember(connection, key, statement.but(before=parts[0], after=parts[1]))
    return statement.request(connection, "", "", params)


def request_of_keys(
    make: Any, keys: Sequence[Any], using: str, name: Hashable, prepare: Any
) -> Request | None:
    """A query that differs from others of its name only in a list of keys.

    `make(keys)` gives the QuerySet (of `values_list`) if its SQL is not known yet; `prepare`
    turns a key into what the driver takes. None if it cannot have rows. Raises what building the
    query raises.
    """
    connection = connections[using]
    name = (name, times(connection))
    known: Statement | None = remembered(connection, name) if sql_reuse() else None
    if known is not None:
        marks = ", ".join(["%s"] * len(keys))
        params = [prepare(key, connection) for key in keys]
        request = known.request(connection, marks, "", params)
        if sql_check():
            request.compare(make(keys))
        return request
    selected = make(keys)
    compiler = selected.query.get_compiler(using=using)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    width = compiler.col_count if compiler.col_count is not None else len(compiler.select)
    statement = _statement(compiler, width, sql)
    marks = ", ".join(["%s"] * len(keys))
    parts = sql.split(f" IN ({marks})")
    prepared = tuple(prepare(key, connection) for key in keys)
    if len(parts) == 2 and "%s" not in parts[0] and tuple(params[: len(keys)]) == prepared:
        tail = tuple(params[len(keys) :])
        cut = statement.but(before=f"{parts[0]} IN (", after=f"){parts[1]}", tail=tail)
        remember(connection, name, cut)
    return statement.request(connection, "", "", params)


def lookup(make: Any, key: Any, using: str, name: Hashable) -> tuple[str, tuple[Any, ...]]:
    """Text and parameters of a query for one row, which differs from others of its name by its key.

    `make()` gives the QuerySet. Raises what building the query raises.
    """
    connection = connections[using]
    name = ("lookup", name, type(key))
    known: Text | None = remembered(connection, name) if sql_reuse() else None
    if known is not None and not sql_check():
        return known.text, (key,)
    sql, params = make().query.get_compiler(using=using).as_sql()
    if known is not None and (sql, params) != (known.text, (key,)):
        raise DifferentSQLError(f"{known.text} {(key,)} is now {sql} {params}")
    if len(params) == 1 and type(params[0]) is type(key) and params[0] == key:
        # The driver is given the very key.
        remember(connection, name, Text(sql, ()))
    return sql, tuple(params)


def _statement(compiler: SQLCompiler, width: int, sql: str) -> Statement:
    converters = compiler.get_converters([item[0] for item in compiler.select[:width]])
    convert = Conversion(width, converters, compiler.connection) if converters else None
    repeated = tuple(_repeated(compiler, width, converters))
    is_timed = any(
        isinstance(expression.output_field, DateTimeField)
        for expression, _, _ in compiler.select[:width]
    )
    return Statement(
        sql, "", (), width, bool(compiler.has_extra_select), convert, repeated, is_timed
    )


def _repeated(compiler: SQLCompiler, width: int, converters: Any) -> Iterator[int]:
    """The columns of texts that belong to joined rows."""
    for at, (column, _, _) in enumerate(compiler.select[:width]):
        if (
            type(column) is Col
            and column.alias != compiler.query.base_table
            and at not in converters
            and isinstance(column.target, (CharField, TextField))
        ):
            yield at


def _condition(
    query: Any, condition: Condition | None, connection: Any
) -> tuple[str, Sequence[Any]]:
    """The condition of a query as SQL with its WHERE; EmptyResultSet if it is never true.

    `condition` is what its text may be remembered by.
    """
    if not query.where.children:
        return "", ()
    if condition is None:
        return _compiled_condition(query, connection)
    try:
        marks, params = conditions.values(condition.comparisons, connection)
    except (EmptyResultSet, FullResultSet):
        # For one of the comparisons; the others may say something else.
        return _compiled_condition(query, connection)
    key = (condition.key, marks)
    known = remembered(connection, key)
    if known is not None:
        return known.text, params
    text, compiled_params = _compiled_condition(query, connection)
    if list(compiled_params) == params:
        remember(connection, key, Text(text, tuple(condition.fields)))
    return text, compiled_params


def _compiled_condition(query: Any, connection: Any) -> tuple[str, Sequence[Any]]:
    compiler = query.get_compiler(connection=connection)
    try:
        where, params = compiler.compile(query.where)
    except FullResultSet:
        return "", ()
    return f" WHERE {where}", params


def _limits(query: Any, connection: Any) -> str:
    """What Django writes at the end of a query for its slice."""
    if not query.is_sliced:
        return ""
    return f" {connection.ops.limit_offset_sql(query.low_mark, query.high_mark)}"


def _statements(connection: Any) -> OrderedDict[Hashable, Any]:
    owner, statements = _known.statements.get(connection.alias, (None, None))
    if owner is not connection or statements is None:
        statements = OrderedDict()
        _known.statements[connection.alias] = (connection, statements)
    return statements


def remembered(connection: Any, key: Hashable) -> Any:
    """What this thread remembers of a connection under a key; None if there is nothing."""
    statements = _statements(connection)
    found = statements.get(key)
    # Keys take long to hash: as long as there is room, nobody needs to know the oldest.
    if found is not None and len(statements) > _REMEMBERED // 2:
        statements.move_to_end(key)
    return found


def remember(connection: Any, key: Hashable, statement: Any) -> None:
    """Remembers this; what was not asked for longest is forgotten for it."""
    statements = _statements(connection)
    statements[key] = statement
    while len(statements) > _REMEMBERED:
        statements.popitem(last=False)
