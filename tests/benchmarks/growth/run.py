"""The command: pages of 10 to 100,000 rows and 1 to 8 threads, on stock and on our engine."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.benchmarks.engine.process import Process
from tests.benchmarks.engine.run import put, say, start
from tests.benchmarks.engine.session import OURS, STOCK, paired

MODULE = "tests.benchmarks.growth.worker"
KINDS = ("dictionaries", "orders")
ROWS = (10, 100, 1_000, 10_000, 100_000)
THREADS = (1, 2, 4, 8)

#: Rows that are rendered in a round at least, so that a small page is rendered often.
ROWS_OF_A_ROUND = 2_000


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    return parser.parse_args(arguments)


def rows_of(processes: dict[str, Process], kind: str, rows: int, rounds: int) -> dict[str, Any]:
    """Microseconds per row and ratio to stock of a page. Raises ValueError if a page differs."""
    digests = {process.order("check", kind=kind, rows=rows) for process in processes.values()}
    if len(digests) != 1:
        raise ValueError(f"{rows} {kind}: the pages differ")
    count = max(1, ROWS_OF_A_ROUND // rows)
    spent: dict[str, list[float]] = {name: [] for name in processes}
    for _ in range(rounds):
        for name, process in processes.items():
            spent[name].append(process.order("time", kind=kind, rows=rows, count=count))
    ratio, spread = paired(spent[STOCK], spent[OURS])
    us = {name: statistics.median(times) / 1000 for name, times in spent.items()}
    return {"kind": kind, "rows": rows, "us": us, "ratio": ratio, "spread": spread}


def threads_of(processes: dict[str, Process], count: int, rounds: int) -> dict[str, Any]:
    """Pages per second of so many threads. Raises ValueError if a page was wrong."""
    seen: dict[str, list[float]] = {name: [] for name in processes}
    for _ in range(rounds):
        for name, process in processes.items():
            answer = process.order("threads", count=count, seconds=0.5)
            if answer["wrong"]:
                raise ValueError(f"{name}: {answer['wrong']} wrong pages in {count} threads")
            seen[name].append(answer["pages"])
    return {"threads": count, "pages": {name: statistics.median(s) for name, s in seen.items()}}


def measure(quick: bool) -> dict[str, Any]:
    """Everything, as JSON has it."""
    rounds = 3 if quick else 7
    with tempfile.TemporaryDirectory(prefix="growth-benchmark-") as folder:
        processes = start(
            [Process(name, Path(folder), MODULE) for name in (STOCK, OURS)], {STOCK, OURS}
        )
        try:
            found: list[dict[str, Any]] = []
            for kind in KINDS:
                for rows in ROWS:
                    say(f"{rows} {kind}")
                    found.append(rows_of(processes, kind, rows, rounds))
            threads = []
            for count in THREADS:
                say(f"{count} threads")
                threads.append(threads_of(processes, count, rounds))
        finally:
            for process in processes.values():
                process.stop()
    about = {"python": platform.python_version(), "machine": platform.machine(), "rounds": rounds}
    return {"run": about, "rows": found, "threads": threads}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; fails when a page differs."""
    options = parse_arguments(arguments)
    found = measure(options.quick)
    put(f"{'rows':>8} {'kind':14}{'stock µs/row':>14}{'ours µs/row':>14}{'ratio':>8}")
    for row in found["rows"]:
        stock, ours = (row["us"][name] / row["rows"] for name in (STOCK, OURS))
        put(f"{row['rows']:8} {row['kind']:14}{stock:14.2f}{ours:14.2f}{row['ratio']:8.1f}")
    put(f"{'threads':>8} {'stock pages/s':>14}{'ours pages/s':>14}")
    for row in found["threads"]:
        put(f"{row['threads']:8} {row['pages'][STOCK]:14.0f}{row['pages'][OURS]:14.0f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
