"""The measurement as a table for people and as plain data."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

from tests.benchmarks.engine.session import OURS, STOCK, Result, Row

# What the report compares the measurement with; nothing fails when it isn't reached.
RENDER_BAR = 10.0
FLOOR = 1.5
COMPILE_BAR = 15.0
FIRST_RENDER_BAR = 8.0

APART = ("growth", "compile", "first_render", "lookup")


def geometric_mean(values: Iterable[float]) -> float | None:
    """The geometric mean; None of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else None


def cell(result: Result) -> str:
    """A ratio with its spread, or what went wrong."""
    if result.status != "ok":
        return {"none": "–"}.get(result.status, result.status)
    return f"{result.ratio:.2f} ±{result.spread * 100:.0f}%"


def lines(rows: list[Row], backends: list[str]) -> list[str]:
    """The table: stock's microseconds and functions; per backend ratio, microseconds, functions."""
    rivals = [backend for backend in backends if backend != STOCK]
    head = f"{'scenario':34}{'stock µs':>11}{'funcs':>8}"
    head += "".join(f" |{backend + ' x':>13}{'µs':>11}{'funcs':>7}" for backend in rivals)
    found = [head, "-" * len(head)]
    for row in rows:
        stock = row.results[STOCK]
        mark = "" if row.is_counted else " *"
        line = f"{row.name + mark:34}{stock.us:11.1f}{stock.functions or 0:8}"
        for backend in rivals:
            result = row.results[backend]
            line += f" |{cell(result):>13}"
            if result.status == "ok":
                line += f"{result.us:11.1f}{result.functions or 0:7}"
            else:
                line += " " * 18
        found.append(line)
    return [*found, "* not in the means"]


def problems(rows: list[Row]) -> list[str]:
    """Each page that came out different or not at all."""
    return [
        f"{backend}: {row.name}: {result.status}: {result.detail}"
        for row in rows
        for backend, result in row.results.items()
        if result.status in ("different", "error")
    ]


def summarise(rows: list[Row], backend: str) -> dict[str, Any]:
    """One backend's means, its worst scenario, and how many pages it got right."""
    wanted = [row for row in rows if row.is_counted and row.results[backend].status != "none"]
    good = [row for row in wanted if row.results[backend].status == "ok"]

    def ratios(kinds: Iterable[str] | None) -> list[float]:
        return [
            row.results[backend].ratio
            for row in good
            if (row.kind not in APART if kinds is None else row.kind in kinds)
        ]

    kinds = dict.fromkeys(row.kind for row in good)
    worst = min(good, key=lambda row: row.results[backend].ratio, default=None)
    return {
        "wanted": len(wanted),
        "ok": len(good),
        "render": geometric_mean(ratios(None)),
        "kinds": {kind: geometric_mean(ratios([kind])) for kind in kinds},
        "worst": worst.name if worst else None,
        "worst_ratio": worst.results[backend].ratio if worst else None,
        "below_1": [row.name for row in good if row.results[backend].ratio < FLOOR],
    }


def growth(rows: list[Row], backend: str) -> dict[str, float]:
    """Microseconds per added row, between each two sizes of the growing list."""
    sizes = [
        (int(row.name.rpartition("/")[2]), row.results[backend].us)
        for row in rows
        if row.kind == "growth" and row.results[backend].status == "ok"
    ]
    return {
        f"{low[0]}..{high[0]}": (high[1] - low[1]) / (high[0] - low[0])
        for low, high in itertools.pairwise(sizes)
    }


def verdict(name: str, value: float | None, bar: float | None) -> str:
    """A mean, beside the bar it is read against if there is one."""
    if value is None:
        return f"  {name}: nothing measured"
    if bar is None:
        return f"  {name}: {value:.2f}x"
    reached = "reached" if value >= bar else "not reached"
    return f"  {name}: {value:.2f}x (bar {bar:g}x: {reached})"


def summary_lines(summary: dict[str, Any], backend: str) -> list[str]:
    """A backend's summary for people."""
    bars = (RENDER_BAR, COMPILE_BAR, FIRST_RENDER_BAR, FLOOR)
    render, compiling, first, floor = bars if backend == OURS else (None, None, None, None)
    found = [
        f"{backend}: {summary['ok']} of {summary['wanted']} scenarios the same as stock",
        verdict("render, geometric mean", summary["render"], render),
        verdict("compile, geometric mean", summary["kinds"].get("compile"), compiling),
        verdict("first render, geometric mean", summary["kinds"].get("first_render"), first),
        verdict(f"slowest ({summary['worst']})", summary["worst_ratio"], floor),
    ]
    kinds = [f"{kind} {mean:.2f}" for kind, mean in summary["kinds"].items() if mean]
    found.append(f"  by kind: {', '.join(kinds)}")
    if summary["below_1"]:
        found.append(f"  slower than stock: {', '.join(summary['below_1'])}")
    if summary["growth"]:
        steps = [f"{step} rows {us:.2f}" for step, us in summary["growth"].items()]
        found.append(f"  µs per added row: {', '.join(steps)}")
    return found
