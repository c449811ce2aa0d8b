"""Code made for a query in row mode: turns what the database driver gives into rows.

This is the only place of the project that runs generated code. The source depends on nothing but
the number of columns and how Django converts which of them; it can be read by `source()`, and shows
up in tracebacks.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from weakref import finalize

# How one column is converted: its position, the form of the expression, and how many constants of
# the caller's it takes.
Column: TypeAlias = "tuple[int, str, int]"

# Takes the driver's rows, and the constants of all columns, those of the first column first.
Convert: TypeAlias = Callable[[Sequence[Sequence[Any]], Sequence[Any]], "list[tuple[Any, ...]]"]

# What Django's converters do for SQLite, without calling them. The driver gives values of declared
# columns as objects already, and texts for what is computed. A value of another kind than the
# backend writes makes these fail, or is not of them; `conversions` says what happens then.
FORMS = {
    # A date alone, with an offset behind it, would be read as a time without an offset.
    "datetime": (
        "None if {v} is None "
        "else (t if (t := {k0}({v} + '+00:00')).tzinfo is {k2} else {k3}({v})) "
        "if {v}.__class__ is str "
        "else {v}.replace(tzinfo={k2}) if {v}.__class__ is {k1} and {v}.tzinfo is None "
        "else {k3}({v})"
    ),
    "date": "{v} if {v} is None or {v}.__class__ is {k1} else {k0}({v})",
    "integer": "{v} if {v}.__class__ is {k0} else None if {v} is None else {k0}({v})",
    "boolean": "bool({v}) if {v} in (1, 0) else {v}",
}

# Converters one around the other, each called with the expression and the connection, which are the
# last two constants.
CALLS = "calls"

_REMEMBERED = 1024


def source(width: int, columns: tuple[Column, ...]) -> str:
    """The source of the function that `conversion` compiles, for rows of this width."""
    names = [f"v{at}" for at in range(width)]
    results = list(names)
    constants: list[str] = []
    for at, form, count in columns:
        own = [f"k{at}_{number}" for number in range(count)]
        constants += own
        if form == CALLS:
            *converters, expression, connection = own
            for converter in converters:
                results[at] = f"{converter}({results[at]}, {expression}, {connection})"
        else:
            marks = {f"k{number}": name for number, name in enumerate(own)}
            results[at] = FORMS[form].format(v=names[at], **marks)
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
    marks = ", ".join(f"{form} {at} with {count}" for at, form, count in columns)
    filename = f"<djust rows of {width} columns: {marks}>"
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
