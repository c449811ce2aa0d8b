"""Django's own context processors: which of them the renderer may answer for, name by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from django.template import context_processors
from django.utils.functional import SimpleLazyObject

from .watched import comes_from, noted

__all__ = ["known_token", "processor_kind", "token_code"]

_CORE = "django.template.context_processors"
_AUTH = "django.contrib.auth.context_processors"
_MESSAGES = "django.contrib.messages.context_processors"

#: Module and name of a processor, and what it is made with: names of its module, or of others.
_KNOWN: dict[tuple[str, str], list[tuple[str, str]]] = {
    (_CORE, "csrf"): [(_CORE, "get_token"), (_CORE, "SimpleLazyObject")],
    (_CORE, "debug"): [(_CORE, "settings")],
    (_CORE, "i18n"): [
        (_CORE, "settings"),
        ("django.utils.translation", "get_language"),
        ("django.utils.translation", "get_language_bidi"),
    ],
    (_CORE, "media"): [(_CORE, "settings")],
    (_CORE, "request"): [],
    (_CORE, "static"): [(_CORE, "settings")],
    (_CORE, "tz"): [
        ("django.utils.timezone", "get_current_timezone_name"),
        ("django.utils.timezone", "_get_timezone_name"),
    ],
    (_AUTH, "auth"): [(_AUTH, "PermWrapper")],
    (_MESSAGES, "messages"): [(_MESSAGES, "get_messages"), (_MESSAGES, "DEFAULT_LEVELS")],
}


def processor_kind(processor: Any) -> tuple[str, list[tuple[Any, str, Any]]] | None:
    """The name of a processor that is Django's own, and the notes that must hold; else None."""
    place = (getattr(processor, "__module__", None), getattr(processor, "__name__", None))
    pieces = _KNOWN.get(place)  # type: ignore[arg-type]
    if pieces is None or place[0] is None or not comes_from(processor, place[0]):
        return None
    return str(place[1]), [noted(importlib.import_module(home), name) for home, name in pieces]


def known_token(token: str) -> Any:
    """The lazy `csrf_token` of a context whose token has been made already."""
    value: Callable[[], str] = lambda: token  # noqa: E731
    return SimpleLazyObject(value)


def _token_code() -> tuple[type[Any], CodeType] | None:
    """The type, and the code, of the function inside of the processor `csrf` that makes a token.

    None if that processor is not Django's.
    """
    processor: Any = context_processors.csrf
    if not comes_from(processor, _CORE):
        return None
    codes = [c for c in processor.__code__.co_consts if isinstance(c, CodeType)]
    return (FunctionType, codes[0]) if [c.co_freevars for c in codes] == [("request",)] else None


token_code = _token_code()
