"""The Python side of `{% cache %}`: which cache, for how long, under which key."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import CacheHandler
from django.template.exceptions import TemplateSyntaxError
from django.templatetags import cache as django_cache_tags

from .localisation import local_variable

__all__ = [
    "cache_tags", "cache_timeout", "cache_variable", "fragment_cache", "fragment_key", "md5",
    "named_cache",
]  # fmt: skip

# What this module imports itself counts too, which its stubs leave out.
cache_tags: Any = django_cache_tags


def cache_timeout(value: Any) -> int | None:
    """The timeout of `{% cache %}`.

    Errors: TemplateSyntaxError; TypeError for a tuple, as it fills the message.
    """
    if value is None:
        return None
    try:
        return int(value)
    except (ValueError, TypeError):
        message = '"cache" tag got a non-integer timeout value: %r' % value  # noqa: UP031
        raise TemplateSyntaxError(message) from None


def named_cache(name: Any) -> Any:
    """The cache of `{% cache … using=name %}`. Error: TemplateSyntaxError."""
    try:
        return cache_tags.caches[name]
    except cache_tags.InvalidCacheBackendError:
        message = "Invalid cache name specified for cache tag: %r" % name  # noqa: UP031
        raise TemplateSyntaxError(message) from None


def fragment_cache() -> Any:
    """The cache of `{% cache %}` that names none."""
    try:
        return cache_tags.caches["template_fragments"]
    except cache_tags.InvalidCacheBackendError:
        return cache_tags.caches["default"]


def md5(data: bytes) -> Any:
    """The hash of a fragment's key, as `make_template_fragment_key` takes it."""
    return hashlib.md5(data, usedforsecurity=False)


def cache_variable(handler: Any) -> Any:
    """The context variable behind a thread's caches; None if this is no handler of Django's."""
    is_known = type(handler) is CacheHandler
    return local_variable(vars(handler)["_connections"]) if is_known else None


def fragment_key(name: str, vary_on: list[Any]) -> str:
    """The key of `{% cache %}`"""
    key: str = cache_tags.make_template_fragment_key(name, vary_on)
    return key
