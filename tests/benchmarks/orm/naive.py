"""The views as they are written first: plain QuerySets in a context, nothing fetched ahead.

Every view takes a turn, 0 or 1, which moves it by a row or a page: nothing of one turn may show
up in the next.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator

from tests.benchmarks.orm.office.models import Entry, Lease, MaintenanceRequest, Post, Property
from tests.benchmarks.orm.office.sample import CITIES, TODAY

SOON = TODAY + timedelta(days=30)


def dashboard(turn: int) -> dict[str, Any]:
    """Ten homes, ten repairs, five leases."""
    return {
        "properties": Property.objects.all()[turn : turn + 10],
        "requests": MaintenanceRequest.objects.exclude(status="done")[turn : turn + 10],
        "leases": Lease.objects.filter(status="active", end_date__lte=SOON)[turn : turn + 5],
    }


def blog(turn: int) -> dict[str, Any]:
    """The newest hundred posts."""
    return {"posts": Post.objects.all()[turn : turn + 100]}


blog_full = blog
methods = blog


def profile(turn: int) -> dict[str, Any]:
    """One user."""
    return {"member": User.objects.get(pk=3 + turn)}


def page50(turn: int) -> dict[str, Any]:
    """A page of all posts."""
    return {"page": Paginator(Post.objects.all(), 50).page(3 + turn)}


def wide1000(turn: int) -> dict[str, Any]:
    """A thousand lines of the ledger."""
    return {"entries": Entry.objects.all()[turn : turn + 1_000]}


def wide10000(turn: int) -> dict[str, Any]:
    """Ten thousand lines of the ledger."""
    return {"entries": Entry.objects.all()[turn : turn + 10_000]}


def no_models(turn: int) -> dict[str, Any]:
    """A hundred dictionaries."""
    rows = [
        {
            "name": f"Row {number} & more",
            "place": {"city": CITIES[number % len(CITIES)]},
            "count": number * 3,
            "day": TODAY - timedelta(days=number),
            "is_late": number % 4 == 0,
        }
        for number in range(turn, turn + 100)
    ]
    return {"title": "A report", "rows": rows}
