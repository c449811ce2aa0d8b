"""What a store of plans is asked: bytes by key, and who derives what none has yet."""

from __future__ import annotations

from typing import Protocol


class StoreError(Exception):
    """A store that cannot be reached or written now; the text says why."""


class StoreRestsError(StoreError):
    """A store that has failed a moment ago and is not asked: nothing new to tell."""


class Store(Protocol):
    """Sealed plans by key, shared by processes. Every method may raise StoreError."""

    @property
    def name(self) -> str:
        """What the store is called in events and in the log."""

    def get(self, key: str) -> bytes | None:
        """What is kept under a key."""

    def set(self, key: str, sealed: bytes) -> None:
        """Keep something under a key, whole or not at all."""

    def lock(self, key: str) -> str | None:
        """The token of the right to derive what this key is for; None if another one has it.

        The right ends by itself, so that a process that dies holds nobody up.
        """

    def unlock(self, key: str, token: str) -> None:
        """Give the right back, if it still is the one of this token."""

    def clear(self) -> int:
        """Drop everything of ours, of all releases; how much it was."""
