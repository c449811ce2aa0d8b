"""What a function or class of the site does, as plain data that is the same in every process.

Nothing is run and nothing is read from files: the compiled code says it. Django's own code and that
of Python are known by their versions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property as python_cached_property
from functools import lru_cache, partial, partialmethod
from types import CodeType, FunctionType, ModuleType
from typing import Any

from django.utils.functional import cached_property

# Code that reaches further than this is not followed; see `Code.whole`.
_MOST_FUNCTIONS = 2000
_CONSTANTS = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis))
_DEEPEST = 6
_FLAGS = ("alters_data", "do_not_call_in_templates")
_STANDARD = frozenset(sys.stdlib_module_names)


class Code:
    """Collects functions of the site, those that they call, and the names that all of them use.

    `names` are all names and texts in the code, among which are those of the attributes that it
    reads. `whole` is False if the code reaches too far to be followed.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.whole = True
        self._found: dict[int, tuple[Any, list[Any]]] = {}

    def add(self, value: Any) -> None:
        """Follow a function, property or class, and what it calls."""
        waiting = list(functions(value))
        while waiting:
            function = waiting.pop()
            if id(function) in self._found or is_known(function.__module__):
                continue
            if len(self._found) >= _MOST_FUNCTIONS:
                self.whole = False
                return
            self._found[id(function)] = (function, described(function))
            names = set(_names(function.__code__))
            self.names |= names
            for called in _called(function, names):
                waiting += functions(called)

    def followed(self) -> list[FunctionType]:
        """The functions that were followed."""
        return [function for function, _ in self._found.values()]

    def data(self) -> list[Any]:
        """Everything that was followed, in an order that does not depend on the process."""
        return sorted((found for _, found in self._found.values()), key=repr)


@lru_cache(maxsize=4096)
def is_known(module: str | None) -> bool:
    """Whether a module is Django's or Python's, whose versions tell what is in it."""
    root = (module or "").partition(".")[0]
    return root == "django" or root in _STANDARD


def functions(value: Any) -> Iterator[FunctionType]:
    """The functions behind a class attribute or a global name."""
    if isinstance(value, FunctionType):
        yield value
        wrapped = getattr(value, "__wrapped__", None)
        if isinstance(wrapped, FunctionType):
            yield wrapped
    elif isinstance(value, property):
        for function in (value.fget, value.fset, value.fdel):
            if isinstance(function, FunctionType):
                yield function
    elif isinstance(value, (cached_property, python_cached_property)):
        yield value.func  # type: ignore[misc]
    elif isinstance(value, (classmethod, staticmethod)):
        yield from functions(value.__func__)
    elif isinstance(value, (partial, partialmethod)):
        yield from functions(value.func)
    elif isinstance(value, type) and not is_known(value.__module__) and not _is_model(value):
        for held in vars(value).values():
            if not isinstance(held, type):
                yield from functions(held)


def is_django_s(function: FunctionType) -> bool:
    """Whether Django's version tells what a function does: it was written there, and wraps none."""
    home = str(function.__globals__.get("__name__"))
    return home.startswith("django.") and not function.__closure__ and function.__module__ == home


def described(function: FunctionType) -> list[Any]:
    """A function as plain data: its code, and the values that it was made with."""
    if is_django_s(function):
        return [f"{function.__module__}.{function.__qualname__}"]
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append(told(cell.cell_contents))
        except ValueError:
            # Not filled yet: a function that mentions itself.
            cells.append("empty")
    flags = [name for name in _FLAGS if getattr(function, name, False)]
    known = function.__globals__
    named = sorted(name for name in set(_names(function.__code__)) if name in known)
    return [
        f"{function.__module__}.{function.__qualname__}",
        _code(function.__code__),
        [told(value) for value in function.__defaults__ or ()],
        [[name, told(value)] for name, value in (function.__kwdefaults__ or {}).items()],
        cells,
        flags,
        [[name, told(known[name])] for name in named],
    ]


def held(function: FunctionType) -> list[Any]:
    """The objects that `described` tells of: a function whose objects are the same is the same."""
    known = function.__globals__
    found = [function.__code__, function.__defaults__, *(function.__kwdefaults__ or {}).values()]
    found += [getattr(function, name, False) for name in _FLAGS]
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:
            # Not filled yet.
            found.append(None)
    found += [known.get(name, known) for name in _distinct_names(function.__code__)]
    return found


@lru_cache(maxsize=4096)
def _distinct_names(code: CodeType) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_names(code)))


def told(value: Any) -> Any:
    """A value that code holds as plain data; what it may fill while it runs is told by its type."""
    if type(value) in (list, set, dict):
        return ["of", type(value).__qualname__]
    return plain(value)


def plain(value: Any, deep: int = 0) -> Any:
    """A value as plain data; of what has an identity, only its type or name is told.

    `deep`: how far inside another value it is; a value may hold itself.
    """
    kind = type(value)
    if kind in _CONSTANTS:
        return [kind.__name__, repr(value)]
    if deep < _DEEPEST:
        if kind in (list, tuple):
            return [kind.__name__, *(plain(item, deep + 1) for item in value)]
        if kind in (set, frozenset):
            return [kind.__name__, *sorted((plain(item, deep + 1) for item in value), key=repr)]
        if kind is dict:
            pairs = ([plain(name), plain(held, deep + 1)] for name, held in value.items())
            return ["dict", *sorted(pairs, key=repr)]
    if isinstance(value, (type, FunctionType)):
        return ["name", f"{value.__module__}.{value.__qualname__}"]
    if isinstance(value, ModuleType):
        return ["module", value.__name__]
    return ["of", f"{type(value).__module__}.{type(value).__qualname__}"]


def _code(code: CodeType) -> list[Any]:
    constants = [
        _code(constant) if isinstance(constant, CodeType) else plain(constant)
        for constant in code.co_consts
    ]
    names = [code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars]
    counts = [code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags]
    table = getattr(code, "co_exceptiontable", b"")
    return [code.co_code.hex(), table.hex(), constants, *map(list, names), counts]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if isinstance(constant, str):
            # `getattr(self, "author")`, `"author__name"`
            yield from constant.replace("__", ".").split(".")
        elif isinstance(constant, CodeType):
            yield from _names(constant)


def _called(function: FunctionType, names: set[str]) -> Iterator[Any]:
    """What the global names and the cells of a function stand for."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            # Not filled yet.
            continue
    for name in names:
        found = function.__globals__.get(name)
        yield found
        if isinstance(found, ModuleType) and not is_known(found.__name__):
            for further in names:
                yield vars(found).get(further)


def _is_model(cls: type) -> bool:
    return hasattr(cls, "_meta")
