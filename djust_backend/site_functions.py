"""A site's tags and filters, whose calls of some functions of Django's by name are native.

The site's module is left as it is, and is the namespace of what runs: a second function object with
the same code finds a helper of ours in place of the one name. At each call the helper looks whether
the name still is Django's function in the module that it is called from, and calls whatever is
there if not.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections.abc import Callable
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from django.template import loader
from django.utils import html, safestring

from . import _native

#: What is called natively: Django's function, and ours.
_HELPERS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "format_html": (html.format_html, _native.format_html_by_name),
    "mark_safe": (safestring.mark_safe, _native.mark_safe_by_name),
    "render_to_string": (loader.render_to_string, _native.render_to_string_by_name),
}

#: Code that names this looks the helper up where all names end: among Python's builtins. No code of
#: a site can name it.
_PLACE = "djust_backend.{}"

# Until then the code does not say whether a name is looked up to be called.
_SAYS_WHAT_IS_CALLED = sys.version_info >= (3, 11)


def helped(function: Any) -> FunctionType | None:
    """The function that runs in place of a site's; None if it has nothing to be helped with."""
    if type(function) is not FunctionType or not _SAYS_WHAT_IS_CALLED:
        return None
    # Two functions of one code may have other defaults or another closure.
    names = _called(function.__code__)
    home = function.__globals__
    names = tuple(name for name in names if home.get(name) is _HELPERS[name][0])
    if not names or getattr(function, "__builtins__", None) is not vars(builtins):
        return None
    for name in names:
        setattr(builtins, _PLACE.format(name), _HELPERS[name][1])
    code = _renamed(function.__code__, names)
    made = FunctionType(code, home, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    return made


@lru_cache(maxsize=1024)
def _called(code: CodeType) -> tuple[str, ...]:
    """The names of helpers that code calls as global names, and uses for nothing else."""
    called: set[str] = set()
    otherwise: set[str] = set()
    for instruction in dis.get_instructions(code):
        name = instruction.argval
        if instruction.opcode not in dis.hasname or name not in _HELPERS:
            continue
        is_call = instruction.opname == "LOAD_GLOBAL" and (instruction.arg or 0) & 1
        (called if is_call else otherwise).add(name)
    return tuple(sorted(called - otherwise))


@lru_cache(maxsize=1024)
def _renamed(code: CodeType, names: tuple[str, ...]) -> CodeType:
    return code.replace(
        co_names=tuple(_PLACE.format(name) if name in names else name for name in code.co_names)
    )
