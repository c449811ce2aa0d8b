"""Which of Django's converters of database values are replaced by an expression, and when not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN
from typing import Any, TypeAlias

from django.db.models import DecimalField
from django.db.models.expressions import Col

from . import generated
from .undeclared import Undeclared, as_the_driver_gives, is_utc

Row: TypeAlias = "tuple[Any, ...]"

# What the expressions raise for a value that the backend has not written like this.
_UNUSUAL = (TypeError, ValueError, ArithmeticError)


def _unusual(value: Any) -> Any:
    raise ValueError(value)


# A column of decimals that SQLite keeps as floats and integers: its position, what makes a Decimal
# of a value, and the places and digits of the field.
Stored: TypeAlias = "tuple[int, Any, int, int]"


class Conversion:
    """Turns what the driver gives into rows, by expressions where that is known to be the same.

    `stored` are columns that are left as the database has them: the renderer writes a stored
    decimal without making a Decimal first. A value there of any other type is ready.
    """

    __slots__ = (
        "_calls",
        "_calls_constants",
        "_connection",
        "_fast",
        "_fast_constants",
        "columns",
        "stored",
    )

    def __init__(self, width: int, converters: Any, connection: Any) -> None:
        """`converters` as `SQLCompiler.get_converters` gives them."""
        calls: list[generated.Column] = []
        calls_constants: list[Any] = []
        stored: list[Stored] = []
        fast: list[generated.Column] = []
        fast_constants: list[Any] = []
        for at, (made, expression) in sorted(converters.items()):
            driver = (as_the_driver_gives,) if isinstance(expression, Undeclared) else ()
            own = (*driver, *made, expression, connection)
            calls.append((at, generated.CALLS, len(own)))
            calls_constants += own
            decimal = _stored_decimal(made, expression, connection)
            if decimal is not None:
                stored.append((at, *decimal))
                continue
            form = _form(made, expression, connection)
            if form is None:
                fast.append(calls[-1])
                fast_constants += own
            else:
                name, constants = form
                fast.append((at, name, len(constants)))
                fast_constants += constants
        self.columns = tuple(fast)
        self.stored = tuple(stored)
        self._calls = generated.conversion(width, tuple(calls))
        self._calls_constants = calls_constants
        self._fast = generated.conversion(width, self.columns)
        self._fast_constants = fast_constants
        self._connection = connection

    def __call__(self, found: Sequence[Any]) -> list[Row]:
        """The rows, with Python values."""
        if self._is_as_expected():
            try:
                return self._fast(found, self._fast_constants)
            except _UNUSUAL:
                # Django's own converters say what such a value is, or raise what they raise.
                pass
        return self._calls(found, self._calls_constants)

    def _is_as_expected(self) -> bool:
        """Whether datetimes are still in the time zone for which the expressions were made."""
        return all(form != "datetime" for _, form, _ in self.columns) or is_utc(self._connection)


def _form(
    converters: Sequence[Any], expression: Any, connection: Any
) -> tuple[str, tuple[Any, ...]] | None:
    """The form, and its constants, of what a single converter does: Django's own or SQLite's."""
    if len(converters) != 1:
        return None
    if _gives_integer(converters[0], expression):
        return "integer", (int,)
    if connection.vendor != "sqlite":
        return None
    from django.db.backends.sqlite3.operations import DatabaseOperations  # noqa: PLC0415

    converter = converters[0]
    method = getattr(converter, "__func__", None)
    if method is DatabaseOperations.convert_datetimefield_value and is_utc(connection):
        made = datetime.datetime
        return "datetime", (made.fromisoformat, made, datetime.timezone.utc, _unusual)
    if method is DatabaseOperations.convert_datefield_value:
        return "date", (datetime.date.fromisoformat, datetime.date)
    if method is DatabaseOperations.convert_booleanfield_value:
        return "boolean", ()
    return None


def _gives_integer(converter: Any, expression: Any) -> bool:
    """Whether this is what `BaseExpression.convert_value` makes of whole numbers."""
    # A function inside of another one, the same name for each kind of number.
    name = "BaseExpression.convert_value.<locals>.<lambda>"
    return (
        getattr(converter, "__qualname__", "") == name
        and expression.output_field.get_internal_type() == "IntegerField"
    )


def _stored_decimal(
    converters: Sequence[Any], expression: Any, connection: Any
) -> tuple[Any, int, int] | None:
    """What makes a Decimal of a stored value, if that is all that is done with this column."""
    field = expression.output_field
    if connection.vendor != "sqlite" or len(converters) != 1 or type(field) is not DecimalField:
        return None
    converter = converters[0]
    # A function inside of another one: `get_decimalfield_converter` makes it for each column.
    name = "DatabaseOperations.get_decimalfield_converter.<locals>.converter"
    if getattr(converter, "__qualname__", "") != name or not isinstance(expression, Col):
        return None
    if field.context.rounding != ROUND_HALF_EVEN:
        return None
    return (
        lambda value: converter(value, expression, connection),
        field.decimal_places,
        field.max_digits,
    )
