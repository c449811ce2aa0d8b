"""Code made for a query in row mode: turns what the database driver gives into rows.

This is the only place of the project that runs generated code. The source depends on nothing but
the number of columns and which of them Django converts how often; it can be read by `source()`, and
shows up in tracebacks.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from weakref import finalize

# A column that is converted: its position, and how many converters are called one around another.
Column: TypeAlias = "tuple[int, int]"

# Takes the driver's rows, and for each column its converters, their expression and the connection.
Convert: TypeAlias = Callable[[Sequence[Sequence[Any]], Sequence[Any]], "list[tuple[Any, ...]]"]

_REMEMBERED = 1024


def source(width: int, columns: tuple[Column, ...]) -> str:
    """The source of the function that `conversion` compiles, for rows of this width."""
    names = [f"v{at}" for at in range(width)]
    results = list(names)
    constants: list[str] = []
    for at, count in columns:
        converters = [f"c{at}_{number}" for number in range(count)]
        constants += [*converters, f"e{at}", f"k{at}"]
        for converter in converters:
            results[at] = f"{converter}({results[at]}, e{at}, k{at})"
    lines = [f"    {', '.join(constants)}, = constants\n"] if constants else []
    return (
        "def rows(fetched, constants):\n"
        f"{''.join(lines)}"
        f"    return [({', '.join(results)},) for {', '.join(names)}, in fetched]\n"
    )


@lru_cache(maxsize=_REMEMBERED)
def conversion(width: int, columns: tuple[Column, ...]) -> Convert:
    """The function for rows of this width, of which these columns are converted."""
    text = source(width, columns)
    marks = ", ".join(f"{at}" if count == 1 else f"{at} ({count} times)" for at, count in columns)
    filename = f"<djust rows of {width} columns, converted: {marks}>"
    entry = (len(text), None, text.splitlines(True), filename)
    linecache.cache[filename] = entry
    # Tracebacks read `linecache`, Django's debug page asks the loader.
    namespace: dict[str, Any] = {"__name__": filename, "__loader__": _Loader(text)}
    exec(compile(text, filename, "exec"), namespace)  # noqa: S102 - nothing but numbers goes in
    function: Convert = namespace["rows"]
    finalize(function, _forget, filename, entry)
    return function


class _Loader:
    """Tells the source of a function as the loader of a module does."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, name: str) -> str:
        return self._text


def _forget(filename: str, entry: object) -> None:
    """Nobody has the function any more; another one may have been made of the same source."""
    if linecache.cache.get(filename) is entry:
        del linecache.cache[filename]
