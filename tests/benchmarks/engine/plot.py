"""The measurement as a picture: for each scenario how much faster than stock, on a logarithmic scale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.benchmarks.engine.session import STOCK

MARKERS = {
    "ours": "o",
    "djust": "v",
    "rusty": "s",
    "rust_templates": "d",
    "jinja2": "x",
    "floor": "|",
}


def draw(content: dict[str, Any], file: Path) -> None:
    """Draw the data that the command writes with `--json`. Raises ImportError without matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [row for row in content["scenarios"] if row["kind"] != "lookup"]
    backends = [name for name in content["run"]["versions"] if name != STOCK]
    figure, axes = pyplot.subplots(figsize=(9, 2 + 0.21 * len(rows)))
    for backend in backends:
        points = [
            (row["results"][backend]["ratio"], len(rows) - at)
            for at, row in enumerate(rows)
            if row["results"][backend]["status"] == "ok"
        ]
        if points:
            ratios, places = zip(*points, strict=True)
            marker = MARKERS.get(backend, ".")
            axes.scatter(ratios, places, s=24, marker=marker, label=label(backend, content))
    axes.set_xscale("log")
    axes.axvline(1, color="grey", linewidth=1)
    axes.set_yticks(
        [len(rows) - at for at in range(len(rows))], [row["name"] for row in rows], fontsize=7
    )
    axes.set_ylim(0, len(rows) + 1)
    axes.set_xlabel("times faster than stock Django (1 = stock)")
    axes.grid(axis="x", which="both", linewidth=0.3)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, 1.0 + 3.5 / len(rows)), ncols=len(backends)
    )
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def label(backend: str, content: dict[str, Any]) -> str:
    """The name of a backend and its geometric mean, if it has one."""
    mean = content["summaries"].get(backend, {}).get("render")
    return f"{backend} ({mean:.1f}x)" if mean else backend
