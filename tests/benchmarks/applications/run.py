"""The command: measure the pages of the applications, print the tables, write the data."""

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

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

from tests.benchmarks.applications import report
from tests.benchmarks.applications.session import QUICK, THOROUGH, Application, Session
from tests.benchmarks.engine.process import Process
from tests.benchmarks.engine.run import put, say, start
from tests.benchmarks.engine.session import OURS, STOCK, Effort
from tests.packages import run as packages

APPLICATIONS = ("zoo", "admins", "allauth", "rest", "crispy", "wagtail")
MODULE = "tests.benchmarks.applications.worker"


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.applications", description=__doc__)
    parser.add_argument("applications", nargs="*", metavar="application",
                        help=f"sites of tests/packages; default: {', '.join(APPLICATIONS)}")  # fmt: skip
    parser.add_argument("--only", default="*", help="pages whose name matches (shell pattern)")
    parser.add_argument("--rounds", type=int, help="rounds for each page")
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    parser.add_argument("--control", action="store_true", help="stock once more, for the noise")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--check", action="store_true", help="1 when the bar is missed")
    return parser.parse_args(arguments)


def measure(
    name: str, python: Path, pattern: str, engines: list[str], effort: Effort
) -> Application:
    """Everything on one application."""
    with tempfile.TemporaryDirectory(prefix="application-benchmark-") as folder:
        inside = Path(folder, name)
        inside.mkdir()
        processes = start(
            [Process(engine, inside, MODULE, python) for engine in engines], set(engines)
        )
        try:
            session = Session(name, processes, effort)
            for page in processes[STOCK].order("describe"):
                if fnmatch.fnmatchcase(page, pattern):
                    say(f"{name}: {page}")
                    session.measure(page)
            return session.found
        finally:
            for process in processes.values():
                process.stop()


def describe(effort: Effort) -> dict[str, Any]:
    """What was measured with what, for who reads the data later."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": effort.rounds,
        "cpu_ns_per_round": effort.target_ns,
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and report; 1 when a page isn't stock's page, and with `--check` for a missed bar."""
    options = parse_arguments(arguments)
    versions = tomllib.loads((packages.HERE / "versions.toml").read_text(encoding="utf-8"))
    names = options.applications or APPLICATIONS
    if unknown := set(names) - set(versions["packages"]):
        raise SystemExit(f"no such application: {', '.join(sorted(unknown))}")
    effort = QUICK if options.quick else THOROUGH
    if options.rounds:
        effort = Effort(options.rounds, effort.target_ns)
    engines = [STOCK, OURS, *(["control"] if options.control else [])]
    pattern = options.only if "*" in options.only else f"*{options.only}*"
    found, summaries = [], []
    for name in names:
        python = packages.python_of(name, versions["packages"])
        application = measure(name, python, pattern, engines, effort)
        found.append(application)
        put("\n".join(report.lines(application)) + "\n")
        made = (report.summarise(application, engine) for engine in engines[1:])
        summaries += [summary for summary in made if summary]
    put("\n".join(map(str, summaries)))
    if options.json:
        content = {
            "run": describe(effort),
            "applications": {application.name: application.plain() for application in found},
            "summaries": [summary.plain() for summary in summaries],
        }
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        options.json.write_text(text, encoding="utf-8")
    results = [result for application in found for page in application.pages.values()
               for result in page.values()]  # fmt: skip
    wrong = any(result.status != "ok" for result in results)
    missed = options.check and not all(summary.is_reached for summary in summaries)
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
