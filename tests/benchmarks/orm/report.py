"""The measurement as a table for people, and read against the bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.orm.backends import BASE, INSTALLED, JUDGED
from tests.benchmarks.orm.pages import (
    COLD_MS,
    COLD_PAGE,
    MEMORY_PAGE,
    MEMORY_SHARE,
    PAGES,
    PLAIN_PAGE,
)
from tests.benchmarks.orm.session import Figures, Result

HEAD = f"{'page':11}{'backend':14}{'cpu ms':>10}{'x tuned':>14}{'wall ms':>11}{'x tuned':>14}{'queries':>9}{'trips':>7}"


COLD = "first render of a process"
INSTALLED_COLD = "first render of a process with our app installed"
FIRST = "first render of a template"


@dataclass(frozen=True)
class Bar:
    """One figure of ours beside what it should be."""

    database: str
    page: str
    what: str
    value: float
    wanted: float
    unit: str = ""
    at_least: bool = True

    @property
    def is_reached(self) -> bool:
        """Whether the figure is on the right side."""
        return self.value >= self.wanted if self.at_least else self.value <= self.wanted

    def __str__(self) -> str:
        reached = "reached" if self.is_reached else "MISSED"
        side = ">=" if self.at_least else "<="
        return (
            f"{reached:8} {self.database:11}{self.page:11}{self.what}: "
            f"{self.value:.3g}{self.unit} (bar: {side} {self.wanted:.3g}{self.unit})"
        )

    def plain(self) -> dict[str, Any]:
        """The bar as JSON has it."""
        return {**vars(self), "is_reached": self.is_reached}


def times(ratio: float, spread: float) -> str:
    """A ratio with its spread, if it was measured more than once."""
    return f"{ratio:.2f} ±{spread * 100:.0f}%"


def line(page: str, name: str, result: Result) -> str:
    """One backend on one page."""
    if result.status != "ok":
        return f"{page:11}{name:14}{result.status:>10}: {result.detail}"
    mark = "once" if result.times == 1 else ""
    return (
        f"{page:11}{name:14}{result.cpu:10.2f}{times(result.cpu_ratio, result.cpu_spread):>14}"
        f"{result.wall:11.2f}{times(result.wall_ratio, result.wall_spread):>14}"
        f"{result.queries:9}{result.trips or '-':>7}  {mark}"
    ).rstrip()


def lines(database: str, figures: Figures) -> Iterator[str]:
    """The table of one database, and what was measured of whole processes."""
    yield f"{database}: ratios are tuned stock's time through the backend's"
    yield HEAD
    yield "-" * len(HEAD)
    for page, results in figures.pages.items():
        for name, result in results.items():
            yield line(page, name, result)
        yield ""
    for label, found in (
        (f"{COLD_PAGE}, more than a warm render: {COLD}", figures.cold),
        (f"{COLD_PAGE}, more than a warm render: {FIRST}", figures.first),
    ):
        if found:
            shown = [f"{name} {ms['wall']:.1f} ({ms['cpu']:.1f})" for name, ms in found.items()]
            yield f"{label}, wall (CPU) ms: {', '.join(shown)}"
    if figures.memory:
        shown = [f"{name} {mib:.1f}" for name, mib in figures.memory.items()]
        yield f"{MEMORY_PAGE}: peak memory, MiB: {', '.join(shown)}"


def bars(database: str, figures: Figures) -> Iterator[Bar]:
    """Every bar that this measurement can tell about."""
    for page, results in figures.pages.items():
        ours, tuned = results.get(JUDGED), results[BASE]
        if ours is not None and ours.status == tuned.status == "ok":
            yield from _bars_of_page(database, page, ours, tuned)
    if figures.functions is not None:
        yield Bar(
            database, PLAIN_PAGE, "functions of the ORM room", figures.functions, 0, "", False
        )
    for what, found, name in (
        (COLD, figures.cold, JUDGED),
        (INSTALLED_COLD, figures.cold, INSTALLED),
        (FIRST, figures.first, JUDGED),
    ):
        if database == "sqlite" and name in found:
            yield Bar(database, COLD_PAGE, what, found[name]["cpu"], COLD_MS, " ms CPU", False)
    if database == "sqlite" and JUDGED in figures.memory:
        share = figures.memory[JUDGED] / figures.memory[BASE]
        yield Bar(database, MEMORY_PAGE, "share of peak memory", share, MEMORY_SHARE, "", False)


def _bars_of_page(database: str, name: str, ours: Result, tuned: Result) -> Iterator[Bar]:
    page = PAGES[name]
    if page.is_judged and tuned.trips:
        yield Bar(database, name, "round trips", ours.trips, tuned.trips, "", False)
    elif page.is_judged:
        yield Bar(database, name, "queries", ours.queries, tuned.queries, "", False)
    if page.cpu is not None and database == "sqlite":
        yield Bar(database, name, "CPU", ours.cpu_ratio, page.cpu, "x")
    if page.is_judged and database == "latency":
        yield Bar(database, name, "wall", ours.wall_ratio, 1.0, "x")
