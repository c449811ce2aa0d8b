"""Which questions about a to-many relation one query may answer for many parents, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import Model

from djust_backend.orm import facts, links
from djust_backend.orm.plan import Reason
from djust_backend.orm.usage import (
    COMPARED,
    COUNTED,
    ESCAPED,
    INDEXED,
    ITERATED,
    NOTHING,
    PASSED_ON,
    PRINTED,
    READS_ALL,
    SLICED,
    TRUTH,
    Usage,
)

# What is done with the rows themselves. A part of them is another QuerySet's business.
_ROWS = ITERATED | PRINTED | COMPARED | ESCAPED | PASSED_ON


def count_refusal(relation: facts.Relation, using: str) -> Reason | None:
    """Why the rows of each parent are not counted together in this database; None if they are."""
    link, target = links.link(relation), relation.target
    if link is None or target is None:
        return Reason.COMPOSITE_KEY
    if not links.stock_manager(target._default_manager):
        return Reason.CUSTOM_MANAGER
    if link.through is not None and not facts.plain_manager(link.through._base_manager):
        return Reason.CUSTOM_MANAGER
    columns: list[Any] = [link.key]
    if link.kind:
        columns.append(target._meta.get_field(link.path))
    if not all(links.compares_exactly(column, using) for column in columns):
        return Reason.INEXACT_KEY
    return None


def window_refusal(relation: facts.Relation, using: str, by_key: bool = False) -> Reason | None:
    """Why some rows of each parent do not come in one query; None if they may.

    `by_key`: they are ordered by their primary key if the model has no order (`first()`). Where
    rows tie, the database decides which of them comes first, and may decide otherwise in a window
    than in the query of a single parent: another row on the page, not only another place.
    """
    refused = count_refusal(relation, using)
    if refused is not None:
        return refused
    link, target = links.link(relation), relation.target
    assert link is not None
    assert target is not None
    if link.kind:
        return Reason.GENERIC_ROWS
    if not connections[using].features.supports_over_clause:
        return Reason.NO_WINDOWS
    # The rows of one parent share its key, so that they may tie in it.
    same = () if link.through is not None else (link.path,)
    if not facts.is_total_order(target, (*row_order(target, by_key), *same)):
        return Reason.PART_UNORDERED
    return None


def needs_rows(rows: Usage) -> bool:
    """Whether anything is done with all rows that takes more than their number."""
    return bool((rows.always | rows.maybe) & _ROWS)


def reads_whole(rows: Usage) -> bool:
    """Whether all rows are sure to be read, and not only to be counted."""
    return rows.reached() and bool(rows.always & READS_ALL) and needs_rows(rows)


def questions(relation: facts.Relation, usage: Usage, using: str) -> list[tuple[str, Reason]]:
    """What is sure to be asked of a collection that is not read whole: each with its reason.

    `usage` is what is done with its manager. One query answers for all parents where the reason is
    COUNTED, EXISTS or PART; any other says why not.
    """
    rows = usage.fields.get("all", NOTHING)
    fields = [*usage.fields.items(), *rows.fields.items()]
    asked = {name for name, below in fields if below.reached()}
    alone = 0 if needs_rows(rows) else rows.always
    counted = count_refusal(relation, using)
    found = []
    if "count" in asked or alone & COUNTED:
        found.append(("count", counted or Reason.COUNTED))
    if "exists" in asked or alone & TRUTH:
        found.append(("exists", counted or Reason.EXISTS))
    if "first" in asked:
        found.append(("first", window_refusal(relation, using, by_key=True) or Reason.PART))
    if rows.always & (SLICED | INDEXED):
        found.append(("part", window_refusal(relation, using) or Reason.PART))
    return found


def row_order(target: type[Model], by_key: bool) -> tuple[Any, ...]:
    """What the rows of a relation are ordered by; for `first()` by their key at least."""
    ordering: Iterable[Any] = target._meta.ordering or (("pk",) if by_key else ())
    return tuple(ordering)
