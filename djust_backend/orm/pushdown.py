"""Questions about a to-many relation that one query answers for many parents.

How many rows, are there any, which are the first. Works on keys, not on instances, so that it
serves whoever has only the parents' columns: the key of a parent is its column
`links.link(relation).column`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from django.db import connections
from django.db.models import (
    AutoField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import RowNumber

from . import facts, guards
from .choose.pushdown import count_refusal, row_order, window_refusal
from .levels import Part
from .links import Link, link

Key: TypeAlias = Any

# Names of ours in a query, which no model field has.
_COUNT, _PLACE, _KEY = "djust_count_of_rows", "djust_place_of_row", "djust_key_of_parent"
COUNT = "djust_count_of_siblings"

# Up to so many rows of each parent, counting its rows for each of them is cheaper than in a window.
_FEW = 8


def grouped_counts(
    relation: facts.Relation, keys: Sequence[Key], using: str
) -> dict[Key, int] | None:
    """How many rows each parent's `manager.count()` and `len(manager.all())` would find.

    Every key gets a number. One query for as many keys as a statement takes; none for no keys.
    None if one query may not answer (`choose.pushdown.count_refusal` says why).
    """
    if count_refusal(relation, using) is not None:
        return None
    found = _link(relation)
    counts = dict.fromkeys(keys, 0)
    for chunk in _chunks(list(counts), using):
        for key, count in counting(relation, chunk, using):
            counts[found.key.to_python(key) if found.kind else key] = count
    return counts


def counting(relation: facts.Relation, keys: Sequence[Key], using: str) -> QuerySet[Any]:
    """The query that counts rows: tuples of a parent's key and the number of its rows."""
    rows, path = _entries(relation, _link(relation), using)
    rows = rows.filter(**{f"{path}__in": keys}).order_by()
    counted: QuerySet[Any] = rows.values_list(path).annotate(**{_COUNT: Count("*")})
    return counted


def grouped_exists(relation: facts.Relation, keys: Sequence[Key], using: str) -> set[Key] | None:
    """The keys of the parents that have a row at all.

    Not made of counts: each parent is asked for one row, as `exists()` does, and a parent with a
    million rows costs no more than one with a single row. None as in `grouped_counts`.
    """
    if count_refusal(relation, using) is not None:
        return None
    found = _link(relation)
    if found.kind:
        # A generic key and the key that it holds may differ in type, which a join must not compare.
        counts = grouped_counts(relation, keys, using)
        return None if counts is None else {key for key, count in counts.items() if count}
    having: set[Key] = set()
    for chunk in _chunks(list(dict.fromkeys(keys)), using):
        rows, path = _entries(relation, found, using)
        exists = Exists(rows.filter(**{path: OuterRef(found.column)}))
        parents: QuerySet[Any] = QuerySet(found.key.model, using=using)
        parents = parents.filter(exists, **{f"{found.column}__in": chunk}).order_by()
        having.update(parents.values_list(found.column, flat=True))
    return having


def windows(
    relation: facts.Relation,
    keys: Sequence[Key],
    part: Part,
    using: str,
    columns: Sequence[str] | None = None,
) -> dict[Key, list[Any]] | None:
    """The rows `manager.all()[start:stop]` of each parent, in that order.

    Model instances, or, with `columns` (paths for `values_list`), tuples of the parent's key and
    these columns. Every key gets a list. None if one query may not answer
    (`choose.pushdown.window_refusal` says why).
    """
    if window_refusal(relation, using, part.by_key) is not None:
        return None
    found = _link(relation)
    parts: dict[Key, list[Any]] = {key: [] for key in keys}
    for chunk in _chunks(list(parts), using):
        rows = windowing(relation, chunk, using, part)
        if columns is not None:
            for row in rows.values_list(found.path, *columns):
                parts[row[0]].append(row)
            continue
        if found.through is None:
            for row in rows:
                parts[getattr(row, found.path)].append(row)
            continue
        for row in rows.annotate(**{_KEY: F(found.path)}):
            # The row is left as a query for one parent would have made it.
            parts[row.__dict__.pop(_KEY)].append(row)
    return parts


def windowing(
    relation: facts.Relation, keys: Sequence[Key], using: str, part: Part, *, counted: bool = False
) -> QuerySet[Any]:
    """The query for a part of each of these parents' rows.

    `counted`: each row has the number of its parent's rows as well, under the name `COUNT`.
    """
    found = _link(relation)
    rows = _ordered(relation, part.by_key, using)
    numbered = _numbered(rows.filter(**{f"{found.path}__in": keys}), found, part, using)
    few = part.stop is not None and part.stop <= _FEW
    # Only some databases compare keys of several columns with those of a query.
    is_composite = len(rows.model._meta.pk_fields) > 1
    if found.through is not None or is_composite or (counted and not few):
        return numbered.annotate(**{COUNT: _row_count(found)}) if counted else numbered
    # A row has one parent only. So it is enough to number keys, which is less to sort than rows.
    chosen: QuerySet[Any] = rows.filter(pk__in=numbered.order_by().values("pk"))
    return chosen.annotate(**{COUNT: _counting_again(rows, found)}) if counted else chosen


def seeking(
    relation: facts.Relation, keys: Sequence[Key], using: str, part: Part, counted: bool
) -> tuple[QuerySet[Any], str] | None:
    """The query for the first rows of each of these parents, from the side of the parents.

    Each parent seeks its own rows by the index of the foreign key, so that others need not be
    numbered. Gives the path to the rows as well. None where a window does it: only of SQLite is it
    known that it asks each parent once, and joins what it finds by the row's own number.
    """
    found = _link(relation)
    rows = _ordered(relation, part.by_key, using)
    order = row_order(rows.model, part.by_key)
    if (
        connections[using].vendor != "sqlite"
        or part.stop is None
        or found.through is not None
        or found.kind
        or not isinstance(rows.model._meta.pk, AutoField)
        or not facts.orders_by_columns(rows.model, order)
        or not all(isinstance(item, str) for item in order)
    ):
        return None
    name = relation.field.related_query_name()
    own = rows.filter(**{found.path: OuterRef(found.column)})
    first = own.order_by(*order)[part.start : part.stop].values("pk")
    parents: QuerySet[Any] = QuerySet(relation.field.remote_field.model, using=using)
    if counted:
        parents = parents.annotate(**{COUNT: Subquery(_number(own))})
    chosen = parents.filter(**{f"{found.column}__in": keys, f"{name}__pk__in": first})
    signs = (("-" if item.startswith("-") else "", item.lstrip("+-")) for item in order)
    return chosen.order_by(*(f"{sign}{name}__{item}" for sign, item in signs)), name


def _ordered(relation: facts.Relation, by_key: bool, using: str) -> QuerySet[Any]:
    """All rows of the target, in the order of its `all()` or `first()`."""
    target = _target(relation)
    rows: QuerySet[Any] = target._default_manager.using(using).all()
    return rows.order_by(*row_order(target, by_key)) if by_key else rows


def _numbered(rows: QuerySet[Any], found: Link, part: Part, using: str) -> QuerySet[Any]:
    # As Django's own sliced prefetches do it: the order is that of the query, joins and all.
    order = [item for item, _ in rows.query.get_compiler(using=using).get_order_by()]
    window = Window(RowNumber(), partition_by=[F(found.path)], order_by=order)
    rows = rows.alias(**{_PLACE: window})
    if part.start:
        rows = rows.filter(**{f"{_PLACE}__gt": part.start})
    return rows if part.stop is None else rows.filter(**{f"{_PLACE}__lte": part.stop})


def _row_count(found: Link) -> Window:
    """How many rows the parent of a row has, among those that are numbered."""
    return Window(Count("*"), partition_by=[F(found.path)])


def _counting_again(rows: QuerySet[Any], found: Link) -> Subquery:
    """The same by a query of its own for each row, which pays for a few rows of each parent."""
    return Subquery(_number(rows.filter(**{found.path: OuterRef(found.path)})))


def _number(rows: QuerySet[Any]) -> QuerySet[Any]:
    """How many rows there are, as a query to be embedded: without groups, which cost extra."""
    numbers: QuerySet[Any] = rows.order_by().annotate(**{_COUNT: _AllRows()}).values(_COUNT)
    return numbers


class _AllRows(Func):
    """`COUNT(*)` that Django does not know as an aggregate: it would group for it."""

    template = "COUNT(*)"
    output_field = IntegerField()


def _entries(relation: facts.Relation, found: Link, using: str) -> tuple[QuerySet[Any], str]:
    """The smallest table that has a row for each related row, and its path to the parent's key.

    Of a many-to-many relation that is the table in between, where every entry is sure to have its
    related row; Django's own `count()` relies on the same.
    """
    if found.through is not None and found.whole and guards.has_constraints(using):
        entries: QuerySet[Any] = found.through._base_manager.using(using)
        if found.nullable:
            entries = entries.filter(**{f"{found.nullable}__isnull": False})
        return entries, found.source
    rows: QuerySet[Any] = _target(relation)._default_manager.using(using)
    if found.kind:
        kinds = rows.model._meta.get_field(found.kind).remote_field.model.objects
        kind = kinds.db_manager(using).get_for_model(
            relation.owner, for_concrete_model=relation.field.for_concrete_model
        )
        rows = rows.filter(**{found.kind: kind.pk})
    return rows.all(), found.path


def _target(relation: facts.Relation) -> type[Model]:
    assert relation.target is not None
    return relation.target


def _link(relation: facts.Relation) -> Link:
    found = link(relation)
    assert found is not None
    return found


def _chunks(keys: list[Key], using: str) -> Iterator[list[Key]]:
    size = guards.batch_size(using)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
