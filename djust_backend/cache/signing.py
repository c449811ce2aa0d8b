"""Seals what goes into a shared store, and takes nothing from it whose seal is not the site's."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "djust_backend.cache.plans"
_SIZE = 32


class SealError(ValueError):
    """What was read was not sealed by this site for this key, or not whole."""


def seal(key: str, data: bytes) -> bytes:
    """The data behind its seal, which holds for this key only."""
    return _mark(key, data, settings.SECRET_KEY) + data


def unseal(key: str, sealed: bytes) -> bytes:
    """What `seal` was given, also under one of SECRET_KEY_FALLBACKS. Error: SealError."""
    mark, data = sealed[:_SIZE], sealed[_SIZE:]
    if len(mark) == _SIZE:
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if constant_time_compare(mark, _mark(key, data, secret)):
                return data
    raise SealError("the seal is not this site's")


def _mark(key: str, data: bytes, secret: str | bytes) -> bytes:
    return salted_hmac(
        _SALT, key.encode() + b"\0" + data, secret=secret, algorithm="sha256"
    ).digest()
