"""Instances and QuerySets that Python code works on: what they tell while a page is rendered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Model
from django.db.models.query import ModelIterable

from djust_backend.records import Record

if TYPE_CHECKING:

    class Watcher(Protocol):
        """Who is told."""

        def touched(self, instance: Model, name: str, known: Peers) -> None:
            """A relation is about to be fetched lazily; raises what lazy access would."""

        def fetched(self, known: Peers) -> None:
            """Relations of these instances have been fetched."""

        def instances(self, rows: list[Model]) -> None:
            """These instances were fetched together."""


class Peers(Record):
    """Where watched instances stand: at the end of `path`, some accessors from `rows`."""

    watcher: Watcher
    rows: list[Model]
    path: tuple[str, ...]


class TouchedCache(dict[str, Any]):
    """`instance._state.fields_cache`, while a page is rendered.

    Django's descriptors look here before they fetch a related object. A miss is the moment at
    which lazy access would run its query, whoever asks: a property, a filter, a form. A copy of it
    is a plain dict, as copies and pickles of instances need it.
    """

    __slots__ = ("peers",)
    peers: Peers

    def __missing__(self, name: str) -> Any:
        # `__get__` of the descriptor calls `get_cached_value`, which looks here. Django asks at
        # other places as well, where it goes on without a query.
        caller = sys._getframe(1).f_back
        if caller is not None and caller.f_code.co_name == "__get__":
            instance = caller.f_locals.get("instance")
            if isinstance(instance, Model) and instance._state.fields_cache is self:
                self.peers.watcher.touched(instance, name, self.peers)
                if name in self:
                    return self[name]
        raise KeyError(name)


class TouchedRows(ModelIterable):  # type: ignore[type-arg]
    """Rows of a QuerySet that Python code may read: as many at a time as come with one answer.

    A clone of the QuerySet keeps the class, but has no watcher and gives its rows as ever.
    """

    def __iter__(self) -> Iterator[Any]:
        rows = super().__iter__()
        watcher: Watcher | None = self.queryset.__dict__.get("_watcher")
        size = self.chunk_size if self.chunked_fetch else None
        while watcher is not None and (together := list(islice(rows, size))):
            watcher.instances(together)
            yield from together
        yield from rows
