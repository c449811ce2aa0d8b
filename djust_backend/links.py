"""What Django's `urlize` is made of, its texts that were read, and whether its warning is heard."""

from __future__ import annotations

import html as references
import re
import sys
import warnings
from types import FunctionType
from typing import Any
from urllib import parse
from zlib import crc32

import django
from django.conf import settings
from django.core import validators
from django.template import defaultfilters
from django.utils import html as django_html

from .texts import digest
from .watched import asked_for_answers, comes_from

__all__ = ["is_link_warning_ignored", "link_notes"]

# Its stubs leave out what only Django itself uses.
html: Any = django_html
_filters: Any = defaultfilters

#: By holder and name: the texts in the Djangos that are known (`texts.digest`).
TEXTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("html", "urlize"): ("d74bb155",),
    ("html", "smart_urlquote"): ("29cf7e11", "d956fe60"),
    ("html", "escape"): ("a6c3caf7",),
    ("html.Urlizer", "__call__"): ("f28dd475",),
    ("html.Urlizer", "handle_word"): (
        "41467f34",
        "a4a6f627",
        "0d0640b8",
        "a94717d9",
        "c95e39ba",
    ),
    ("html.Urlizer", "trim_url"): ("9848e358",),
    ("html.Urlizer", "wrapping_punctuation_openings"): ("b3224700",),
    ("html.Urlizer", "trailing_punctuation_chars_no_semicolon"): ("8ce10cb3",),
    ("html.Urlizer", "trailing_punctuation_chars_has_semicolon"): ("497aadd4",),
    ("html.Urlizer", "trim_punctuation"): ("282b0c08", "cdd4f8db", "f77611d1"),
    ("html.Urlizer", "is_email_simple"): ("d1944cfe",),
    ("html.CountsDict", "__init__"): ("fb32ef01",),
    ("html.CountsDict", "__missing__"): ("d9397aa7",),
    ("validators.EmailValidator", "__init__"): ("a4f200dc",),
    ("validators.EmailValidator", "__call__"): ("7472a70b",),
    ("validators.EmailValidator", "validate_domain_part"): ("35525b87",),
}

#: By holder and name: constants, as `_content` describes them.
CONSTANTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("html", "MAX_URL_LENGTH"): ("cc2541cf",),
    ("html", "RFC3986_GENDELIMS"): ("7337d286",),
    ("html", "RFC3986_SUBDELIMS"): ("d0966147",),
    ("html.Urlizer", "trailing_punctuation_chars"): ("30dccc13",),
    ("html.Urlizer", "wrapping_punctuation"): ("7343cb23",),
    ("html.Urlizer", "simple_url_re"): ("43399b05",),
    ("html.Urlizer", "simple_url_2_re"): ("47e0ae65", "e1a5e545"),
    ("html.Urlizer", "word_split_re"): ("f4fd59bf",),
    ("html.Urlizer", "mailto_template"): ("15067879",),
    ("html.Urlizer", "url_template"): ("d58e7eec",),
    ("validators.EmailValidator", "user_regex"): ("7fbab3e9",),
    ("validators.EmailValidator", "domain_regex"): ("fc1ef7b5",),
    ("validators.EmailValidator", "literal_regex"): ("507de0c2",),
    ("validators.EmailValidator", "hostname_re"): ("b524fb6b",),
    ("validators.EmailValidator", "domain_re"): ("e96c0ea3",),
    ("validators.EmailValidator", "tld_no_fqdn_re"): ("e4720486",),
}

#: What an instance of `Urlizer` keeps of its own.
_KEPT = (
    "wrapping_punctuation_openings",
    "trailing_punctuation_chars_no_semicolon",
    "trailing_punctuation_chars_has_semicolon",
)

#: What these names must stand for.
_NAMES: tuple[tuple[Any, str, Any], ...] = (
    (_filters, "_urlize", html.urlize),
    (html, "EmailValidator", validators.EmailValidator),
    (html, "html", references),
    (html, "warnings", warnings),
    (warnings, "warn", vars(sys.modules["_warnings"])["warn"]),
    # Django 5.2 has no setting for links.
    *([(html, "settings", settings)] if django.VERSION >= (6, 0) else []),
)

_OF_URLLIB = ("quote", "unquote", "urlsplit", "urlunsplit", "parse_qsl", "urlencode")

#: Stands for a piece that is not as it was read; no attribute ever holds it.
_UNKNOWN = object()


def link_notes() -> tuple[list[tuple[Any, str, Any]], Any, tuple[str, ...], Any]:
    """What must hold for links to be made as we know it.

    Notes, `urlizer`, the attributes that it may have of its own, and the module of warnings.
    """
    notes = [
        (_holder(path), name, piece(path, name, table))
        for table in (TEXTS, CONSTANTS)
        for path, name in table
    ]
    notes += [
        (holder, name, value if vars(holder).get(name) is value else _UNKNOWN)
        for holder, name, value in _NAMES
    ]
    notes += [
        (html, name, value if _is_of_urllib(value) else _UNKNOWN)
        for name in _OF_URLLIB
        for value in [vars(html)[name]]
    ]
    is_own = type(html.urlizer) is html.Urlizer
    notes.append((html, "urlizer", html.urlizer if is_own else _UNKNOWN))
    return notes, html.urlizer, _KEPT, warnings


def _is_of_urllib(value: Any) -> bool:
    # `urlsplit` keeps its answers since Python 3.11.
    value = asked_for_answers(value)
    return comes_from(value, parse.__name__) and not hasattr(value, "__wrapped__")


def _function(value: Any) -> Any:
    """The function inside of a static method, a cached property or `keep_lazy`; else `None`."""
    for name in ("__func__", "func", "__wrapped__"):
        value = getattr(value, name, value)
    return value if isinstance(value, FunctionType) else None


def _holder(path: str) -> Any:
    """A module, or a class of it; the module stands for a class that this Django does not have."""
    module, _, name = path.partition(".")
    home = {"html": html, "validators": validators}[module]
    return getattr(home, name, home) if name else home


def piece(path: str, name: str, table: dict[tuple[str, str], tuple[str, ...]]) -> Any:
    """The value of an attribute, if it was read; else one that no attribute ever has."""
    holder = _holder(path)
    inside = vars(holder).get(name)
    content = _text(inside) if table is TEXTS else _content(inside)
    # As an attribute: what a static method gives is the function.
    return getattr(holder, name) if content in table[path, name] else _UNKNOWN


def _text(value: Any) -> str | None:
    function = _function(value)
    return None if function is None else digest(function)


def _content(value: Any) -> str:
    """A number for a constant: what is in it, of a pattern its text and its flags."""
    if hasattr(value, "pattern"):
        value = (value.pattern, int(value.flags))
    return f"{crc32(repr(value).encode()):08x}"


def is_link_warning_ignored(filters: list[Any]) -> bool:
    """True if these filters of warnings let nobody hear `urlize` warn about a missing scheme.

    False also where only Python's own reading of them would tell.
    """
    category = _category()
    if category is None or getattr(sys.flags, "context_aware_warnings", False):
        return False
    for item in filters:
        if type(item) is not tuple or len(item) != 5:
            return False
        action, message, kind, module, line = item
        if type(kind) is not type:
            return False
        if not issubclass(category, kind) or not _may_match(module, html.__name__):
            continue
        return bool(action == "ignore" and message is None and line == 0 and type(action) is str)
    return False


def _may_match(pattern: Any, text: str) -> bool:
    if pattern is None:
        return True
    if type(pattern) is str:
        return pattern == text
    return not isinstance(pattern, re.Pattern) or pattern.match(text) is not None


def _category() -> Any:
    """The class of the warning, which has changed its name."""
    function = _function(vars(html.Urlizer).get("handle_word"))
    if function is None:
        return None
    found = [vars(html).get(name) for name in function.__code__.co_names]
    classes = [item for item in found if isinstance(item, type) and issubclass(item, Warning)]
    return classes[0] if len(classes) == 1 else None
