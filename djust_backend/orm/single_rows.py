"""SQL that finds one row of each of several tables, by a key for each: lookups side by side.

Each lookup is a query as Django compiles it. What is written here are the joins between them, which
find one row, and in it NULL for whatever is not there.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, Model, QuerySet

from djust_backend.conf import sql_check, sql_reuse

from . import facts
from .choose.companions import Branch, Companions
from .conversions import Conversion
from .statements import Request, Statement, compare, remember, remembered
from .undeclared import selected_values, times


def together(found: Companions, instance: Model, connection: Any) -> Request:
    """Asks for the columns of all branches in one row, by the keys that the instance has.

    Raises what building a query raises; EmptyResultSet for a key that no column can hold.
    """
    keys = [instance.__dict__[branch.relation.local[0]] for branch in found.branches]
    name = (found, tuple(map(type, keys)), times(connection))
    known: Statement | None = remembered(connection, name) if sql_reuse() else None
    if known is not None and not sql_check():
        return known.request(connection, "", "", keys)
    statement, params = _compiled(found, instance, connection)
    if known is not None:
        compare(known.before, keys, statement.before, params)
    # The driver is given the very keys.
    if list(map(type, params)) == list(map(type, keys)) and params == keys:
        remember(connection, name, statement)
    return statement.request(connection, "", "", params)


def lookup(relation: facts.Relation, instance: Model, using: str) -> QuerySet[Any]:
    """The row that lazy access to a single related row asks for.

    As `ForwardManyToOneDescriptor.get_object` and `ReverseOneToOneDescriptor.__get__` make it.
    """
    assert relation.target is not None
    field = relation.field
    rows: QuerySet[Any] = relation.target._base_manager.using(using)
    rows = (
        rows.filter(field.get_reverse_related_filter(instance))
        if relation.forward
        else rows.filter(**field.get_forward_related_filter(instance))
    )
    found: QuerySet[Any] = rows.order_by()
    return found


def _compiled(found: Companions, instance: Model, connection: Any) -> tuple[Statement, list[Any]]:
    quote = connection.ops.quote_name
    columns: list[str] = []
    tables = [
        f"(SELECT 1 AS {quote('one')}{connection.features.bare_select_suffix}) {quote('row')}"
    ]
    params: list[Any] = []
    converters: dict[int, Any] = {}
    is_timed = False
    for number, branch in enumerate(found.branches):
        compiler = _compiler(branch, instance, connection)
        sql, own = compiler.as_sql(with_col_aliases=True)
        selected = compiler.select[: len(branch.columns)]
        for at, pair in compiler.get_converters([item[0] for item in selected]).items():
            converters[len(columns) + at] = pair
        table = quote(f"row{number}")
        columns += (f"{table}.{quote(alias)}" for _, _, alias in selected)
        tables.append(f"LEFT OUTER JOIN ({sql}) {table} ON (1 = 1)")
        params += own
        is_timed = is_timed or any(
            isinstance(one.output_field, DateTimeField) for one, _, _ in selected
        )
    sql = f"SELECT {', '.join(columns)} FROM {' '.join(tables)}"
    width = len(columns)
    convert = Conversion(width, converters, connection) if converters else None
    return Statement(sql, "", (), width, False, convert, is_timed=is_timed), params


def _compiler(branch: Branch, instance: Model, connection: Any) -> Any:
    rows = lookup(branch.relation, instance, connection.alias)
    selected = selected_values(rows, branch.columns, connection)
    return selected.query.get_compiler(using=connection.alias)
