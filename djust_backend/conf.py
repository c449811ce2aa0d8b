"""The site's settings: the keys of `DJUST_CONFIG`, their defaults, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_Made = TypeVar("_Made")

#: Every key, and the value that it has if the site does not set it.
DEFAULTS: dict[str, Any] = {
    # Off, templates are rendered natively, and every query is the one that the view would run.
    "JIT_SERIALIZATION": True,
    # Rows of plain columns instead of model instances, where nothing can tell the difference.
    "JIT_ROW_MODE": True,
    # Relations that Python code walks (methods, tags, forms), fetched for all rows at once.
    "JIT_HIDDEN_RELATIONS": True,
    # SQL that Django has compiled is used again for QuerySets of the same shape; the second setting
    # compiles it each time all the same, and raises if the two differ.
    "JIT_SQL_REUSE": True,
    "JIT_SQL_CHECK": False,
    # Queries that are sure to be run, sent to PostgreSQL at once (psycopg 3).
    "JIT_PIPELINE": True,
    # Where plans are kept beyond the process: "memory" (nowhere), "filesystem" or "redis".
    "JIT_CACHE_BACKEND": "filesystem",
    # The folder of "filesystem"; if empty, one of the user's and the project's own.
    "JIT_CACHE_DIR": "",
    # The server of "redis", as redis-py takes it, and how many connections a process may hold.
    "JIT_REDIS_URL": "redis://127.0.0.1:6379/0",
    "JIT_REDIS_POOL_SIZE": 10,
    # A bundle of plans that is only read: a path or an address.
    "JIT_CACHE_URL": "",
    # Requests with more queries than this are a warning of QueryCountMiddleware; 0 for none.
    "JIT_QUERY_WARNING": 10,
    # A line in the log for each page and each QuerySet in it.
    "JIT_DEBUG": False,
    # Metrics for Prometheus, and how many templates and views have a label of their own in them.
    "JIT_METRICS": False,
    "JIT_METRICS_LABELS": 100,
    # A header Server-Timing from QueryCountMiddleware.
    "JIT_SERVER_TIMING": False,
}

PANEL = "djust_backend.panel.JITPanel"
CACHE_BACKENDS = ("memory", "filesystem", "redis")
REDIS_SCHEMES = (
    "redis",
    "rediss",
    "unix",
    "redis+sentinel",
    "rediss+sentinel",
    "redis+cluster",
    "rediss+cluster",
)
BUNDLE_SCHEMES = ("", "file", "http", "https")

# What an address may hold before its host is for no log.
_PASSWORD = r"//[^@/]*@"

# Both words for a folder are usual in settings files.
_TYPES: dict[str, tuple[type, ...]] = {"JIT_CACHE_DIR": (str, Path)}


class Settled(Generic[_Made]):
    """What a function makes of settings, until Django has other ones (`override_settings`).

    Looks at the object that holds Django's settings, which costs less than asking for a setting
    that a site has not, and needs no receiver that others would see.
    """

    def __init__(self, names: tuple[str, ...], make: Callable[[], _Made]) -> None:
        """`names` are the settings that `make` reads."""
        self._names = names
        self._make = make
        self._known: tuple[object, list[object], _Made] | None = None

    def __call__(self) -> _Made:
        """What there is, or what is made now; raises what making it raises."""
        known = self._known
        if known is not None and known[0] is settings._wrapped:
            return known[2]
        values = [self._value(name) for name in self._names]
        made = known[2] if known is not None and known[1] == values else self._make()
        self._known = (settings._wrapped, values, made)
        return made

    @property
    def is_made(self) -> bool:
        """Whether anybody has asked yet."""
        return self._known is not None

    def forget(self) -> None:
        """Make it anew when somebody asks."""
        self._known = None

    @staticmethod
    def _value(name: str) -> object:
        try:
            return getattr(settings, name, None)
        except ImproperlyConfigured:
            # An empty SECRET_KEY, of which nothing can be made either.
            return None


def get(name: str) -> Any:
    """The value of a key, its default in place of one of a wrong type; KeyError for no such key.

    Servers run no system checks: what these would tell of must not break pages.
    """
    default = DEFAULTS[name]
    return _site().get(name, default)


def _look() -> Mapping[str, Any]:
    config = getattr(settings, "DJUST_CONFIG", None)
    found = {}
    if isinstance(config, dict):
        for name, value in config.items():
            known = name in DEFAULTS
            if known and (type(value) is type(DEFAULTS[name]) or _wanted(name, value) is None):
                found[name] = value
    return found


# The values of the site that can be used.
_site = Settled(("DJUST_CONFIG",), _look)


def has_panel() -> bool:
    """Whether django-debug-toolbar shows our panel."""
    return PANEL in getattr(settings, "DEBUG_TOOLBAR_PANELS", ())


def may_be_observed() -> bool:
    """Whether a setting asks for somebody to be told of each page."""
    return bool(get("JIT_METRICS") or get("JIT_DEBUG") or has_panel())


def serialization() -> bool:
    """Whether sources are planned and batched at all."""
    return bool(get("JIT_SERIALIZATION"))


def row_mode() -> bool:
    """Whether rows of plain columns are fetched instead of model instances."""
    return bool(get("JIT_ROW_MODE"))


def sql_reuse() -> bool:
    """Whether compiled SQL is used again for QuerySets of the same shape."""
    return bool(get("JIT_SQL_REUSE"))


def sql_check() -> bool:
    """Whether SQL that is used again is compared with what Django compiles now."""
    return bool(get("JIT_SQL_CHECK"))


def pipeline() -> bool:
    """Whether queries that are sure to be run are sent to PostgreSQL at once."""
    return bool(get("JIT_PIPELINE"))


def hidden_relations() -> bool:
    """Whether relations that Python code walks are fetched for all rows at once."""
    return bool(get("JIT_HIDDEN_RELATIONS"))


def problems() -> list[tuple[str, str]]:
    """What is wrong with the site's settings: a sentence and a hint each."""
    config = getattr(settings, "DJUST_CONFIG", {})
    if not isinstance(config, dict):
        return [("DJUST_CONFIG is not a dictionary.", "Write DJUST_CONFIG = {…}.")]
    found = []
    for name, value in config.items():
        if name not in DEFAULTS:
            near = get_close_matches(str(name), DEFAULTS, n=1, cutoff=0)
            hint = f"Do you mean {near[0]!r}?"
            found.append((f"DJUST_CONFIG has the unknown key {name!r}.", hint))
            continue
        wanted = _wanted(name, value)
        if wanted is not None:
            shown = re.sub(_PASSWORD, "//…@", repr(value))
            found.append((f"DJUST_CONFIG[{name!r}] is {shown}, not {wanted}.", f"Write {wanted}."))
    return found


def _wanted(name: str, value: Any) -> str | None:
    """What a key takes, if it does not take this value."""
    types = _TYPES.get(name, (type(DEFAULTS[name]),))
    # True is an int to Python, and not to people.
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        names = " or ".join(kind.__name__ for kind in types)
        return f"an {names}" if names[0] in "aeiou" else f"a {names}"
    return _wanted_value(name, value)


def _wanted_value(name: str, value: Any) -> str | None:
    if name == "JIT_CACHE_BACKEND" and value not in CACHE_BACKENDS:
        return "one of " + ", ".join(map(repr, CACHE_BACKENDS))
    if name == "JIT_CACHE_DIR" and "\0" in str(value):
        return "the path of a folder"
    if name == "JIT_REDIS_POOL_SIZE" and value < 1:
        return "a number of at least 1"
    if name == "JIT_REDIS_URL" and _scheme(value) not in REDIS_SCHEMES:
        return f"an address that starts with {':// or '.join(REDIS_SCHEMES)}://"
    if name == "JIT_CACHE_URL" and _scheme(value) not in BUNDLE_SCHEMES:
        return "a path, or an address that starts with file://, http:// or https://"
    return None


def _scheme(address: str) -> str | None:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return None
