"""Rows as they come from the driver, before anybody else has them; the face says what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:

    class Arrivals(Protocol):
        """What is done to the rows of one result."""

        def settle(self, rows: list[tuple[Any, ...]]) -> None:
            """Let equal texts be one object, and the collector leave the rows alone."""


# Makes them for the columns whose texts may repeat.
Make: TypeAlias = "Callable[[Sequence[int]], Arrivals]"


class _AsTheyAre:
    def settle(self, rows: list[tuple[Any, ...]]) -> None:
        pass


_made: list[Make] = [lambda _columns: _AsTheyAre()]


def install(make: Make) -> None:
    """Have this done to the rows of all results."""
    _made[:] = [make]


def arrivals(columns: Sequence[int]) -> Arrivals:
    """What is done to a result; in these columns are texts of joined rows."""
    return _made[0](columns)
