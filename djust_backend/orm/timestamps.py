"""Timestamps with a time zone from psycopg 3, read natively where Django's own loader reads them.

Django registers a loader written in Python (`postgresql.psycopg_any.BaseTzLoader`), which is called
for each value and takes longer than the rest of a row. Since Django 6.1 it asks the driver's fast
one, and is left alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:

    class Reader(Protocol):
        """Reads what a server in UTC writes; the rest it leaves to the loader it was made of."""

        def load(self, data: Any) -> Any:
            """The value. Raises what the loader raises."""


# Makes a reader of the loader that knows all the rest.
Make: TypeAlias = "Callable[[Callable[[Any], Any]], Reader]"

_made: list[Make] = []
# Django makes a class for each time zone, and for each cursor in another one than its connection.
_REMEMBERED = 16


def install(make: Make) -> None:
    """Have timestamps read by these."""
    _made[:] = [make]


def read_natively(cursor: Any, connection: Any) -> None:
    """Have a new cursor of the driver's read timestamps faster; the values are the same.

    `connection` is Django's. Nothing is done for other drivers, for loaders that are not Django's
    own, and for other time zones than UTC.
    """
    adapters = getattr(cursor, "adapters", None)
    if not _made or adapters is None or connection.vendor != "postgresql":
        return
    # Drivers before psycopg 3 have no adapters.
    oid = adapters.types["timestamptz"].oid
    stock = adapters.get_loader(oid, connection.Database.pq.Format.TEXT)
    loader = None if stock is None else _loader(stock, stock.load)
    if loader is not None:
        adapters.register_loader(oid, loader)


@lru_cache(maxsize=_REMEMBERED)
def _loader(stock: Any, load: Any) -> Any:
    """A loader that gives what this one gives; None if it is not Django's own, for UTC."""
    # Other databases do without the driver.
    from django.db.backends.postgresql import psycopg_any  # noqa: PLC0415

    base: Any = psycopg_any.BaseTzLoader
    driver_s: Any = base.__mro__[1]
    if (
        stock.__mro__[1:3] != (base, driver_s)
        or stock.timezone is not datetime.timezone.utc
        or not _is_of(load, psycopg_any.__name__, "BaseTzLoader.load")
        or not _is_of(stock.__init__, driver_s.__module__, "TimestamptzLoader.__init__")
    ):
        return None
    methods = (driver_s.load, driver_s._load_iso)
    if not all(
        _is_of(one, driver_s.__module__, f"TimestamptzLoader.{one.__name__}") for one in methods
    ):
        return None

    class UtcLoader(stock):  # type: ignore[misc]
        """Django's loader, with a native reader in front of it."""

        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            # What the driver has found out of the session: its time zone, and how it writes dates.
            zone = self._timezone
            is_utc = zone is datetime.timezone.utc or getattr(zone, "key", None) == "UTC"
            if is_utc and (driver_s.load, self._load_method) == methods:
                self.load = _made[0](super().load).load

    return UtcLoader


def _is_of(function: Any, module: str, name: str) -> bool:
    return (
        getattr(function, "__qualname__", None) == name
        and getattr(function, "__globals__", {}).get("__name__") == module
    )
