"""Decisions that other processes have made: the planner's door to a store that the face installs.

Only decisions that rest on the code of models are asked for: of all others the key alone takes
several times what deriving takes. What comes through the door is read as plain data, and only under
the digest of all that the decision depends on (`fingerprint`). Anything else is derived anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from djust_backend.cache import events

from .code_needs import runs_code
from .guards import QueryFacts
from .usage import Usage

logger = logging.getLogger("djust_backend.jit")

_Decision = TypeVar("_Decision")


if TYPE_CHECKING:

    class Plans(Protocol):
        """Sealed bytes by key, from wherever; nothing of it raises."""

        def find(self, key: str, model: str) -> bytes | None:
            """What another process derived; after None the caller has to `keep` or to `give_up`."""

        def keep(self, key: str, data: bytes) -> None:
            """Hand in what was derived."""

        def give_up(self, key: str) -> None:
            """Nothing was derived after all."""

        def reject(self, key: str, error: Exception) -> None:
            """What `find` gave is no decision."""

    class Codec(Protocol[_Decision]):
        """How one kind of decision is written: `name`, both ways (ValueError), and its mode."""

        name: str

        def pack(self, decision: _Decision) -> bytes:
            """As bytes."""

        def unpack(self, data: bytes) -> _Decision:
            """From bytes. Error: ValueError."""

        def mode(self, decision: _Decision) -> str:
            """`rows` or `instances`."""


_source: list[Callable[[], Plans | None]] = []


def install(source: Callable[[], Plans | None]) -> None:
    """Ask what this function gives, at each decision that is not in memory; None for nothing."""
    _source[:] = [source]


def decided(
    codec: Codec[_Decision],
    query: QueryFacts,
    usage: Usage | None,
    row: Usage | None,
    derive: Callable[[], _Decision],
) -> _Decision:
    """The decision: from the store, or derived and handed to it, or derived where it is no work.

    `usage` is what the decision depends on, `row` the needs of each row among it.
    """
    model = query.model._meta.label
    if row is None or not runs_code(query.model, row, query.annotations):
        found = derive()
        events.tell(events.Decided(model, codec.mode(found)))
        return found
    plans = _source[0]() if _source else None
    key = None if plans is None else _key(codec.name, query, usage)
    if plans is None or key is None:
        events.tell(events.Miss(model))
        return _derived(codec, model, derive)
    data = plans.find(key, model)
    if data is not None:
        try:
            return codec.unpack(data)
        except ValueError as error:
            plans.reject(key, error)
    try:
        found = _derived(codec, model, derive)
    except BaseException:
        plans.give_up(key)
        raise
    plans.keep(key, codec.pack(found))
    return found


def _key(kind: str, query: QueryFacts, usage: Usage | None) -> str | None:
    # Takes a good part of the room with it, for plans that rest on code only.
    from . import fingerprint  # noqa: PLC0415 - see above

    try:
        return fingerprint.key(kind, query, usage)
    except Exception:
        # A site's classes may answer questions about them with any error: the page goes on.
        logger.exception("plans of %s are not shared", query.model._meta.label)
        return None


def _derived(codec: Codec[_Decision], model: str, derive: Callable[[], _Decision]) -> _Decision:
    start = time.perf_counter()
    found = derive()
    events.tell(events.Compiled(time.perf_counter() - start, model, codec.mode(found)))
    return found
