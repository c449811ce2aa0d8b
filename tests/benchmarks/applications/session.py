"""One application measured: correctness first, then rounds that visit the engines by turns."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.benchmarks.engine.process import Failed, Process
from tests.benchmarks.engine.session import OURS, STOCK, Effort, first_difference, paired
from tests.packages.run import MASKS

QUICK = Effort(3, 15_000_000)
THOROUGH = Effort(5, 25_000_000)


@dataclass
class Result:
    """One engine on one page: microseconds of rendering and of the request, functions entered.

    `share` is the part of stock's rendering time. `own` is the part of that which our package has, the
    rest being code of Django's and the application's; `holders` have the most of it. `status` is ok,
    different or error.
    """

    status: str = "ok"
    detail: str = ""
    us: float = 0.0
    request_us: float = 0.0
    share: float = 1.0
    spread: float = 0.0
    request_share: float = 1.0
    functions: int = 0
    own: float = 1.0
    holders: list[tuple[str, float]] = field(default_factory=list)


@dataclass
class Application:
    """What was measured of one application; pages that render nothing, or fail on stock, are left out."""

    name: str
    versions: dict[str, str] = field(default_factory=dict)
    pages: dict[str, dict[str, Result]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return asdict(self)


class Session:
    """The engines of one application, and what is done with them for each page."""

    def __init__(self, name: str, processes: dict[str, Process], effort: Effort) -> None:
        self.processes = processes
        self.effort = effort
        self.found = Application(name, processes[STOCK].versions)

    def measure(self, page: str) -> None:
        """Check and time one page. Raises ValueError when stock differs from itself."""
        try:
            expected = self.processes[STOCK].order("check", page=page)
        except Failed as error:
            self.found.left_out[page] = f"fails on stock: {error}"
            return
        expected["texts"] = [without_clocks(text) for text in expected["texts"]]
        if not expected["renders"]:
            self.found.left_out[page] = f"renders nothing (status {expected['status']})"
            return
        if len(set(expected["texts"])) > 1:
            texts = expected["texts"]
            other = next(text for text in texts if text != texts[0])
            detail = first_difference(other, texts[0])
            raise ValueError(f"{self.found.name}: {page}: stock differs from itself {detail}")
        results = {name: self._checked(name, page, expected) for name in self.processes}
        # As many visits for all, or their processes would not be in the same state.
        count = self.processes[STOCK].order("calibrate", page=page, target_ns=self.effort.target_ns)
        for name, result in results.items():
            if name != STOCK and result.status == "ok":
                self._order(name, result, "time", page=page, count=count)
        self._rounds(page, results, count)
        self.found.pages[page] = results

    def _checked(self, name: str, page: str, expected: dict[str, Any]) -> Result:
        result = Result()
        seen = self._order(name, result, "check", page=page)
        if seen is not None:
            seen["texts"] = [without_clocks(text) for text in seen["texts"]]
        if seen is not None and seen != expected:
            result.status = "different"
            pairs = zip(seen["texts"], expected["texts"], strict=True)
            for own, right in pairs:
                if own != right:
                    result.detail = first_difference(own, right)
                    return result
            result.detail = f"status {seen['status']}, {seen['renders']} renders"
        return result

    def _rounds(self, page: str, results: dict[str, Result], count: int) -> None:
        spent: dict[str, list[dict[str, float]]] = {name: [] for name in results}
        order = list(results)
        for number in range(self.effort.rounds):
            # Each round begins with another engine, so that none always follows the same one.
            start = number % len(order)
            for name in order[start:] + order[:start]:
                if results[name].status == "ok":
                    answer = self._order(name, results[name], "time", page=page, count=count)
                    if answer is not None:
                        spent[name].append(answer)
        for name, result in results.items():
            if result.status == "ok":
                self._compare(result, spent[name], spent[STOCK])
                result.functions = self._order(name, result, "functions", page=page) or 0
                if name == OURS:
                    held = self._order(name, result, "holders", page=page, visits=10)
                    if held is not None:
                        result.own, result.holders = held["own"], held["holders"]

    @staticmethod
    def _compare(result: Result, own: list[Any], base: list[Any]) -> None:
        def of(rounds: list[Any], kind: str) -> list[float]:
            return [answer[kind] for answer in rounds]

        result.us = statistics.median(of(own, "render")) / 1000
        result.request_us = statistics.median(of(own, "request")) / 1000
        ratio, result.spread = paired(of(base, "render"), of(own, "render"))
        result.share = 1 / ratio
        result.request_share = 1 / paired(of(base, "request"), of(own, "request"))[0]

    def _order(self, name: str, result: Result, order: str, **arguments: Any) -> Any:
        try:
            return self.processes[name].order(order, **arguments)
        except Failed as error:
            if name == STOCK:
                raise ValueError(f"stock failed: {error}") from error
            result.status, result.detail = "error", str(error)
            return None


def without_clocks(text: str) -> str:
    """A text without what differs between two processes on stock, too."""
    for mask in MASKS:
        text = mask.sub("…", text)
    return text


def shares(application: Application, engine: str = OURS) -> dict[str, float]:
    """Share of stock's time by page, where the page is right."""
    return {
        page: results[engine].share
        for page, results in application.pages.items()
        if engine in results and results[engine].status == "ok"
    }
