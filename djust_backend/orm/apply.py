"""Carries a plan out on a QuerySet: the only caller of what changes a query."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import NotSupportedError
from django.db.models import Model, QuerySet
from django.db.models.sql import Query

from . import guards, peers, planner, shapes
from .choose.prefetches import choices
from .choose.rows import Refusal, level
from .guards import QueryFacts, Selection
from .levels import Level
from .plan import Plan, Reason, Step
from .row_mode import facts_of, level_for
from .usage import PRINTED, Usage

logger = logging.getLogger("djust_backend.orm")

# What building SQL raises when a relation cannot be joined; nothing was asked of the database.
_BUILD_ERRORS = (
    FieldError,
    FieldDoesNotExist,
    NotSupportedError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


def evaluate(queryset: QuerySet[Any], usage: Usage | None) -> None:
    """Fill the QuerySet's own result as `len()` would, with what each row is sure to need.

    The rows, their order and their classes are stock's; the query that the view made is not
    changed, so that what it derives from it later is not either. Raises what stock raises.
    An evaluated QuerySet is left alone.
    """
    if guards.is_evaluated(queryset):
        return
    each = usage.row_needs() if usage is not None else None
    if each is None or not (each.fields or each.always & PRINTED):
        queryset._fetch_all()
        return
    # An annotation hides a method of the same name.
    each = each.without(queryset.query.annotations)
    if guards.gives_plain_models(queryset) and not choices(_model(queryset), each):
        queryset._fetch_all()
        return
    _fetch(queryset, plan_for(queryset, each))
    rows = queryset._result_cache
    if rows:
        peers.complete([row for row in rows if isinstance(row, Model)], each)


def plan_of(source: QuerySet[Any] | type[Model], usage: Usage) -> Plan:
    """The plan for a QuerySet, or for all rows of a model, used like this; runs no query."""
    queryset = source if isinstance(source, QuerySet) else source._default_manager.all()
    return whole_plan(queryset, usage)


def explain(source: QuerySet[Any] | type[Model], usage: Usage) -> str:
    """The same plan as lines for people: every relation, what is done, and why."""
    return plan_of(source, usage).explain()


def memory_hits() -> int:
    """How often a plan was in the memory of this process when it was needed."""
    return planner.plan.cache_info().hits + level.cache_info().hits


def forget_plans() -> None:
    """Empty the memory of this process, so that the next render asks the store or derives anew."""
    planner.plan.cache_clear()
    level.cache_clear()


def _model(queryset: QuerySet[Any]) -> type[Model]:
    model: type[Model] = queryset.model
    return model


def plan_for(queryset: QuerySet[Any], each: Usage | None) -> Plan:
    """The plan for this QuerySet when each of its rows is used like this."""
    facts = facts_of(queryset, shapes.simple(queryset), each)
    plan = planner.plan(facts, each)
    if _adds_joins(plan.joins) and not _can_be_built(facts, plan.joins):
        return planner.plan(facts.but(refused=Reason.NOT_BUILT), each)
    return plan


def whole_plan(queryset: QuerySet[Any], usage: Usage) -> Plan:
    """The plan for a QuerySet with which all of this is done; runs no query."""
    return _decided(plan_for(queryset, usage.row_needs()), level_for(queryset, usage))


@lru_cache(maxsize=2048)
def _decided(plan: Plan, found: Level | Refusal) -> Plan:
    if isinstance(found, Level):
        return plan.but(rows=found)
    return plan.but(refused_at=found.path, refused=found.reason)


def _fetch(queryset: Any, plan: Plan) -> None:
    """Run the first query: the view's own, or a joined copy whose rows the view's own gets."""
    if not _adds_joins(plan.joins):
        queryset._fetch_all()
        return
    joined = queryset._chain()
    joined.query.select_related = _selection(plan.joins, queryset.query.select_related)
    try:
        joined._fetch_all()
    finally:
        # Where one of the view's prefetches fails, the rows are there all the same.
        queryset._result_cache = joined._result_cache
        queryset._prefetch_done = joined._prefetch_done


def _adds_joins(steps: Iterable[Step]) -> bool:
    return any(step.reason is Reason.JOIN or _adds_joins(step.nested) for step in steps)


def _selection(steps: Iterable[Step], selected: object) -> dict[str, Any]:
    """The QuerySet's own selection and ours; a copy, because Django shares the dict of clones."""
    merged = {
        name: _selection((), below)
        for name, below in (selected.items() if isinstance(selected, dict) else ())
    }
    for step in steps:
        merged[step.lookup] = _selection(step.nested, merged.get(step.lookup))
    return merged


@lru_cache(maxsize=2048)
def _can_be_built(facts: QueryFacts, steps: tuple[Step, ...]) -> bool:
    """Whether Django makes SQL of these joins on a QuerySet of this shape; asked once of each.

    The condition and the order of a QuerySet do not take part in building its joins, so that a
    bare query of the same shape answers for all.
    """
    query = Query(facts.model)
    query.deferred_loading = (facts.deferred, True)
    query.select_related = _selection(steps, _thawed(facts.selected))
    try:
        query.get_compiler(using=facts.db).as_sql()
    except _BUILD_ERRORS as error:
        # Reported in the log; the page is rendered without joins.
        logger.warning("No joins for %s: %s", facts.model._meta.label, error)
        return False
    return True


def _thawed(selected: Selection) -> dict[str, Any]:
    return {name: _thawed(below) for name, below in selected}
