"""The command: run the benchmarks, and write the document and its pictures from their data."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.benchmarks.engine.process import ROOT
from tests.benchmarks.engine.run import say
from tests.benchmarks.report import document, picture

DATA = ROOT / ".cache" / "benchmarks"
DOCS = ROOT / "docs"

#: The benchmarks in the order of the document; each writes a file of its name.
PARTS = ("engine", "newest", "orm", "applications", "growth")

#: What runs them, where it is not a module of their name.
MODULES = {"newest": "engine"}

#: Measured on another Python, which not every machine has.
NEWEST = "newest"


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.report", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="short rounds: figures to look at, not to keep"
    )
    parser.add_argument(
        "--measure", default=",".join(PARTS), metavar="PARTS",
        help="what to measure anew, of %(default)s; the rest is as measured before",
    )  # fmt: skip
    parser.add_argument(
        "--newest", type=Path, metavar="PYTHON", help="has our package and the newest Django"
    )
    parser.add_argument("--no-measure", action="store_true", help="write the document alone")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder to write to")
    return parser.parse_args(arguments)


def measure(parts: list[str], quick: bool, newest: Path | None) -> None:
    """Run benchmarks; what they find wrong is in their data, and in the document.

    `newest` is the Python for the part of that name, which is left out without one.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    for part in parts:
        if part == NEWEST and newest is None:
            say("not measured: newest, for which no Python is given")
            continue
        say(f"measuring: {part}")
        interpreter = newest if part == NEWEST else sys.executable
        module = MODULES.get(part, part)
        command = [str(interpreter), "-m", f"tests.benchmarks.{module}"]
        command += ["--json", str(DATA / f"{part}.json")]
        command += ["--install"] if module == "engine" else []
        subprocess.run([*command, *(["--quick"] if quick else [])], cwd=ROOT, check=False)


def read() -> dict[str, Any]:
    """The data of all parts. Raises SystemExit when one has not been measured."""
    found = {}
    for part in PARTS:
        path = DATA / f"{part}.json"
        if part == NEWEST and not path.exists():
            continue
        if not path.exists():
            raise SystemExit(f"{part} has not been measured: {path.relative_to(ROOT)} is missing")
        found[part] = json.loads(path.read_text(encoding="utf-8"))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; 1 when a measured page is not stock's."""
    options = parse_arguments(arguments)
    parts = [] if options.no_measure else options.measure.split(",")
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}")
    measure(parts, options.quick, options.newest)
    data = read()
    options.docs.mkdir(parents=True, exist_ok=True)
    files = {
        "performance.md": document.written(data),
        "performance_scenarios.svg": picture.scenarios(data["engine"]),
        "performance_growth.svg": picture.growth(data["growth"]),
    }
    for name, text in files.items():
        (options.docs / name).write_text(text, encoding="utf-8")
        say(f"written: {options.docs / name}")
    wrong = document.wrong_pages(data)
    for line in wrong:
        say(f"wrong: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
