"""One measurement on one database: correctness first, then rounds that visit the backends by turns."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.benchmarks.engine.process import Failed, Process
from tests.benchmarks.engine.session import first_difference, paired
from tests.benchmarks.orm.backends import BACKENDS, BASE, EXPECTED, JUDGED
from tests.benchmarks.orm.pages import COLD_PAGE, MEMORY_PAGE, PLAIN_PAGE

#: A page that takes longer is looked at once: naive pages of ten thousand rows take a minute.
SLOW_MS = 2_000.0
TURNS = (0, 1, 0)


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds for a page, time for a backend and round, processes for the rest."""

    rounds: int = 7
    target_ms: float = 40.0
    processes: int = 5


@dataclass
class Result:
    """One backend on one page, in milliseconds. `status` is ok, different or error.

    `queries` are the most of the first and of later renders, `trips` how often a server was waited
    for; `times` is how often it was timed.
    """

    status: str = "ok"
    detail: str = ""
    queries: int = 0
    trips: int = 0
    cpu: float = 0.0
    cpu_ratio: float = 0.0
    cpu_spread: float = 0.0
    wall: float = 0.0
    wall_ratio: float = 0.0
    wall_spread: float = 0.0
    times: int = 0
    texts: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The result as JSON has it."""
        content = asdict(self)
        del content["texts"]
        return content


@dataclass
class Figures:
    """Everything that was measured on one database.

    `functions` of our ORM room are entered by a page without models. `cold` and `first` are
    milliseconds that the first render of a process, and the first of a template, take longer than a
    warm one. `memory` is in MiB.
    """

    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    pages: dict[str, dict[str, Result]] = field(default_factory=dict)
    functions: int | None = None
    cold: dict[str, dict[str, float]] = field(default_factory=dict)
    first: dict[str, dict[str, float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        pages = {
            page: {name: result.plain() for name, result in results.items()}
            for page, results in self.pages.items()
        }
        return {**asdict(self), "pages": pages}


class Session:
    """The backends that are there, and what is done with all of them for each page."""

    def __init__(self, processes: dict[str, Process], effort: Effort) -> None:
        self.processes = processes
        self.effort = effort

    def check(self, page: str) -> dict[str, Result]:
        """
        Render a page on every backend and compare the texts with those of stock and a naive view.

        Raises Failed when stock fails on it, ValueError when stock differs from itself.
        """
        results = {name: self._checked(name, page) for name in self.processes}
        expected = results[EXPECTED]
        if expected.status != "ok":
            raise Failed(f"{EXPECTED} can't render {page}: {expected.detail}")
        if expected.texts[0] != expected.texts[-1] or expected.texts[0] in expected.texts[1:2]:
            raise ValueError(f"{page}: equal turns must give equal texts, others must not")
        for result in results.values():
            for own, right in zip(result.texts, expected.texts, strict=False):
                if own != right:
                    result.status = "different"
                    result.detail = first_difference(own, right)
                    break
        return results

    def measure(self, page: str) -> dict[str, Result]:
        """Check a page and time it on every backend. Errors: see `check`."""
        results = self.check(page)
        counts = {}
        for name, result in results.items():
            if result.status == "ok" and not result.times:
                counts[name] = self._order(
                    name, result, "calibrate", page=page, target_ms=self.effort.target_ms
                )
        self._rounds(page, results, {name: count for name, count in counts.items() if count})
        return results

    def functions(self) -> int | None:
        """The functions of our ORM room that a page without models enters; None without us."""
        if JUDGED not in self.processes:
            return None
        entered: int = self.processes[JUDGED].order("functions", page=PLAIN_PAGE)["orm"]
        return entered

    def cold(self, engine_in_use: bool) -> dict[str, dict[str, float]]:
        """Milliseconds of CPU and wall-clock time that the first render of a process takes longer."""
        found = {}
        for name, process in self.processes.items():
            if BACKENDS[name].path:
                answers = self._in_new_processes(
                    process, "cold", page=COLD_PAGE, engine_in_use=engine_in_use
                )
                found[name] = {
                    kind: statistics.median(answer[kind] for answer in answers)
                    for kind in ("cpu", "wall")
                }
        return found

    def memory(self) -> dict[str, float]:
        """MiB that the longest page takes at its peak; the naive page of stock takes too long."""
        return {
            name: statistics.median(self._in_new_processes(process, "memory", page=MEMORY_PAGE))
            / 1024
            for name, process in self.processes.items()
            if name != EXPECTED
        }

    def _in_new_processes(self, process: Process, order: str, **arguments: Any) -> list[Any]:
        answers = []
        for _ in range(self.effort.processes):
            process.stop()
            answers.append(process.order(order, **arguments))
        return answers

    def _checked(self, name: str, page: str) -> Result:
        result = Result()
        for turn in TURNS:
            answer = self._order(name, result, "check", page=page, turn=turn)
            if answer is None:
                break
            result.texts.append(answer["text"])
            result.queries = max(result.queries, answer["queries"])
            if answer["wall"] > SLOW_MS and name != BASE:
                result.cpu, result.wall, result.times = answer["cpu"], answer["wall"], 1
                break
            trips = self._order(name, result, "trips", page=page, turn=turn)
            result.trips = max(result.trips, trips or 0)
        return result

    def _rounds(self, page: str, results: dict[str, Result], counts: dict[str, int]) -> None:
        spent: dict[str, list[dict[str, float]]] = {name: [] for name in counts}
        order = list(counts)
        for number in range(self.effort.rounds):
            # Each round begins with another backend, so that none always follows the same one.
            start = number % len(order)
            for name in order[start:] + order[:start]:
                if results[name].status == "ok":
                    answer = self._order(name, results[name], "time", page=page, count=counts[name])
                    if answer is not None:
                        spent[name].append(answer)
        for name, result in results.items():
            if result.status == "ok" and BASE in spent:
                self._compare(result, spent.get(name, []), spent[BASE])

    @staticmethod
    def _compare(result: Result, own: list[Any], base: list[Any]) -> None:
        for kind in ("cpu", "wall"):
            theirs = [answer[kind] for answer in base]
            if own:
                ours = [answer[kind] for answer in own]
                result.times = len(ours)
                setattr(result, kind, statistics.median(ours))
            else:
                ours = [getattr(result, kind)] * len(theirs)
            ratio, spread = paired(theirs, ours)
            setattr(result, f"{kind}_ratio", ratio)
            setattr(result, f"{kind}_spread", spread)

    def _order(self, name: str, result: Result, order: str, **arguments: Any) -> Any:
        try:
            return self.processes[name].order(order, **arguments)
        except Failed as error:
            result.status, result.detail = "error", str(error)
            return None
