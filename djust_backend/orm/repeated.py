"""Texts that repeat in the rows of a large result; the face says how they are shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

# Rows that nobody else has yet, the columns that may repeat, and the texts of the rows before.
Share: TypeAlias = "Callable[[list[tuple[Any, ...]], Sequence[int], dict[str, str]], None]"


def _as_they_are(
    rows: list[tuple[Any, ...]], columns: Sequence[int], known: dict[str, str]
) -> None:
    pass


_shared: list[Share] = [_as_they_are]


def install(share: Share) -> None:
    """Have this function put one object in the place of equal texts."""
    _shared[:] = [share]


def share(rows: list[tuple[Any, ...]], columns: Sequence[int], known: dict[str, str]) -> None:
    """Let equal texts in these columns of the rows be one object."""
    _shared[0](rows, columns, known)
