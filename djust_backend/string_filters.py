"""Filters that Django's `stringfilter` has decorated: what their wrapper calls, and does."""

from __future__ import annotations

import builtins
from functools import lru_cache
from inspect import unwrap
from types import CodeType, FunctionType
from typing import Any

from django.template import defaultfilters
from django.utils.safestring import SafeData

from .texts import digest

# What this module imports itself counts too, which its stubs leave out.
_filters: Any = defaultfilters

#: The texts of `stringfilter` in the Djangos that are known (`texts.digest`).
TEXTS = ("8b982e3d",)


def undecorated(function: Any) -> Any:
    """The function that a filter calls whose wrapper is exactly the one that `stringfilter` makes.

    None: the filter has no such wrapper, or not as it was made.
    """
    home = vars(defaultfilters)
    if type(function) is not FunctionType or function.__globals__ is not home:
        return None
    if function.__code__ is not _code_of_wrappers():
        return None
    if getattr(function, "__builtins__", None) is not vars(builtins):
        return None
    # The wrapper takes these from Python.
    if any(name in home for name in ("getattr", "isinstance", "str")):
        return None
    if function.__defaults__ or function.__kwdefaults__ or not function.__closure__:
        return None
    return function.__closure__[0].cell_contents


@lru_cache
def _code_of_wrappers() -> CodeType | None:
    """The code of the wrappers, if somebody has read what they do."""
    decorator = defaultfilters.stringfilter
    if not isinstance(decorator, FunctionType) or digest(decorator) not in TEXTS:
        return None
    codes = [code for code in decorator.__code__.co_consts if isinstance(code, CodeType)]
    return codes[0] if len(codes) == 1 and codes[0].co_freevars == ("func",) else None


def string_filter_result(first: str, function: Any, result: Any) -> Any:
    """What the wrapper makes of a result: safe if the text was, and the function keeps it so."""
    if isinstance(first, SafeData) and getattr(unwrap(function), "is_safe", False):
        return _filters.mark_safe(result)
    return result
