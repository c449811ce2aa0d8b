"""A store in this process alone: what bundles are collected in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator


class MemoryStore:
    """Plans in a dictionary; see `Store`."""

    name = "memory"

    def __init__(self) -> None:
        self._plans: dict[str, bytes] = {}
        self._tokens: dict[str, str] = {}

    def get(self, key: str) -> bytes | None:
        """What is kept under a key."""
        return self._plans.get(key)

    def set(self, key: str, sealed: bytes) -> None:
        """Keep something under a key."""
        self._plans[key] = sealed

    def lock(self, key: str) -> str | None:
        """The token of the right to derive a plan; threads of one process die together."""
        token = secrets.token_hex(8)
        return token if self._tokens.setdefault(key, token) == token else None

    def unlock(self, key: str, token: str) -> None:
        """Give the right back."""
        if self._tokens.get(key) == token:
            del self._tokens[key]

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Everything that is kept."""
        yield from list(self._plans.items())

    def clear(self) -> int:
        """Drop everything; how much it was."""
        count = len(self._plans)
        self._plans.clear()
        return count
