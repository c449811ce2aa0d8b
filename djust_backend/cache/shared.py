"""Plans of other processes: looked for in the bundle and the store, sealed, derived by one of many.

Only a miss of the planner's own memory comes here. Nothing that happens to a store reaches a page:
a failure is told and logged, and the plan is derived here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from . import events
from .signing import SealError, seal, unseal
from .store import Store, StoreError, StoreRestsError

logger = logging.getLogger("djust_backend.jit")

# Deriving a plan takes about a millisecond: longer than this nobody waits for another process.
_WAIT_SECONDS = 0.05
_LOOK_SECONDS = 0.002
# A failure that lasts is not a line in the log for each request.
_LOG_SECONDS = 60.0


class SharedPlans:
    """What the planner asks for plans of other processes, over one store and one bundle.

    Threads may call all of it at the same time.
    """

    def __init__(self, store: Store | None, bundle: Mapping[str, bytes]) -> None:
        self._store = store
        self._bundle = bundle
        self._tokens: dict[str, str] = {}
        self._logged: dict[str, float] = {}
        self._lock = threading.Lock()

    def find(self, key: str, model: str) -> bytes | None:
        """What another process derived under this key; None if the caller has to.

        After None, the caller hands it in by `keep`, or calls `give_up`.
        """
        found = self._opened("bundle", key, self._bundle.get(key))
        if found is not None:
            events.tell(events.Hit("bundle", model))
            return found
        found = self._wait(key)
        events.tell(events.Hit("store", model) if found is not None else events.Miss(model))
        return found

    def keep(self, key: str, data: bytes) -> None:
        """Store what was derived, for all others."""
        store = self._store
        if store is None:
            return
        try:
            store.set(key, seal(key, data))
        except StoreError as error:
            self._failed(store.name, "set", error)
        self.give_up(key)

    def give_up(self, key: str) -> None:
        """Let others derive what this key is for."""
        with self._lock:
            token = self._tokens.pop(key, None)
        if token is None or self._store is None:
            return
        try:
            self._store.unlock(key, token)
        except StoreError as error:
            self._failed(self._store.name, "unlock", error)

    def reject(self, key: str, error: Exception) -> None:
        """Tell that what `find` gave under a key is no plan."""
        self._failed(self._store.name if self._store else "bundle", "verify", error)

    def _wait(self, key: str) -> bytes | None:
        """What the store has, or has after a moment in which another process derives it."""
        store = self._store
        if store is None:
            return None
        end = time.monotonic() + _WAIT_SECONDS
        operation = "get"
        try:
            while True:
                operation = "get"
                found = self._opened(store.name, key, store.get(key))
                if found is not None:
                    return found
                operation = "lock"
                token = store.lock(key)
                if token is not None:
                    with self._lock:
                        self._tokens[key] = token
                    return None
                if time.monotonic() >= end:
                    return None
                time.sleep(_LOOK_SECONDS)
        except StoreError as error:
            self._failed(store.name, operation, error)
            return None

    def _opened(self, place: str, key: str, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return unseal(key, sealed)
        except SealError as error:
            self._failed(place, "verify", error)
            return None

    def _failed(self, backend: str, operation: str, error: Exception) -> None:
        if isinstance(error, StoreRestsError):
            return
        events.tell(events.StoreError(backend, operation))
        now = time.monotonic()
        # A store that is down fails in all it does.
        kind = f"{backend}.verify" if operation == "verify" else backend
        with self._lock:
            last = self._logged.get(kind)
            if last is not None and now - last < _LOG_SECONDS:
                return
            self._logged[kind] = now
        logger.warning("%s of the plan store %s failed: %s", operation, backend, error)
