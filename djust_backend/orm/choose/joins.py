"""Which to-one relations may come with the first query, and why the others may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import ForeignKey, Model
from django.db.models.constants import LOOKUP_SEP

from djust_backend.orm import facts
from djust_backend.orm.guards import QueryFacts, Selection
from djust_backend.orm.plan import Reason

if TYPE_CHECKING:
    from djust_backend.orm.choose.prefetches import Choice

# Beyond these a second query costs less than the width and the planning of the first one.
MAX_DEPTH = 3
MAX_JOINS = 8


def refusal(query: QueryFacts, choice: Choice, place: Place, count: int) -> Reason | None:
    """Why this relation does not come by a join; None if it may, or does already.

    `place` is where it hangs: its model, the accessors that lead there, and what the QuerySet
    selects there itself. `count` is how many joins were chosen before.
    """
    relation = choice.relation
    if relation is None:
        return choice.reason
    if LOOKUP_SEP.join((*place.path, relation.name)) in query.prefetched:
        return Reason.USER_PREFETCH
    if relation.kind != facts.TO_ONE:
        return choice.reason
    if relation.query_name in dict(place.selected):
        return None
    if not choice.fetch:
        return choice.reason
    if query.refused is not None:
        return query.refused
    return refused_relation(query, relation, place) or refused_size(place, count)


class Place:
    """A model within the first query: how it was reached and what is selected below it."""

    __slots__ = ("model", "path", "selected")

    def __init__(
        self, model: type[Model], path: tuple[str, ...] = (), selected: Selection = ()
    ) -> None:
        self.model = model
        self.path = path
        self.selected = selected

    def below(self, relation: facts.Relation) -> Place:
        """The place that this relation of it leads to."""
        assert relation.target is not None
        inner = dict(self.selected).get(relation.query_name, ())
        return Place(relation.target, (*self.path, relation.name), inner)


def refused_relation(query: QueryFacts, relation: facts.Relation, place: Place) -> Reason | None:
    """Why a join of this relation may change the rows of the first query; None if it may not."""
    at_root = not place.path
    if at_root and relation.forward and relation.field.name in query.known:
        return Reason.KNOWN
    if at_root and _is_deferred(query, relation):
        return Reason.DEFERRED
    if not isinstance(relation.field, ForeignKey):
        return Reason.CUSTOM_FIELD
    if not relation.guaranteed or (relation.forward and not query.constraints):
        return Reason.NO_CONSTRAINT
    if not relation.plain:
        return Reason.BASE_MANAGER
    if not relation.forward and not _names_only_this(place.model, relation):
        return Reason.NAME_CLASH
    if relation.target in query.apart:
        return Reason.OTHER_DATABASE
    return None


def refused_size(place: Place, count: int) -> Reason | None:
    """Why one more join does not pay; None if it does."""
    if len(place.path) >= MAX_DEPTH:
        return Reason.TOO_DEEP
    return Reason.TOO_MANY if count >= MAX_JOINS else None


def _is_deferred(query: QueryFacts, relation: facts.Relation) -> bool:
    """Whether the row comes without the column; a child row is built from its parent's columns."""
    if not relation.forward:
        return bool(query.deferred) and relation.field.remote_field.parent_link
    return relation.field.name in query.deferred or relation.field.attname in query.deferred


def _names_only_this(model: type[Model], relation: facts.Relation) -> bool:
    """Whether `select_related` finds this reverse relation, and nothing else, by its query name."""
    name = relation.query_name
    if any(column.name == name for column in model._meta.fields):
        return False
    named = [
        rel
        for rel in model._meta.related_objects
        if rel.field.unique and not rel.many_to_many and rel.field.related_query_name() == name
    ]
    return len(named) == 1 and named[0].field is relation.field
