"""What is done to the values of a driver: which are read as they are stored, which converted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN
from typing import Any, TypeAlias

from django.db.models import DecimalField
from django.db.models.expressions import Col

from djust_backend.records import Record

from . import generated, readers
from .undeclared import Undeclared, as_the_driver_gives, is_utc

Row: TypeAlias = "tuple[Any, ...]"

# What the driver gives of some kinds is ready if it has this very type.
_READY: dict[str, type] = {"boolean": bool, "integer": int}


class Stored:
    """A column that is left as the database has it: its position, and what is stored there.

    `convert` is what Django's converters make of one value. A decimal has `places` and `digits`.
    """

    __slots__ = ("at", "convert", "digits", "kind", "places")

    def __init__(
        self,
        at: int,
        kind: str,
        convert: Callable[[Any], Any],
        places: int = 0,
        digits: int = 0,
    ) -> None:
        self.at = at
        self.kind = kind
        self.convert = convert
        self.places = places
        self.digits = digits

    def ready(self, value: Any) -> Any:
        """The value that an instance has."""
        is_ready = value is None or type(value) is _READY.get(self.kind)
        return value if is_ready else self.convert(value)


def ready(row: Row, stored: Sequence[Stored]) -> Row:
    """The row with the values that an instance has."""
    if not stored:
        return row
    values = list(row)
    for column in stored:
        values[column.at] = column.ready(values[column.at])
    return tuple(values)


class Call(Record):
    """A column with the converters that Django calls on its values, the first one first."""

    at: int
    converters: tuple[Any, ...]
    expression: Any


class Calls:
    """Converts rows by calling Django's converters."""

    __slots__ = ("columns", "constants", "width")

    def __init__(self, width: int, calls: Sequence[Call], connection: Any) -> None:
        self.width = width
        self.columns = tuple((call.at, len(call.converters)) for call in calls)
        self.constants = [
            part for call in calls for part in (*call.converters, call.expression, connection)
        ]

    def __call__(self, found: Sequence[Any]) -> list[Row]:
        """The rows; raises what a converter raises."""
        return generated.conversion(self.width, self.columns)(found, self.constants)


class Kinds:
    """What is known of the converters of a query: by column, the very converters and their kind."""

    __slots__ = ("columns", "is_timed")

    def __init__(self, columns: dict[int, tuple[Any, str]]) -> None:
        self.columns = columns
        self.is_timed = any(kind == "datetime" for _, kind in columns.values())


def kinds_of(converters: Any, connection: Any) -> Kinds:
    """What is known of converters as `SQLCompiler.get_converters` gives them."""
    found = {}
    for at, pair in converters.items():
        made, expression = pair
        known = _stored(Call(at, tuple(made), expression), made, connection)
        if known is not None:
            found[at] = (pair, known.kind)
    return Kinds(found)


def converted(rows: Any, converters: Any, kinds: Kinds, connection: Any) -> Any:
    """`SQLCompiler.apply_converters`, as an iterator over lists; None if Django has to do it.

    Converters that are not those that `kinds` is about are called.
    """
    if not readers.rows or (kinds.is_timed and not is_utc(connection)):
        return None
    return readers.rows[0](rows, converters, kinds.columns, connection)


class Conversion:
    """How the rows of a statement become rows of Python values.

    `stored` are columns that whoever reads a value converts, where what SQLite stores is known.
    The converters of the others are called at once, for all rows.
    """

    __slots__ = ("_all", "_connection", "_is_timed", "_others", "stored")

    def __init__(self, width: int, converters: Any, connection: Any) -> None:
        """`converters` as `SQLCompiler.get_converters` gives them."""
        calls: list[Call] = []
        others: list[Call] = []
        stored: list[Stored] = []
        for at, (made, expression) in sorted(converters.items()):
            driver = (as_the_driver_gives,) if isinstance(expression, Undeclared) else ()
            call = Call(at, (*driver, *made), expression)
            calls.append(call)
            known = _stored(call, made, connection)
            if known is None:
                others.append(call)
            else:
                stored.append(known)
        self.stored = tuple(stored)
        self._all = Calls(width, calls, connection)
        self._others = Calls(width, others, connection) if others else None
        self._is_timed = any(column.kind == "datetime" for column in stored)
        self._connection = connection

    def now(self) -> tuple[Calls | None, tuple[Stored, ...]]:
        """What has to be called, and the columns that are left, with the settings as they are.

        Datetimes are left if they are in UTC, as they were when the columns were chosen.
        """
        if self._is_timed and not is_utc(self._connection):
            return self._all, ()
        return self._others, self.stored


def _stored(call: Call, made: Sequence[Any], connection: Any) -> Stored | None:
    """The column, if what its converter makes of SQLite's values is known."""
    if len(made) != 1:
        return None
    converter, expression = made[0], call.expression

    def convert(value: Any) -> Any:
        for one in call.converters:
            value = one(value, expression, connection)
        return value

    if _gives_integer(converter, expression):
        return Stored(call.at, "integer", convert)
    if connection.vendor != "sqlite":
        return None
    # Other databases do without SQLite's module.
    from django.db.backends.sqlite3.operations import DatabaseOperations  # noqa: PLC0415

    method = getattr(converter, "__func__", None)
    if method is DatabaseOperations.convert_datetimefield_value and is_utc(connection):
        return Stored(call.at, "datetime", convert)
    if method is DatabaseOperations.convert_datefield_value:
        return Stored(call.at, "date", convert)
    if method is DatabaseOperations.convert_booleanfield_value:
        return Stored(call.at, "boolean", convert)
    return _stored_decimal(call, converter, convert)


def _gives_integer(converter: Any, expression: Any) -> bool:
    """Whether this is what `BaseExpression.convert_value` makes of whole numbers."""
    # A function inside of another one, the same name for each kind of number.
    name = "BaseExpression.convert_value.<locals>.<lambda>"
    return (
        getattr(converter, "__qualname__", "") == name
        and expression.output_field.get_internal_type() == "IntegerField"
    )


def _stored_decimal(call: Call, converter: Any, convert: Callable[[Any], Any]) -> Stored | None:
    """The column, if Decimals are made of its values to the places of its field."""
    field = call.expression.output_field
    # A function inside of another one: `get_decimalfield_converter` makes it for each column.
    name = "DatabaseOperations.get_decimalfield_converter.<locals>.converter"
    if (
        getattr(converter, "__qualname__", "") != name
        or type(field) is not DecimalField
        or not isinstance(call.expression, Col)
        or field.context.rounding != ROUND_HALF_EVEN
    ):
        return None
    return Stored(call.at, "decimal", convert, field.decimal_places, field.max_digits)
