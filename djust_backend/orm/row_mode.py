"""Row mode of a QuerySet: whether its rows are read without instances, and reading them.

A page that is met by plain columns needs no more of this room than what is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

from . import guards, shapes
from .choose.rows import Refusal, level
from .guards import QueryFacts
from .levels import Level
from .rowsets import RowSet, request_of_rows, rows_of
from .sending import may_send
from .shapes import Simple
from .statements import Request
from .usage import Usage


def rows(queryset: QuerySet[Any], usage: Usage) -> RowSet | None:
    """The rows of an unevaluated QuerySet that meet these needs of it, without instances.

    `usage` is everything that the page does with the QuerySet. None, with nothing asked of the
    database, if instances are needed. The QuerySet itself stays as it is; the rows are kept with
    it, as a result is. Raises what its evaluation would raise.
    """
    found, simple = level_of(queryset, usage)
    return None if found is None else rows_of(queryset, found, simple)


def request(queryset: QuerySet[Any], usage: Usage) -> Request | None:
    """The query that `rows` would run; None if it runs none, or if instances are needed."""
    found, simple = level_of(queryset, usage)
    return None if found is None else request_of_rows(queryset, found, simple)


def level_for(queryset: QuerySet[Any], usage: Usage) -> Level | Refusal:
    """The columns of a QuerySet in row mode when all of the page uses it like this, or why not."""
    return level(facts_of(queryset, shapes.simple(queryset), usage.each), usage)


def level_of(queryset: QuerySet[Any], usage: Usage) -> tuple[Level | None, Simple | None]:
    """The columns of an unevaluated QuerySet, if it is read in row mode, and its shape."""
    if guards.is_evaluated(queryset):
        return None, None
    simple = shapes.simple(queryset)
    found = level(facts_of(queryset, simple, usage.each), usage)
    return (found if isinstance(found, Level) else None), simple


def facts_of(queryset: QuerySet[Any], simple: Simple | None, each: Usage | None) -> QueryFacts:
    """What a decision on this QuerySet depends on besides the needs, among them those of a row."""
    facts = guards.examine(queryset) if simple is None else simple.shape.facts
    return guards.with_routes(facts, _targets(queryset.model, each))


def may_look_ahead(source: QuerySet[Any] | Model) -> bool:
    """Whether anything can be gained by knowing what else the page asks for.

    Queries that are sent with the one that this source is about to run, or one query for several
    relations of an instance.
    """
    return isinstance(source, Model) or may_send(connections[database(source)])


def database(source: QuerySet[Any] | Model) -> str:
    """The alias of the database that a source reads from, or was read from."""
    if isinstance(source, Model):
        return source._state.db or DEFAULT_DB_ALIAS
    return source.db


def _targets(model: type[Model], each: Usage | None) -> Iterator[type[Model]]:
    # Only a site with routers asks for the first of them, and with it for plans of instances.
    from .planner import targets  # noqa: PLC0415 - see above

    yield from targets(model, each)
