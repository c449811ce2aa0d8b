"""Shows on a terminal how far a command is; writes nothing where nobody watches."""

from __future__ import annotations

from typing import Any

_WIDTH = 24


class Progress:
    """A bar in one line of `stream`, for `total` steps."""

    def __init__(self, stream: Any, total: int) -> None:
        self._stream = stream
        self._total = total
        self._done = 0
        self._shown = bool(stream.isatty()) and total > 0

    def step(self, name: str) -> None:
        """One more is done."""
        self._done += 1
        if self._shown:
            filled = _WIDTH * self._done // self._total
            bar = "#" * filled + "." * (_WIDTH - filled)
            self._stream.write(f"\r[{bar}] {self._done}/{self._total} {name[:40]:<40}", ending="")
            self._stream.flush()

    def end(self) -> None:
        """Leave the line to others."""
        if self._shown:
            self._stream.write("\r" + " " * (_WIDTH + 56) + "\r", ending="")
