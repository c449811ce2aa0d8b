"""The measurement as tables for people, and read against the bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tests.benchmarks.applications.session import Application, Result, shares
from tests.benchmarks.engine.report import geometric_mean
from tests.benchmarks.engine.session import OURS, STOCK

#: The part of stock's rendering time that each application may take.
BAR = 0.40

HEAD = (
    f"{'page':44}{'engine':9}{'render µs':>11}{'of stock':>14}{'functions':>11}"
    f"{'request µs':>12}{'of stock':>10}"
)


@dataclass(frozen=True)
class Summary:
    """One engine on one application: how its time relates to stock's.

    `total` weighs each page by its time; `mean` is the geometric mean of the pages' shares. `own` is
    what our package has of `total`, as a profiler sees it.
    """

    application: str
    engine: str
    pages: int
    total: float
    mean: float
    own: float
    worst: str
    worst_share: float

    @property
    def is_reached(self) -> bool:
        """Whether the application is within the bar."""
        return self.total <= BAR

    def __str__(self) -> str:
        word = "reached" if self.is_reached else "MISSED"
        return (
            f"{word:8}{self.application:10}{self.engine:9}{self.total * 100:5.1f} % of stock's time "
            f"(bar: {BAR * 100:.0f} %; {self.own * 100:.1f} % without code of others), mean of {self.pages} pages {self.mean * 100:.1f} %, "
            f"worst {self.worst_share * 100:.0f} % ({self.worst})"
        )

    def plain(self) -> dict[str, Any]:
        """The summary as JSON has it."""
        return {**asdict(self), "bar": BAR, "is_reached": self.is_reached}


def summarise(application: Application, engine: str = OURS) -> Summary | None:
    """The summary of an engine; None if none of its pages is right."""
    found = shares(application, engine)
    mean = geometric_mean(found.values())
    if mean is None:
        return None
    results = [application.pages[page] for page in found]
    stock = sum(page[STOCK].us for page in results)
    spent = sum(page[engine].us for page in results)
    own = sum(page[engine].us * page[engine].own for page in results)
    worst = max(found, key=lambda page: found[page])
    return Summary(
        application.name, engine, len(found), spent / stock, mean, own / stock, worst, found[worst]
    )


def line(page: str, name: str, result: Result) -> str:
    """One engine on one page."""
    if result.status != "ok":
        return f"{page:44}{name:9}{result.status:>11}: {result.detail}"
    share = f"{result.share * 100:.1f} % ±{result.spread * 100:.0f}%"
    return (
        f"{page[:43]:44}{name:9}{result.us:11.0f}{share:>14}{result.functions:11}"
        f"{result.request_us:12.0f}{result.request_share * 100:8.1f} %"
    )


def lines(application: Application) -> Iterator[str]:
    """The table of one application."""
    yield f"{application.name}: CPU time of rendering, and of the whole request"
    yield HEAD
    yield "-" * len(HEAD)
    for page, results in application.pages.items():
        for name, result in results.items():
            yield line(page, name, result)
    for page, reason in application.left_out.items():
        yield f"{page[:43]:44}left out: {reason}"
