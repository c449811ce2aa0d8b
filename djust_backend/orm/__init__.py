"""Usage × models → rows: what the renderer may ask of the ORM; knows no template syntax."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from . import planner
from .adopt import adopt, fill
from .ahead import look_ahead, may_look_ahead
from .apply import evaluate, forget_plans, rows, whole_plan
from .arrivals import install as settle_arrivals
from .choose.pushdown import reads_whole
from .choose.rows import level
from .compilers import lendings
from .conversions import install as convert_rows
from .display import display_labels
from .facts import accessor, id_column
from .fingerprint import release
from .guards import counts_its_rows
from .hidden import Watch, may_walk, missing
from .peers import complete, load
from .plan import Plan, Reason, Step
from .pushed import Answers
from .query_keys import install as read_query_keys
from .rowsets import rows_read
from .shared import install as share_plans
from .source import counts_itself, kind, usage_of_page
from .timestamps import install as read_timestamps
from .usage import Usage
from .versions import install as tell_versions

__all__ = [
    "Answers",
    "Plan",
    "Reason",
    "Step",
    "Usage",
    "Watch",
    "accessor",
    "adopt",
    "complete",
    "convert_rows",
    "counts_its_rows",
    "counts_itself",
    "display_labels",
    "evaluate",
    "explain",
    "fill",
    "forget_plans",
    "id_column",
    "is_read_whole",
    "kind",
    "lendings",
    "load",
    "look_ahead",
    "may_look_ahead",
    "may_walk",
    "memory_hits",
    "missing",
    "plan_of",
    "read_query_keys",
    "read_timestamps",
    "release",
    "rows",
    "rows_read",
    "settle_arrivals",
    "share_plans",
    "tell_versions",
    "usage_of_page",
]


def plan_of(source: QuerySet[Any] | type[Model], usage: Usage) -> Plan:
    """The plan for a QuerySet, or for all rows of a model, used like this; runs no query."""
    queryset = source if isinstance(source, QuerySet) else source._default_manager.all()
    return whole_plan(queryset, usage)


def memory_hits() -> int:
    """How often a plan was in the memory of this process when it was needed."""
    return planner.plan.cache_info().hits + level.cache_info().hits


def is_read_whole(usage: Usage) -> bool:
    """Whether all rows are sure to be read of a collection with whose manager this is done."""
    rows = usage.fields.get("all")
    return rows is not None and reads_whole(rows)


def explain(source: QuerySet[Any] | type[Model], usage: Usage) -> str:
    """The same plan as lines for people: every relation, what is done, and why."""
    return plan_of(source, usage).explain()
