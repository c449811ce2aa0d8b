"""How many queries the work at hand runs, on all connections and without DEBUG."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


@dataclass
class Queries:
    """Statements that have been run so far, and the seconds that the databases took for them."""

    count: int = 0
    seconds: float = 0.0
    by_database: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return "1 query" if self.count == 1 else f"{self.count} queries"


# Those who count now, the outermost first. A context's own: other requests of the same thread, and
# the threads that asgiref runs for this one, have theirs.
_counting: ContextVar[tuple[Queries, ...]] = ContextVar("djust_backend_queries", default=())


@contextmanager
def counted() -> Iterator[Queries]:
    """Count what runs inside, in this context and those that are copied from it."""
    watch_connections()
    queries = Queries()
    token = _counting.set((*_counting.get(), queries))
    try:
        yield queries
    finally:
        _counting.reset(token)


def watch_connections() -> None:
    """Watch the connections of this thread, and from now on those that any thread opens."""
    connection_created.connect(_watch_new, dispatch_uid="djust_backend.queries")
    for connection in connections.all():
        _watch(connection)


def _watch_new(connection: BaseDatabaseWrapper, **_: Any) -> None:
    _watch(connection)


def _watch(connection: BaseDatabaseWrapper) -> None:
    wrappers = connection.execute_wrappers
    if _count not in wrappers:
        # In front: who leaves `execute_wrapper()` takes the last one away, which must be his own.
        wrappers.insert(0, _count)


def _count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """A wrapper for `connection.execute_wrappers`; counts statements that fail as well."""
    counting = _counting.get()
    if not counting:
        return execute(sql, params, many, context)
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - started
        alias = context["connection"].alias
        for queries in counting:
            queries.count += 1
            queries.seconds += seconds
            queries.by_database[alias] = queries.by_database.get(alias, 0) + 1
