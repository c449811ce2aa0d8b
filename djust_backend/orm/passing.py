"""What instances hold only while a page is rendered: to-many relations that a batch has fetched.

Django asks the database whenever such a relation is read. The batch stands for these queries; the
view, and the next page over the same instances, have to find what is there by then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any
from weakref import ref

from django.db.models import Model


class Passing:
    """The batches of one render, from now until `stop`; those of renders within it, too."""

    def __init__(self) -> None:
        self._rows: list[tuple[Model, str, Any]] = []
        _open().append(ref(self))

    def stop(self) -> None:
        """Takes the rows from their instances, where nobody has put others in their place."""
        opened = _open()
        opened[:] = [one for one in opened if one() not in (None, self)]
        for instance, cache, rows in self._rows:
            kept = instance.__dict__.get("_prefetched_objects_cache", {})
            if kept.get(cache) is rows:
                del kept[cache]
                if not kept:
                    del instance.__dict__["_prefetched_objects_cache"]
        self._rows = []

    def add(self, instances: Iterable[Any], cache: str) -> None:
        """These instances hold rows of a batch under this key."""
        self._rows += [(one, cache, one._prefetched_objects_cache[cache]) for one in instances]


class _Here(threading.local):
    """The renders of this thread that have not come to their end, the outermost first."""

    def __init__(self) -> None:
        self.opened: list[ref[Passing]] = []


_here = _Here()


def _open() -> list[ref[Passing]]:
    return _here.opened


def note(instances: Iterable[Model], cache: str) -> None:
    """Rows of a batch have come to these instances, under this key, for the page at hand.

    The outermost page keeps them: one that a tag renders for each row would fetch them each time.
    """
    outermost = next((found for one in _open() if (found := one()) is not None), None)
    if outermost is not None:
        outermost.add(instances, cache)
