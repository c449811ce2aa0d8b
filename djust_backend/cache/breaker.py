"""A circuit breaker: a server that has failed is left in peace for a while, then tried once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from . import events

CLOSED = "closed"
OPEN = "open"
HALF_OPEN = "half-open"

_FAILURES = 2
_FIRST_REST = 1.0
_LONGEST_REST = 30.0


class CircuitBreaker:
    """Says whether a server may be asked; threads share one.

    After two failures in a row it opens for a second. Then one caller may try while the others
    still do without; each trial that fails doubles the rest, up to half a minute.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.state = CLOSED
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = _FIRST_REST
        self._until = 0.0

    def allows(self) -> bool:
        """Whether the caller may ask; if so it reports `succeeded` or `failed`."""
        if self.state == CLOSED:
            return True
        with self._lock:
            # A trial whose caller never reported counts as one that failed.
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._rest
        self._become(HALF_OPEN)
        return True

    def succeeded(self) -> None:
        """The server has answered."""
        if self.state == CLOSED and not self._failures:
            return
        with self._lock:
            self._failures = 0
            self._rest = _FIRST_REST
        self._become(CLOSED)

    def failed(self) -> None:
        """The server has not answered, or not in time."""
        with self._lock:
            self._failures += 1
            if self.state == CLOSED and self._failures < _FAILURES:
                return
            if self.state == HALF_OPEN:
                self._rest = min(self._rest * 2, _LONGEST_REST)
            self._until = self._clock() + self._rest
        self._become(OPEN)

    def _become(self, state: str) -> None:
        if self.state != state:
            self.state = state
            events.tell(events.Breaker(self._name, state))
