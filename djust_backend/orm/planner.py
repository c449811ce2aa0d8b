"""Usage and model in, plan out: folds the choices together; pure, never touches rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP

from . import facts
from .choose import joins, prefetches, pushdown
from .guards import QueryFacts
from .plan import Plan, Reason, Step
from .shared import decided
from .usage import Usage
from .versions import WhileAllStay

# What one query answers for all parents, when the first of them is asked.
_PUSHED = (Reason.COUNTED, Reason.EXISTS, Reason.PART)


@WhileAllStay
def plan(query: QueryFacts, usage: Usage | None) -> Plan:
    """How to fetch the rows of such a query when each of them is used like this."""
    return decided(PLANS, query, usage, usage, partial(_derive, query, usage))


class _Plans:
    """Plans as they travel between processes."""

    name = "plan"

    def pack(self, decision: Plan) -> bytes:
        return decision.to_bytes()

    def unpack(self, data: bytes) -> Plan:
        return Plan.from_bytes(data)

    def mode(self, decision: Plan) -> str:
        return decision.mode


PLANS = _Plans()


def _derive(query: QueryFacts, usage: Usage | None) -> Plan:
    sheet = _Sheet(query)
    if usage is not None:
        sheet.walk(joins.Place(query.model, (), query.selected), usage)
    return Plan(
        query.model._meta.label,
        tuple(sheet.joined),
        tuple(sheet.fetched),
        tuple(sheet.left),
        tuple(sheet.pushed),
    )


def targets(model: type[Model], usage: Usage | None) -> Iterator[type[Model]]:
    """The models that to-one relations of these needs lead to, for asking routers about them.

    One by one: a site without routers does not ask for the first.
    """
    if usage is None:
        return
    for choice in prefetches.choices(model, usage):
        relation = choice.relation
        if relation is not None and relation.target is not None and choice.usage is not None:
            yield relation.target
            yield from targets(relation.target, choice.usage)


class _Sheet:
    """The lists that become a plan, while the usage is walked from the root."""

    def __init__(self, query: QueryFacts) -> None:
        self.query = query
        self.joined: list[Step] = []
        self.fetched: list[Step] = []
        self.left: list[Step] = []
        self.pushed: list[Step] = []
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
                asked = self.questions(relation, usage.fields.get(choice.name))
                for question, why in asked:
                    kept = self.pushed if why in _PUSHED else self.left
                    kept.append(Step((*path, question), "", relation.label(), why))
                if not asked:
                    self.left.append(Step(path, "", relation.label(), reason))

    def questions(self, relation: facts.Relation, usage: Usage | None) -> list[tuple[str, Reason]]:
        """What is asked of a collection that is not read whole."""
        if relation.kind != facts.TO_MANY or usage is None or not usage.reached():
            return []
        return pushdown.questions(relation, usage, self.query.db)

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
