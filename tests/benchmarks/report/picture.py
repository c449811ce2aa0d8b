"""The pictures of the document as SVG: ratios of scenarios, and growth with rows."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

from tests.benchmarks.engine.session import OURS, STOCK

FLOOR = "floor"
COLOURS = {OURS: "#0b6e4f", FLOOR: "#555555", STOCK: "#b03a2e"}
RIVAL = "#9aa5b1"

ROW = 13
LEFT, RIGHT, TOP, BOTTOM = 190, 20, 40, 30
WIDTH = 860


class Drawing:
    """An SVG that grows; coordinates in pixels."""

    def __init__(self, width: float, height: float, title: str) -> None:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            'font-family="sans-serif" font-size="10" role="img">'
        )
        ground = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
        self.parts = [head, f"<title>{escape(title)}</title>", ground]

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        """A thin line."""
        (x1, y1), (x2, y2) = start, end
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'
        )

    def path(self, points: list[tuple[float, float]], colour: str, *, dashed: bool = False) -> None:
        """A line through points."""
        through = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = ' stroke-dasharray="4 3"' if dashed else ""
        self.parts.append(
            f'<polyline points="{through}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        )

    def dot(self, place: tuple[float, float], colour: str, radius: float = 3) -> None:
        """A measured value."""
        self.parts.append(
            f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius}" fill="{colour}"/>'
        )

    def text(self, place: tuple[float, float], text: str, anchor: str = "start") -> None:
        """A word."""
        self.parts.append(
            f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def finished(self) -> str:
        """The whole file."""
        return "\n".join([*self.parts, "</svg>", ""])


def decades(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, … within bounds."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    marks = [step * 10.0**exponent for exponent in exponents for step in (1, 2, 5)]
    return [mark for mark in marks if low <= mark <= high]


def scenarios(engine: dict[str, Any]) -> str:
    """A row for each scenario, a dot for each backend: how many times faster than stock."""
    rows = [row for row in engine["scenarios"] if row["is_counted"]]
    dots = [
        [(name, result["ratio"]) for name, result in row["results"].items()
         if name != STOCK and result["status"] == "ok" and result["ratio"] > 0]
        for row in rows
    ]  # fmt: skip
    ratios = [ratio for found in dots for _, ratio in found] or [1.0]
    low, high = min(0.5, *ratios), max(20.0, *ratios)
    height = TOP + ROW * len(rows) + BOTTOM
    drawing = Drawing(WIDTH, height, "How many times faster than stock Django, by scenario")

    def x(ratio: float) -> float:
        share = math.log(ratio / low) / math.log(high / low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    for mark in decades(low, high):
        drawing.line(
            (x(mark), TOP - 6), (x(mark), height - BOTTOM), "#dddddd" if mark != 1 else "#888888"
        )
        drawing.text((x(mark), TOP - 10), f"{mark:g}", "middle")
        drawing.text((x(mark), height - BOTTOM + 14), f"{mark:g}", "middle")
    for at, (row, found) in enumerate(zip(rows, dots, strict=True)):
        y = TOP + ROW * at + ROW / 2
        drawing.text((LEFT - 8, y + 3), row["name"], "end")
        for name, ratio in sorted(found, key=lambda dot: dot[0] == OURS):
            drawing.dot((x(ratio), y), COLOURS.get(name, RIVAL), 4 if name == OURS else 3)
    legend(
        drawing,
        {OURS: "ours", FLOOR: "floor", "": "rivals"},
        {name for found in dots for name, _ in found},
    )
    return drawing.finished()


def legend(drawing: Drawing, words: dict[str, str], present: set[str]) -> None:
    """What the colours mean, in the first line."""
    at = LEFT
    for name, word in words.items():
        if name in present or (not name and present - set(words)):
            drawing.dot((at, 12), COLOURS.get(name, RIVAL))
            drawing.text((at + 7, 15), word)
            at += 70


def growth(found: dict[str, Any]) -> str:
    """Milliseconds of a page against its rows, both in powers of ten."""
    height = 420
    rows = [row["rows"] for row in found["rows"]]
    times = [us / 1000 for row in found["rows"] for us in row["us"].values()]
    drawing = Drawing(WIDTH, height, "Milliseconds of a page against its rows")
    left = 60

    def place(count: float, ms: float) -> tuple[float, float]:
        across = math.log(count / min(rows)) / math.log(max(rows) / min(rows))
        up = math.log(ms / min(times)) / math.log(max(times) / min(times))
        return left + across * (WIDTH - left - 160), height - BOTTOM - up * (height - TOP - BOTTOM)

    for count in sorted(set(rows)):
        drawing.line(place(count, min(times)), place(count, max(times)), "#eeeeee")
        drawing.text((place(count, min(times))[0], height - 10), f"{count:,} rows", "middle")
    for mark in decades(min(times), max(times)):
        drawing.line(place(min(rows), mark), place(max(rows), mark), "#eeeeee")
        drawing.text((left - 6, place(min(rows), mark)[1] + 3), f"{mark:g} ms", "end")
    for kind in dict.fromkeys(row["kind"] for row in found["rows"]):
        for name in (STOCK, OURS):
            points = [
                place(row["rows"], row["us"][name] / 1000)
                for row in found["rows"]
                if row["kind"] == kind
            ]
            drawing.path(points, COLOURS[name], dashed=kind != "dictionaries")
            for point in points:
                drawing.dot(point, COLOURS[name])
            drawing.text((points[-1][0] + 8, points[-1][1] + 3), f"{name}, {kind}")
    return drawing.finished()
