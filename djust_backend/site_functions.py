"""A site's tags and filters, whose calls of some functions of Django's by name are native.

The site's module is left as it is, and is the namespace of what runs: a second function object with
the same code finds a helper of ours in place of the one name. At each call the helper looks whether
the name still is Django's function in the module that it is called from, and calls whatever is
there if not. Functions of modules that such a function calls by name are run in the same way.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections.abc import Callable
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from django.utils import translation

from . import _native, bridge

#: What is called natively: Django's function, as it was when the engine was loaded, and ours.
_HELPERS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "conditional_escape": (bridge.django_conditional_escape, _native.conditional_escape_by_name),
    "escape": (bridge.django_escape, _native.escape_by_name),
    "format_html": (bridge.django_format_html, _native.format_html_by_name),
    "get_token": (bridge.django_get_token, _native.get_token_by_name),
    "json_script": (bridge.django_json_script, _native.json_script_by_name),
    "mark_safe": (bridge.django_mark_safe, _native.mark_safe_by_name),
    "render_to_string": (bridge.render_to_string, _native.render_to_string_by_name),
    "reverse": (bridge.reverse, _native.reverse_by_name),
    "static": (bridge.static_function, _native.static_by_name),
}

# Functions that have native bodies (`native_bodies`), by whatever name they are called. Until
# Python 3.12, only calls from C ask for these.
_ASKED_FROM_C: tuple[Any, ...] = (translation.gettext,) if sys.version_info < (3, 12) else ()

#: Code that names this looks the helper up where all names end: among Python's builtins. No code of
#: a site can name it.
_PLACE = "djust_backend.{}"

#: So deep functions that call functions are helped.
_DEEPEST = 3

# Until then the code does not say whether a name is looked up to be called.
_SAYS_WHAT_IS_CALLED = sys.version_info >= (3, 11)


def helped(function: Any) -> FunctionType | None:
    """The function that runs in place of a site's; None if it has nothing to be helped with."""
    return _helped(function, ())


def _helped(function: Any, outer: tuple[FunctionType, ...]) -> FunctionType | None:
    """The same for a function that others, of which the last one calls it, are to run."""
    if type(function) is not FunctionType or not _SAYS_WHAT_IS_CALLED:
        return None
    if getattr(function, "__builtins__", None) is not vars(builtins):
        return None
    # Two functions of one code may have other defaults or another closure.
    home = function.__globals__
    places: list[tuple[str, str]] = []
    for name in _called(function.__code__):
        value = home.get(name)
        helper = _HELPERS.get(name)
        if helper is not None and value is helper[0]:
            place, call = _PLACE.format(name), helper[1]
        elif type(value) is FunctionType and value in _ASKED_FROM_C:
            place, call = _place_of(name, value), _native.SiteCall(name, value, value)
        else:
            inner = _helped_inside(name, value, (*outer, function))
            if inner is None:
                continue
            place, call = inner
        setattr(builtins, place, call)
        places.append((name, place))
    if not places:
        return None
    code = _renamed(function.__code__, tuple(places))
    made = FunctionType(code, home, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    return made


def _helped_inside(
    name: str, function: Any, outer: tuple[FunctionType, ...]
) -> tuple[str, Callable[..., Any]] | None:
    """Place and call for a function that is called by this name; None if it has no help."""
    if len(outer) >= _DEEPEST or function in outer or not _is_of_module(function):
        return None
    made = _helped(function, outer)
    if made is None:
        return None
    return _place_of(name, function), _native.SiteCall(name, function, made)


def _place_of(name: str, function: FunctionType) -> str:
    return _PLACE.format(f"{function.__module__}.{function.__qualname__} as {name}")


def _is_of_module(function: Any) -> bool:
    """True for a function that its module has under its name: there are only so many of them."""
    if type(function) is not FunctionType:
        return False
    module = sys.modules.get(function.__module__)
    return module is not None and vars(module).get(function.__qualname__) is function


@lru_cache(maxsize=1024)
def _called(code: CodeType) -> tuple[str, ...]:
    """The global names that code calls, and uses for nothing else."""
    called: set[str] = set()
    otherwise: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opcode in dis.hasname:
            is_call = instruction.opname == "LOAD_GLOBAL" and (instruction.arg or 0) & 1
            (called if is_call else otherwise).add(instruction.argval)
    return tuple(sorted(called - otherwise))


@lru_cache(maxsize=1024)
def _renamed(code: CodeType, places: tuple[tuple[str, str], ...]) -> CodeType:
    renamed = dict(places)
    return code.replace(co_names=tuple(renamed.get(name, name) for name in code.co_names))
