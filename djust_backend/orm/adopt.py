"""Gives a batch's rows to a QuerySet that was made before the batch ran and asks for the same."""

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
