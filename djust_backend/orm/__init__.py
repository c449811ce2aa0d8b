"""Usage × models → rows: what the renderer may ask of the ORM; knows no template syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from djust_backend.later import from_homes

from .arrivals import install as settle_arrivals
from .choose.pushdown import reads_whole
from .conditions import judge_known
from .display import display_labels
from .facts import accessor, id_column, relation
from .guards import counts_its_rows
from .plan import Plan, Reason, Step
from .readers import install as read_natively
from .row_mode import may_look_ahead, rows
from .rowsets import rows_read
from .shared import install as share_plans
from .source import counts_itself, kind, usage_of_page
from .timestamps import install as read_timestamps
from .usage import Usage
from .versions import install as tell_versions

if TYPE_CHECKING:
    from .adoption import adopt, fill
    from .ahead import look_ahead
    from .apply import evaluate, explain, forget_plans, memory_hits, plan_of
    from .code_reading import reads
    from .companions import fetch_companions, is_announced
    from .compilers import lendings
    from .fingerprint import release
    from .hidden import Watch, may_walk, missing
    from .passing import Passing
    from .peers import complete, load
    from .pushed import Answers

__all__ = [
    "Answers",
    "Passing",
    "Plan",
    "Reason",
    "Step",
    "Usage",
    "Watch",
    "accessor",
    "adopt",
    "complete",
    "counts_its_rows",
    "counts_itself",
    "display_labels",
    "evaluate",
    "explain",
    "fetch_companions",
    "fill",
    "forget_plans",
    "id_column",
    "is_announced",
    "is_read_whole",
    "judge_known",
    "kind",
    "lendings",
    "load",
    "look_ahead",
    "may_look_ahead",
    "may_walk",
    "memory_hits",
    "missing",
    "plan_of",
    "read_natively",
    "read_timestamps",
    "reads",
    "relation",
    "release",
    "rows",
    "rows_read",
    "settle_arrivals",
    "share_plans",
    "tell_versions",
    "usage_of_page",
]

# What a page in row mode has no use for: instances, the code of models, plans that travel.
__getattr__ = from_homes(
    __name__,
    {
        "adoption": ("adopt", "fill"),
        "ahead": ("look_ahead",),
        "code_reading": ("reads",),
        "companions": ("fetch_companions", "is_announced"),
        "apply": ("evaluate", "explain", "forget_plans", "memory_hits", "plan_of"),
        "compilers": ("lendings",),
        "fingerprint": ("release",),
        "hidden": ("Watch", "may_walk", "missing"),
        "passing": ("Passing",),
        "peers": ("complete", "load"),
        "pushed": ("Answers",),
    },
)


def is_read_whole(usage: Usage) -> bool:
    """Whether all rows are sure to be read of a collection with whose manager this is done."""
    rows = usage.fields.get("all")
    return rows is not None and reads_whole(rows)
