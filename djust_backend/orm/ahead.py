"""What a page is sure to ask of PostgreSQL besides the query at hand, announced before that runs.

Only queries of which text and parameters are known beforehand: those of QuerySets in row mode, and
of relations that each instance of the view's asks for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from django.db import connections, router
from django.db.models import Model, QuerySet
from django.db.models.query import MAX_GET_RESULTS

from . import facts, peers
from .pipelines import Expectation, Query, expect
from .row_mode import database, request
from .sending import may_send
from .statements import lookup
from .usage import REACHED, READS_ALL, Usage

#: An unread QuerySet or an instance, and everything that the page does with it.
Source: TypeAlias = "tuple[QuerySet[Any] | Model, Usage]"


def look_ahead(sources: Iterable[Source]) -> list[Expectation]:
    """Announce what these sources are sure to ask for; for `stop` when the page is done.

    Runs nothing, and raises nothing that reading the sources would not raise.
    """
    wanted: dict[str, list[Query]] = {}
    for source, usage in sources:
        using = database(source)
        if not may_send(connections[using]):
            continue
        queries = (
            _of_instance(source, usage, using)
            if isinstance(source, Model)
            else _of_queryset(source, usage)
        )
        wanted.setdefault(using, []).extend(queries)
    return [expect(connections[using], queries) for using, queries in wanted.items() if queries]


def _of_queryset(queryset: QuerySet[Any], usage: Usage) -> Iterator[Query]:
    if usage.always & READS_ALL:
        found = request(queryset, usage)
        if found is not None:
            yield found.sql, found.params


def _of_instance(instance: Model, usage: Usage, using: str) -> Iterator[Query]:
    """The queries of its relations that are sure to be read, in the template's order."""
    # Routers answer for each query, and may look at anything.
    if router.routers or not usage.reached():
        return
    for name, below in usage.fields.items():
        relation = facts.relation(type(instance), name)
        if relation is None or not below.reached() or not _is_plain(relation):
            continue
        if not peers.is_pending(relation, instance):
            continue
        if relation.kind == facts.TO_ONE:
            if _needs_row(relation, below):
                yield _lookup(relation, instance, using)
            continue
        rows = below.fields.get("all")
        # Whatever else is asked of the manager may be answered by rows read otherwise.
        is_all = len(below.fields) == 1 and not (below.always | below.maybe) & ~REACHED
        if rows is not None and is_all and rows.reached():
            yield from _of_queryset(getattr(instance, name).all(), rows)


def _is_plain(relation: facts.Relation) -> bool:
    """Whether nothing but Django's own code takes part in asking for the relation."""
    return (
        relation.kind in (facts.TO_ONE, facts.TO_MANY)
        and relation.plain
        and relation.direct
        and not relation.parent_link
        and len(relation.local) == 1
    )


def _needs_row(relation: facts.Relation, usage: Usage) -> bool:
    """Whether something is sure to be read of the related row that its key does not tell."""
    return any(
        below.reached() and facts.id_column(relation.owner, relation.name, name) is None
        for name, below in usage.fields.items()
    )


def _lookup(relation: facts.Relation, instance: Model, using: str) -> Query:
    """The query of lazy access to a single related row.

    As `ForwardManyToOneDescriptor.get_object` and `ReverseOneToOneDescriptor.__get__` make it, and
    `QuerySet.get` runs it.
    """

    def make() -> QuerySet[Any]:
        assert relation.target is not None
        rows: QuerySet[Any] = relation.target._base_manager.using(using)
        if relation.forward:
            rows = rows.filter(relation.field.get_reverse_related_filter(instance))
        else:
            rows = rows.filter(**relation.field.get_forward_related_filter(instance))
        rows = rows.order_by()
        rows.query.set_limits(high=MAX_GET_RESULTS)
        return rows

    key = instance.__dict__[relation.local[0]]
    return lookup(make, key, using, (relation.field, relation.forward))
