"""The command: measure the backends that are installed, print the table, write the data."""

from __future__ import annotations

import argparse
import fnmatch
import json
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.benchmarks.engine import plot, report, rivals
from tests.benchmarks.engine.backends import BACKENDS, DEFAULT
from tests.benchmarks.engine.process import Failed, Missing, Process
from tests.benchmarks.engine.session import OURS, STOCK, Effort, Row, Session

TEMPLATES_IN_MEMORY = 1_000


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.engine", description=__doc__)
    parser.add_argument(
        "--backends", help=f"of {','.join(BACKENDS)}; default: {','.join(DEFAULT)}, rivals if there"
    )
    parser.add_argument("--only", default="*", help="scenarios whose name matches (shell pattern)")
    parser.add_argument("--rounds", type=int, help="rounds for each scenario")
    parser.add_argument("--quick", action="store_true", help="three short rounds, no memory")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--install", action="store_true", help="make the rivals' environments")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios (.svg, .png)")
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    return parser.parse_args(arguments)


def start(processes: list[Process], needed: set[str]) -> dict[str, Process]:
    """Start the workers; leave out, with a word, those not needed whose backend isn't there."""
    started = {}
    for process in processes:
        try:
            process.start()
        except (Missing, Failed) as error:
            if process.name in needed:
                raise SystemExit(f"{process.name}: {error}") from error
            say(f"{process.name}: left out: {error}")
            continue
        started[process.name] = process
    return started


def say(text: str) -> None:
    """Tell how far it is; the table alone goes to standard output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def put(text: str = "") -> None:
    """Write a line of the report."""
    sys.stdout.write(text + "\n")


def measure(session: Session, scenarios: list[dict[str, Any]]) -> list[Row]:
    """All scenarios, one after the other."""
    rows = []
    for number, about in enumerate(scenarios, start=1):
        row = session.measure(about)
        say(
            f"{number}/{len(scenarios)} {row.name}: "
            + ", ".join(f"{name} {report.cell(result)}" for name, result in row.results.items())
        )
        rows.append(row)
    return rows


def summarise(rows: list[Row], processes: dict[str, Process]) -> dict[str, dict[str, Any]]:
    """The summary of every backend but stock; stock has its growth only."""
    found: dict[str, dict[str, Any]] = {STOCK: {"growth": report.growth(rows, STOCK)}}
    for name in processes:
        if name != STOCK:
            found[name] = {
                **report.summarise(rows, name),
                "growth": report.growth(rows, name),
            }
    return found


def show(rows: list[Row], summaries: dict[str, dict[str, Any]], memory: dict[str, Any]) -> None:
    """Print the table, what differs, and the summaries."""
    put("\n".join(report.lines(rows, list(summaries))))
    put()
    for line in report.problems(rows):
        put(line)
    for name, summary in summaries.items():
        if name == STOCK:
            steps = [f"{step} rows {us:.2f}" for step, us in summary["growth"].items()]
            put(f"{STOCK}: µs per added row: {', '.join(steps) or 'not measured'}")
        else:
            put("\n".join(report.summary_lines(summary, name)))
    for name, kib in memory.items():
        shown = f"{kib:.1f} KiB each" if isinstance(kib, float) else kib
        put(f"memory of {TEMPLATES_IN_MEMORY} compiled templates of 2 KB, {name}: {shown}")


def describe(processes: dict[str, Process], effort: Effort) -> dict[str, Any]:
    """What was measured with what, for who reads the data later."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": effort.rounds,
        "cpu_ns_per_round": effort.target_ns,
        "versions": {name: process.versions for name, process in processes.items()},
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and report; 1 when a page of ours isn't stock's page, and never because of a time."""
    options = parse_arguments(arguments)
    names = options.backends.split(",") if options.backends else DEFAULT
    if unknown := set(names) - set(BACKENDS):
        raise SystemExit(f"no such backend: {', '.join(sorted(unknown))}")
    names = [STOCK, *(name for name in names if name != STOCK)]
    needed = set(names) if options.backends else {STOCK, OURS}
    for problem in rivals.install(names) if options.install else ():
        say(problem)
    effort = Effort(3, 5_000_000) if options.quick else Effort()
    if options.rounds:
        effort = Effort(options.rounds, effort.target_ns)
    with tempfile.TemporaryDirectory(prefix="engine-benchmark-") as folder:
        workers = [Process(name, Path(folder), python=rivals.python(name)) for name in names]
        processes = start(workers, needed)
        try:
            pattern = options.only if "*" in options.only else f"*{options.only}*"
            scenarios = [
                about
                for about in processes[STOCK].order("describe")
                if fnmatch.fnmatchcase(about["name"], pattern)
            ]
            if options.list:
                put("\n".join(about["name"] for about in scenarios))
                return 0
            languages = {name: BACKENDS[name].language for name in processes}
            session = Session(processes, languages, effort)
            rows = measure(session, scenarios)
            wants_memory = not options.quick and options.only == "*"
            memory = session.memory(TEMPLATES_IN_MEMORY) if wants_memory else {}
        finally:
            for process in processes.values():
                process.stop()
    summaries = summarise(rows, processes)
    show(rows, summaries, memory)
    content = {
        "run": describe(processes, effort),
        "scenarios": [row.plain() for row in rows],
        "summaries": summaries,
        "memory_kib_per_template": memory,
    }
    if options.plot:
        plot.draw(content, options.plot)
    if options.json:
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        options.json.write_text(text, encoding="utf-8")
    failed = [row for row in rows if row.results.get(OURS, row.results[STOCK]).status != "ok"]
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
