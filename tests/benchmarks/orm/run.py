"""The command: measure the pages on each database, print the tables and bars, write the data."""

from __future__ import annotations

import argparse
import fnmatch
import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.benchmarks.engine.process import Failed, Process
from tests.benchmarks.engine.run import put, say, start
from tests.benchmarks.orm import report
from tests.benchmarks.orm.backends import BACKENDS, BASE, DEFAULT, EXPECTED, INSTALLED, JUDGED
from tests.benchmarks.orm.databases import DATABASES
from tests.benchmarks.orm.pages import COLD_PAGE, MEMORY_PAGE, PAGES, PLAIN_PAGE
from tests.benchmarks.orm.session import Effort, Figures, Session
from tests.benchmarks.orm.worker import DATABASE_FILE


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.orm", description=__doc__)
    parser.add_argument("--db", default=",".join(DATABASES), help="of %(default)s; default: all")
    parser.add_argument(
        "--backends", default=",".join(DEFAULT), help=f"of {','.join(BACKENDS)}; default: five"
    )
    parser.add_argument("--only", default="*", help="pages whose name matches (shell pattern)")
    parser.add_argument("--rounds", type=int, help="rounds for each page")
    parser.add_argument("--quick", action="store_true", help="three short rounds, single processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--check", action="store_true", help="1 when a bar is missed")
    return parser.parse_args(arguments)


def chosen(text: str, known: dict[str, Any]) -> list[str]:
    """The names in a list with commas. Raises SystemExit for one that nobody knows."""
    names = text.split(",")
    if unknown := set(names) - set(known):
        raise SystemExit(f"no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return names


@contextmanager
def workers(database: str, names: list[str], scale: str) -> Iterator[dict[str, Process]]:
    """Processes for these backends, on a new database that is filled."""
    with (
        tempfile.TemporaryDirectory(prefix="orm-benchmark-") as folder,
        DATABASES[database](Path(folder)) as entry,
    ):
        Path(folder, DATABASE_FILE).write_text(json.dumps(entry), encoding="utf-8")
        module = "tests.benchmarks.orm.worker"
        processes = [Process(name, Path(folder), module) for name in names]
        try:
            started = start(processes, set(names))
            processes[0].order("fill", scale=scale)
            yield started
        finally:
            for process in processes:
                process.stop()


def measure(database: str, names: list[str], pages: list[str], effort: Effort) -> Figures:
    """Everything on one database."""
    # The network is neither in a first render nor in the memory that a page takes.
    has_first = COLD_PAGE in pages and database != "latency"
    more = [INSTALLED] if has_first and JUDGED in names else []
    with workers(database, [*dict.fromkeys([*names, *more])], "full") as processes:
        measured = {name: process for name, process in processes.items() if name in names}
        figures = Figures({name: process.versions for name, process in measured.items()})
        session = Session(measured, effort)
        for page in pages:
            say(f"{database}: {page}")
            figures.pages[page] = session.measure(page)
        if PLAIN_PAGE in pages:
            figures.functions = session.functions()
        if has_first:
            say(f"{database}: first renders")
            figures.cold = Session(processes, effort).cold(engine_in_use=False)
            figures.first = session.cold(engine_in_use=True)
        if MEMORY_PAGE in pages and database != "latency":
            say(f"{database}: memory")
            figures.memory = session.memory()
    return figures


def main(arguments: list[str] | None = None) -> int:
    """Measure and report; 1 when a page isn't stock's page, and with `--check` for a missed bar."""
    options = parse_arguments(arguments)
    databases = chosen(options.db, DATABASES)
    backends = chosen(options.backends, BACKENDS)
    names = [*dict.fromkeys([EXPECTED, BASE, *backends])]
    pages = [page for page in PAGES if fnmatch.fnmatchcase(page, options.only)]
    effort = Effort(3, 20.0, 1) if options.quick else Effort()
    if options.rounds:
        effort = Effort(options.rounds, effort.target_ms, effort.processes)
    found: dict[str, Figures] = {}
    for database in databases:
        try:
            found[database] = measure(database, names, pages, effort)
        except Failed as error:
            raise SystemExit(f"{database}: {error}") from error
        put("\n".join(report.lines(database, found[database])) + "\n")
    bars = [bar for database, figures in found.items() for bar in report.bars(database, figures)]
    put("\n".join(map(str, bars)))
    if options.json:
        content = {
            "run": {"python": platform.python_version(), "machine": platform.machine(),
                    **vars(effort)},
            "databases": {database: figures.plain() for database, figures in found.items()},
            "bars": [bar.plain() for bar in bars],
        }  # fmt: skip
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        options.json.write_text(text, encoding="utf-8")
    results = [result for figures in found.values() for page in figures.pages.values()
               for result in page.values()]  # fmt: skip
    wrong = any(result.status != "ok" for result in results)
    missed = options.check and not all(bar.is_reached for bar in bars)
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
