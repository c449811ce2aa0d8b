"""What the extension reads for this room: makers of readers, which the renderer hands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias


class Keys(Protocol):
    """Reads keys of queries (`KeyReader` of the extension)."""

    def read(self, grammar: int, values: tuple[Any, ...]) -> tuple[Any, list[Any]] | None:
        """The key, and the owners of parameters; None if a value has none."""


# Makes a reader of the function that is asked for recipes, and of the number of grammars.
MakeKeys: TypeAlias = "Callable[[Callable[[int, Any], Any], int], Keys]"
# Makes an iterator over rows: of the driver's rows, the converters as Django's compiler has them,
# what is known of these by column, and the connection.
MakeRows: TypeAlias = "Callable[[Any, Any, dict[int, tuple[Any, str]], Any], Any]"

keys: list[MakeKeys] = []
rows: list[MakeRows] = []


def install(make_keys: MakeKeys, make_rows: MakeRows) -> None:
    """Have keys of queries and rows of instances read by these."""
    keys[:] = [make_keys]
    rows[:] = [make_rows]
