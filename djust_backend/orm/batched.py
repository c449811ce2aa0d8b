"""Rows of a batch as one parent holds them: slices are QuerySets, as without a batch."""

from __future__ import annotations

from typing import Any, SupportsIndex, overload
from weakref import ref

from django.db.models import QuerySet


class Batched(list[Any]):
    """The result of a QuerySet that nobody has read, so that nobody expects lists of its slices.

    Django gives a part of the result for a slice of an evaluated QuerySet, and another QuerySet
    for one of an unread QuerySet. Only the view's own reading and prefetching may turn the one
    into the other. Pickled as a plain list.
    """

    __slots__ = ("_queryset",)

    def __init__(self, rows: list[Any], queryset: QuerySet[Any]) -> None:
        super().__init__(rows)
        self._queryset = ref(queryset)

    @overload
    def __getitem__(self, at: SupportsIndex) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> Any: ...

    def __getitem__(self, at: SupportsIndex | slice) -> Any:
        """A row, or the QuerySet of some of them."""
        queryset: Any = self._queryset()
        if not isinstance(at, slice) or at.step is not None or queryset is None:
            return super().__getitem__(at)
        part = queryset._chain()
        start, stop = at.start, at.stop
        part.query.set_limits(
            int(start) if start is not None else None, int(stop) if stop is not None else None
        )
        part._result_cache = Batched(super().__getitem__(at), part)
        part._prefetch_done = True
        return part

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        """A plain list: who unpickles it may not have this package."""
        return list, (list(self),)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[type[list[Any]], tuple[list[Any]]]:
        return self.__reduce__()


def batched(queryset: Any) -> None:
    """Mark the rows of a QuerySet as fetched by a batch."""
    if type(queryset._result_cache) is list:
        queryset._result_cache = Batched(queryset._result_cache, queryset)
