"""Gives rows to a QuerySet that nobody has read yet and that asks for just these."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet


def adopt(queryset: QuerySet[Any], owner: Model, cache: str) -> bool:
    """Let `queryset` share the prefetched rows of the relation of `owner` that made it by `all()`.

    `cache` is the relation's key in `_prefetched_objects_cache`. False, and nothing done, if there
    are no such rows or the QuerySet has its own already.
    """
    known = getattr(owner, "_prefetched_objects_cache", {}).get(cache)
    if not isinstance(known, QuerySet) or known._result_cache is None:
        return False
    if queryset._result_cache is not None or type(queryset) is not type(known):
        return False
    adopting: Any = queryset
    adopting._result_cache = known._result_cache
    adopting._prefetch_done = True
    return True


def fill(queryset: Any, rows: list[Model]) -> bool:
    """Let `queryset` have these rows, which it would find; False if it has its own already."""
    if queryset._result_cache is not None:
        return False
    queryset._result_cache = list(rows)
    queryset._prefetch_done = True
    return True
