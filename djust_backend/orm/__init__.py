"""Usage × models → rows: what the renderer may ask of the ORM; knows no template syntax."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from .adopt import adopt
from .apply import evaluate, plan_for
from .display import display_labels
from .facts import accessor, id_column
from .peers import complete, load
from .plan import Plan, Reason, Step
from .source import kind, source_of
from .usage import Usage

__all__ = [
    "Plan",
    "Reason",
    "Step",
    "Usage",
    "accessor",
    "adopt",
    "complete",
    "display_labels",
    "evaluate",
    "explain",
    "id_column",
    "kind",
    "load",
    "plan_of",
    "source_of",
]


def plan_of(source: QuerySet[Any] | type[Model], usage: Usage) -> Plan:
    """The plan for a QuerySet, or for all rows of a model, used like this; runs no query."""
    queryset = source if isinstance(source, QuerySet) else source._default_manager.all()
    return plan_for(queryset, usage.row_needs())


def explain(source: QuerySet[Any] | type[Model], usage: Usage) -> str:
    """The same plan as lines for people: every relation, what is done, and why."""
    return plan_of(source, usage).explain()
