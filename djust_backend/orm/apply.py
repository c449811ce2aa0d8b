"""Carries a plan out on a QuerySet: the only caller of what changes a query."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import NotSupportedError
from django.db.models import Model, QuerySet
from django.db.models.sql import Query

from . import guards, peers, planner
from .choose.prefetches import choices
from .guards import QueryFacts, Selection
from .plan import Plan, Reason, Step
from .usage import Usage

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
    if each is None or not each.fields:
        queryset._fetch_all()
        return
    if guards.gives_plain_models(queryset) and not choices(_model(queryset), each):
        queryset._fetch_all()
        return
    _fetch(queryset, plan_for(queryset, each))
    rows = queryset._result_cache
    if rows:
        peers.complete([row for row in rows if isinstance(row, Model)], each)


def _model(queryset: QuerySet[Any]) -> type[Model]:
    model: type[Model] = queryset.model
    return model


def plan_for(queryset: QuerySet[Any], each: Usage | None) -> Plan:
    """The plan for this QuerySet when each of its rows is used like this."""
    facts = guards.with_routes(guards.examine(queryset), planner.targets(queryset.model, each))
    plan = planner.plan(facts, each)
    if _adds_joins(plan.joins) and not _can_be_built(facts, plan.joins):
        return planner.plan(replace(facts, refused=Reason.NOT_BUILT), each)
    return plan


def _fetch(queryset: Any, plan: Plan) -> None:
    """Run the first query: the view's own, or a joined copy whose rows the view's own gets."""
    if not _adds_joins(plan.joins):
        queryset._fetch_all()
        return
    joined = queryset._chain()
    joined.query.select_related = _selection(plan.joins, queryset.query.select_related)
    joined._fetch_all()
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
