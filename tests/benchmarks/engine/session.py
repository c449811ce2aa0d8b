"""One measurement: correctness first, then rounds that visit the backends by turns."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.benchmarks.engine.process import Failed, Process

STOCK = "stock"
OURS = "ours"


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds per scenario, and CPU time per backend and round."""

    rounds: int = 7
    target_ns: int = 10_000_000


@dataclass
class Result:
    """One backend on one scenario. `status` is ok, different, error or none (no such page)."""

    status: str = "ok"
    detail: str = ""
    us: float = 0.0
    ratio: float = 0.0
    spread: float = 0.0
    functions: int | None = None


@dataclass
class Row:
    """One scenario with the results of all backends."""

    name: str
    kind: str
    is_counted: bool
    wants_request: bool
    libraries: list[str]
    results: dict[str, Result] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return asdict(self)


def first_difference(ours: str, stock: str) -> str:
    """Where two texts part, with what surrounds the place in both."""
    shorter = min(len(ours), len(stock))
    place = next((at for at in range(shorter) if ours[at] != stock[at]), shorter)
    start = max(0, place - 20)
    end = place + 30
    return f"at {place}: {ours[start:end]!r}, stock has {stock[start:end]!r}"


def paired(base: list[float], own: list[float]) -> tuple[float, float]:
    """How many times faster than the base, measured round by round: the median, and its spread."""
    ratios = [theirs / ours for theirs, ours in zip(base, own, strict=True)]
    ratio = statistics.median(ratios)
    if len(ratios) < 2:
        return ratio, 0.0
    quarters = statistics.quantiles(ratios, n=4, method="inclusive")
    return ratio, (quarters[2] - quarters[0]) / 2 / ratio


class Session:
    """The backends that are there, and what is done with all of them for each scenario."""

    def __init__(self, processes: dict[str, Process], languages: dict[str, str], effort: Effort):
        self.processes = processes
        self.languages = languages
        self.effort = effort

    def measure(self, about: dict[str, Any]) -> Row:
        """
        Check and time one scenario on every backend.

        Raises ValueError when the scenario itself is no good: stock fails on it, says different
        things for the same data, or the same thing for different data.
        """
        names = ("name", "kind", "is_counted", "wants_request", "libraries")
        row = Row(**{key: about[key] for key in names})
        expected = self._expected(about)
        for backend in self.processes:
            row.results[backend] = self._checked(backend, about, expected)
        counts = {}
        for backend, result in row.results.items():
            if result.status == "ok":
                count = self._try(
                    backend, result, "calibrate", name=row.name, target_ns=self.effort.target_ns
                )
                if count is not None:
                    counts[backend] = count
        self._rounds(row, counts)
        for backend, result in row.results.items():
            if result.status == "ok":
                result.functions = self._try(backend, result, "functions", name=row.name)
        return row

    def memory(self, count: int) -> dict[str, float | str]:
        """KiB per compiled template, each in a process that did nothing else."""
        found: dict[str, float | str] = {}
        for backend, process in self.processes.items():
            if self.languages[backend] != "django":
                continue
            process.stop()
            try:
                found[backend] = process.order("memory", count=count)
            except Failed as error:
                found[backend] = str(error)
        return found

    def _expected(self, about: dict[str, Any]) -> list[str]:
        try:
            expected: list[str] = self.processes[STOCK].order("check", name=about["name"])
        except Failed as error:
            raise ValueError(f"stock can't render {about['name']}: {error}") from error
        first, other, again = expected
        if first != again:
            raise ValueError(f"{about['name']}: stock differs from itself")
        if (first == other) != about["is_constant"] and about["kind"] != "lookup":
            raise ValueError(f"{about['name']}: A and B must differ, or be called constant")
        return expected

    def _checked(self, backend: str, about: dict[str, Any], expected: list[str]) -> Result:
        if self.languages[backend] not in about["languages"]:
            return Result("none")
        result = Result()
        outputs = self._try(backend, result, "check", name=about["name"])
        if outputs is not None and outputs != expected:
            pairs = zip(outputs, expected, strict=True)
            ours, stock = next((ours, stock) for ours, stock in pairs if ours != stock)
            return Result("different", first_difference(ours, stock))
        return result

    def _rounds(self, row: Row, counts: dict[str, int]) -> None:
        times: dict[str, list[float]] = {backend: [] for backend in counts}
        order = list(counts)
        for number in range(self.effort.rounds):
            # Each round begins with another backend, so that none always follows the same one.
            start = number % len(order)
            for backend in order[start:] + order[:start]:
                result = row.results[backend]
                if result.status == "ok":
                    spent = self._try(backend, result, "time", name=row.name, count=counts[backend])
                    if spent is not None:
                        times[backend].append(spent)
        for backend, spent in times.items():
            result = row.results[backend]
            if result.status == "ok":
                result.us = statistics.median(spent) / 1000
                result.ratio, result.spread = paired(times[STOCK], spent)

    def _try(self, backend: str, result: Result, order: str, **arguments: Any) -> Any:
        try:
            return self.processes[backend].order(order, **arguments)
        except Failed as error:
            if backend == STOCK:
                raise ValueError(f"stock failed: {error}") from error
            result.status, result.detail = "error", str(error)
            return None
