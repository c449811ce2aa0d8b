"""TABLE: the measured pages, and the bars that the naive view on our engine is read against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """
    A page; the modules of views have a function of its name.

    `cpu` is how many times less CPU time than the expert's page it should take, on SQLite.
    `is_judged`: it should need no more queries, and with latency no more time, than the expert's.
    """

    name: str
    template: str
    cpu: float | None = None
    is_judged: bool = True


PAGES = {
    page.name: page
    for page in [
        Page("dashboard", "dashboard.html", 3.3),
        Page("blog", "blog.html", 5.5),
        Page("blog_full", "blog_full.html", 12),
        Page("profile", "profile.html"),
        Page("page50", "page50.html", 5),
        Page("wide1000", "wide.html", 20),
        Page("wide10000", "wide.html", 20),
        Page("methods", "methods.html", is_judged=False),
        Page("no_models", "no_models.html", is_judged=False),
    ]
}

COLD_PAGE, COLD_MS = "dashboard", 5.0
MEMORY_PAGE, MEMORY_SHARE = "wide10000", 1 / 3
#: Rendered without a function of the ORM room being entered.
PLAIN_PAGE = "no_models"
