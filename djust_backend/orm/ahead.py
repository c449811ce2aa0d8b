"""What a page is sure to ask of a database besides the query at hand, announced before that runs.

PostgreSQL is sent queries of which text and parameters are known beforehand: those of QuerySets in
row mode, and of relations that each instance of the view's asks for itself. Other databases are
asked for the relations of an instance at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import MAX_GET_RESULTS

from . import facts, peers, single_rows
from .choose import companions
from .companions import Expected, expect
from .row_mode import database, request
from .sending import may_send
from .statements import lookup
from .usage import READS_ALL, Usage

if TYPE_CHECKING:
    from .pipelines import Expectation, Query

#: An unread QuerySet or an instance, and everything that the page does with it.
Source: TypeAlias = "tuple[QuerySet[Any] | Model, Usage]"


def look_ahead(sources: Iterable[Source]) -> list[Expectation | Expected]:
    """Announce what these sources are sure to ask for; for `stop` when the page is done.

    Runs nothing, and raises nothing that reading the sources would not raise.
    """
    wanted: dict[str, list[Query]] = {}
    expected: list[Expectation | Expected] = []
    for source, usage in sources:
        using = database(source)
        sends = may_send(connections[using])
        one = expect(source, usage, sends) if isinstance(source, Model) else None
        if one is not None:
            expected.append(one)
        if not sends:
            continue
        if isinstance(source, QuerySet):
            queries = list(_of_queryset(source, usage))
        else:
            queries = [] if one is None else list(_of_instance(source, usage, using, one))
        wanted.setdefault(using, []).extend(queries)
    for using, announced in wanted.items():
        if announced:
            # On PostgreSQL only.
            from . import pipelines  # noqa: PLC0415 - see above

            expected.append(pipelines.expect(connections[using], announced))
    return expected


def _of_queryset(queryset: QuerySet[Any], usage: Usage) -> Iterator[Query]:
    if usage.always & READS_ALL:
        found = request(queryset, usage)
        if found is not None:
            yield found.sql, found.params


def _of_instance(instance: Model, usage: Usage, using: str, expected: Expected) -> Iterator[Query]:
    """The queries of its relations that are sure to be read, in the template's order."""
    sure = companions.sure(type(instance), usage)
    together, covered = expected.request()
    if together is not None:
        yield together.sql, together.params
    for name in usage.fields:
        if name in covered or (name not in sure.ones and name not in sure.collections):
            continue
        relation = facts.relation(type(instance), name)
        if relation is None or not peers.is_pending(relation, instance):
            continue
        if name in sure.ones:
            # A key that no column can hold: whoever reads the relation is told so.
            with suppress(EmptyResultSet):
                yield _lookup(relation, instance, using)
            continue
        rows = companions.rows_of_all(usage.fields[name])
        assert rows is not None
        for query in _of_queryset(getattr(instance, name).all(), rows):
            expected.announced.add(name)
            yield query


def _lookup(relation: facts.Relation, instance: Model, using: str) -> Query:
    """The query of lazy access to a single related row, as `QuerySet.get` runs it."""

    def make() -> QuerySet[Any]:
        rows = single_rows.lookup(relation, instance, using)
        rows.query.set_limits(high=MAX_GET_RESULTS)
        return rows

    key = instance.__dict__[relation.local[0]]
    return lookup(make, key, using, (relation.field, relation.forward))
