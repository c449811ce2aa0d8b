"""What happens to plans, counted and told to whoever observes it; knows no store and no metric.

Only misses of the memory and what follows them come here, so that a warm render costs nothing:
`memory_hits` and `memory_misses` of a process are read from the planner's own caches instead.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Literal, TypeAlias

from djust_backend.records import Record

logger = logging.getLogger("djust_backend.jit")

#: Where a plan was found: in the shared store, or in the read-only bundle.
Place: TypeAlias = Literal["store", "bundle"]


class Hit(Record):
    """A plan that another process had derived; `model` is the label of its QuerySet's model."""

    place: Place
    model: str


class Miss(Record):
    """A plan that no store had."""

    model: str


class Compiled(Record):
    """A plan was derived in this process; `mode` is `rows` or `instances`."""

    seconds: float
    model: str
    mode: str


class Decided(Record):
    """A plan that rests on no code was made in this process; no store is asked for such plans.

    `mode` is `rows` or `instances`.
    """

    model: str
    mode: str


class StoreError(Record):
    """A store failed; `operation` is `get`, `set`, `lock`, `unlock`, `clear` or `verify`."""

    backend: str
    operation: str


class Breaker(Record):
    """The circuit breaker of a store changed its state: `closed`, `open` or `half-open`."""

    backend: str
    state: str


Event: TypeAlias = "Hit | Miss | Compiled | Decided | StoreError | Breaker"

#: Called with each event, in the thread in which it happens.
observers: list[Callable[[Event], None]] = []

#: How often each has happened in this process, by the name of its class in lower case; hits also
#: by place (`hit.store`), errors by backend and operation (`storeerror.redis.get`).
counts: Counter[str] = Counter()

_lock = threading.Lock()
_state: dict[str, str] = {}
_seconds = [0.0]


def tell(event: Event) -> None:
    """Count an event and call the observers; one that fails is reported in the log."""
    name = type(event).__name__.lower()
    with _lock:
        counts[name] += 1
        if isinstance(event, Hit):
            counts[f"{name}.{event.place}"] += 1
        elif isinstance(event, StoreError):
            counts[f"{name}.{event.backend}.{event.operation}"] += 1
        elif isinstance(event, Compiled):
            _seconds[0] += event.seconds
        elif isinstance(event, Breaker):
            _state[event.backend] = event.state
    for observer in observers:
        try:
            observer(event)
        except Exception:
            logger.exception("an observer of plan events failed")


def compile_seconds() -> float:
    """The seconds that this process has spent on deriving plans."""
    return _seconds[0]


def breaker_state(backend: str) -> str:
    """`closed`, `open` or `half-open`."""
    return _state.get(backend, "closed")


def reset() -> None:
    """Forget all counts, as tests do."""
    with _lock:
        counts.clear()
        _state.clear()
        _seconds[0] = 0.0
