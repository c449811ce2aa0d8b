"""Usage and model in, plan out: folds the choices together; pure, never touches rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP

from .choose import joins, prefetches
from .guards import QueryFacts
from .plan import Plan, Reason, Step
from .usage import Usage

# Plans of one process; a plan is a few small tuples, and the oldest unused ones are dropped.
_REMEMBERED = 2048


@lru_cache(maxsize=_REMEMBERED)
def plan(query: QueryFacts, usage: Usage | None) -> Plan:
    """How to fetch the rows of such a query when each of them is used like this."""
    sheet = _Sheet(query)
    if usage is not None:
        sheet.walk(joins.Place(query.model, (), query.selected), usage)
    return Plan(
        query.model._meta.label, tuple(sheet.joined), tuple(sheet.fetched), tuple(sheet.left)
    )


def targets(model: type[Model], usage: Usage | None) -> tuple[type[Model], ...]:
    """The models that to-one relations of these needs lead to, for asking routers about them."""
    return tuple(_targets(model, usage)) if usage is not None else ()


def _targets(model: type[Model], usage: Usage) -> Iterator[type[Model]]:
    for choice in prefetches.choices(model, usage):
        relation = choice.relation
        if relation is not None and relation.target is not None and choice.usage is not None:
            yield relation.target
            yield from _targets(relation.target, choice.usage)


class _Sheet:
    """The lists that become a plan, while the usage is walked from the root."""

    def __init__(self, query: QueryFacts) -> None:
        self.query = query
        self.joined: list[Step] = []
        self.fetched: list[Step] = []
        self.left: list[Step] = []
        self.count = 0

    def walk(self, place: joins.Place, usage: Usage) -> None:
        """Choose for each relation of the rows at this place of the first query."""
        for choice in prefetches.choices(place.model, usage):
            relation = choice.relation
            if relation is None:
                continue
            reason = joins.refusal(self.query, choice, place, self.count)
            path = (*place.path, relation.name)
            if reason is None:
                self._join(place, choice)
            elif reason is Reason.USER_PREFETCH:
                self.left.append(Step(path, "", relation.label(), reason))
                self.fetched += _below(choice, path)
            elif choice.fetch:
                below = _below(choice, path)
                self.fetched.append(
                    Step(path, LOOKUP_SEP.join(path), relation.label(), reason, below)
                )
            else:
                self.left.append(Step(path, "", relation.label(), reason))

    def _join(self, place: joins.Place, choice: prefetches.Choice) -> None:
        relation = choice.relation
        assert relation is not None
        inner = place.below(relation)
        already = relation.query_name in dict(place.selected)
        outer, self.joined = self.joined, []
        self.count += not already
        if choice.usage is not None:
            self.walk(inner, choice.usage)
        nested, self.joined = tuple(self.joined), outer
        reason = Reason.ALREADY_JOINED if already else Reason.JOIN
        label = relation.label()
        self.joined.append(Step(inner.path, relation.query_name, label, reason, nested))


def _below(choice: prefetches.Choice, path: tuple[str, ...]) -> tuple[Step, ...]:
    """What is fetched below a second query; unknown for generic relations."""
    relation = choice.relation
    if relation is None or relation.target is None or choice.usage is None:
        return ()
    return tuple(
        Step(
            (*path, below.name),
            LOOKUP_SEP.join((*path, below.name)),
            below.relation.label(),
            below.reason,
            _below(below, (*path, below.name)),
        )
        for below in prefetches.choices(relation.target, choice.usage)
        if below.relation is not None and below.fetch
    )
