"""Runs Django's own test suites on our engine and compares test by test with stock Django.

    python tests/upstream/run.py template_tests
    python tests/upstream/run.py outside [suite ...]
    python tests/upstream/run.py all

Requirements: Python 3.11 or newer; in its environment Django, `djust_backend` with its extension
built, and the packages of `NEEDED` below, without which Django skips tests. The tests come from
the source release of the installed Django, which pip downloads once. Everything that is kept
(sources, baselines, logs) is under `.cache/upstream/` in the repository.

The exit status is 0 only when no test that passes on stock fails on ours.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources import NoSourcesError, tests_folder
from suites import BY_NAME, OUTSIDE, TEMPLATE_TESTS, Suite
from verdict import (
    BadExpectationsError,
    Verdict,
    judge,
    judge_baseline,
    judge_counters,
    judge_environment,
    matching,
    read_expected,
    unknown_expectations,
)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "upstream"
EXPECTED = HERE / "expected_differences.toml"

#: Packages without which tests that concern templates would be skipped.
NEEDED = ("Jinja2", "docutils", "Pillow", "numpy", "sqlparse", "tzdata")

#: Seconds after which a suite counts as hanging.
SUITE_LIMIT = 1800

#: Lines shown of each traceback; the log has the rest.
SHOWN_LINES = 14

#: Lines of the log shown when a suite ended without a result.
END_OF_LOG = 25
LONG_LINE = 200


class SuiteCrashedError(Exception):
    """The process of a suite ended without a result; the text tells the end of its log."""


@dataclass(frozen=True)
class Session:
    """What all suites of one call share."""

    tests: Path
    home: Path
    expected: dict[str, str]
    patterns: list[str]
    stock_only: bool

    def run(self, suite: Suite, engine: str, patterns: list[str]) -> dict[str, Any]:
        """Run one suite in a process of its own; raises SuiteCrashedError when no result comes."""
        result = self.home / f"{suite.name}.{engine}.json"
        result.unlink(missing_ok=True)
        command = [sys.executable, "-X", "faulthandler", str(HERE / "worker.py")]
        command += [str(self.tests), str(result), engine, suite.name]
        for pattern in patterns:
            command += ["-k", pattern]
        with self.log(suite, engine).open("w") as log:
            try:
                subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "LC_ALL": "C.UTF-8"},
                    timeout=SUITE_LIMIT,
                    check=True,
                )
            except subprocess.CalledProcessError as died:
                end = self._end_of_log(suite, engine)
                raise SuiteCrashedError(f"exit status {died.returncode}\n{end}") from died
            except subprocess.TimeoutExpired as hung:
                end = self._end_of_log(suite, engine)
                raise SuiteCrashedError(f"no end after {SUITE_LIMIT} s\n{end}") from hung
        outcome: dict[str, Any] = json.loads(result.read_text())
        return outcome

    def baseline(self, suite: Suite) -> dict[str, Any]:
        """Return the result of the whole suite on stock Django, from the cache when it is there."""
        kept = self.home / f"{suite.name}.baseline.json"
        if self.stock_only or not kept.exists():
            result = self.run(suite, "stock", [])
            kept.write_text(json.dumps(result, indent=1, sort_keys=True))
            return result
        cached: dict[str, Any] = json.loads(kept.read_text())
        return cached

    def log(self, suite: Suite, engine: str) -> Path:
        """Return the path of the whole output of a run."""
        return self.home / f"{suite.name}.{engine}.log"

    def _end_of_log(self, suite: Suite, engine: str) -> str:
        lines = self.log(suite, engine).read_text(errors="replace").splitlines()
        # After a crash of the interpreter the innermost frames come first.
        fatal = [number for number, line in enumerate(lines) if "Fatal Python error" in line]
        start = fatal[-1] if fatal else max(len(lines) - END_OF_LOG, 0)
        return "\n".join(line[-LONG_LINE:] for line in lines[start : start + END_OF_LOG])


def open_session(patterns: list[str], stock_only: bool) -> Session:
    """Fetch the tests and choose the cache folder, which depends on all that a baseline does."""
    versions = {name: importlib.metadata.version(name) for name in ("Django", *NEEDED)}
    packages = hashlib.sha256(json.dumps(versions).encode()).hexdigest()[:8]
    django = versions["Django"]
    home = CACHE / f"django-{django}-python-{platform.python_version()}-{packages}"
    home.mkdir(parents=True, exist_ok=True)
    return Session(
        tests=tests_folder(django, CACHE),
        home=home,
        expected=read_expected(EXPECTED),
        patterns=patterns,
        stock_only=stock_only,
    )


def examine(session: Session, suite: Suite) -> Verdict:
    """Run one suite as the session asks and return its verdict, printed as a line."""
    begin = time.monotonic()
    counters = None
    try:
        baseline = session.baseline(suite)
        stock = matching(baseline["tests"], session.patterns)
        if session.stock_only:
            verdict = judge_baseline(suite.name, stock)
        else:
            result = session.run(suite, "ours", session.patterns)
            counters = result["counters"]
            verdict = judge(suite.name, stock, result["tests"], session.expected)
            judge_environment(verdict, baseline["tests"])
            if not session.patterns:
                judge_counters(verdict, counters, renders=suite.renders)
    except SuiteCrashedError as crash:
        verdict = Verdict(suite.name, complaints=[f"crashed: {crash}"])
    print(summary(verdict, counters, time.monotonic() - begin), flush=True)
    return verdict


def summary(verdict: Verdict, counters: dict[str, Any] | None, seconds: float) -> str:
    """Return the line of one suite."""
    line = (
        f"{verdict.suite:<30} {verdict.passed:>5} passed, {verdict.failed} failed, "
        f"{verdict.skipped} skipped"
    )
    if verdict.expected:
        line += f", {len(verdict.expected)} expected differences"
    if verdict.failing_on_stock:
        line += f", {len(verdict.failing_on_stock)} failing on stock as well"
    if counters is not None:
        line += (
            f" | renders: {counters['native_renders']} native, {counters['stock_renders']} stock"
            f" | templates: {counters['native_templates']} native,"
            f" {counters['stock_templates']} stock"
        )
        for reason, times in sorted(counters["stock_reasons"].items()):
            line += f"\n    left to Django {times} times: {reason}"
    return f"{line} | {seconds:.0f} s"


def excerpt(trouble: str) -> str:
    """Return the last frame of a traceback and the first lines of what was raised there."""
    lines = trouble.rstrip().splitlines()
    frames = [number for number, line in enumerate(lines) if line.startswith("  File ")]
    start = frames[-1] if frames else 0
    shown = lines[:1] + lines[max(start, 1) :]
    cut = ["..."] if len(shown) > SHOWN_LINES else []
    return "\n".join(f"    {line}" for line in shown[:SHOWN_LINES] + cut)


def report(session: Session, verdicts: list[Verdict]) -> None:
    """Print what broke, suite by suite, then the totals as the last line."""
    for verdict in verdicts:
        if not verdict.failed:
            continue
        engine = "stock" if session.stock_only else "ours"
        log = session.log(BY_NAME[verdict.suite], engine).relative_to(ROOT)
        print(f"\n== {verdict.suite}: {log}")
        for test, trouble in verdict.broken.items():
            print(f"  FAILED {test}\n{excerpt(trouble)}")
        for complaint in verdict.complaints:
            print(f"  FAILED {complaint}")
    passed, failed, skipped = (
        sum(getattr(verdict, name) for verdict in verdicts)
        for name in ("passed", "failed", "skipped")
    )
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; leaves with status 2 when it makes no sense."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("template_tests", "outside", "all"))
    parser.add_argument("suites", nargs="*", metavar="suite", help="of `outside`: only these")
    parser.add_argument("-k", dest="patterns", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--parallel", type=int, choices=(1, 2), default=1, help="suites at a time")
    parser.add_argument("--stock", action="store_true", help="run (again) on stock Django only")
    options = parser.parse_args(arguments)
    if options.suites and options.what != "outside":
        parser.error("suites can be named after `outside` only")
    names = {suite.name for suite in OUTSIDE}
    unknown = [name for name in options.suites if name not in names]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(names))}")
    return options


def chosen(options: argparse.Namespace) -> list[Suite]:
    """Return the suites which the command line asks for."""
    if options.what == "template_tests":
        return [TEMPLATE_TESTS]
    if options.what == "all":
        return [TEMPLATE_TESTS, *OUTSIDE]
    return [suite for suite in OUTSIDE if not options.suites or suite.name in options.suites]


def main(arguments: list[str]) -> int:
    """Run what is asked for; return the exit status."""
    options = parse(arguments)
    try:
        session = open_session(options.patterns, options.stock)
    except importlib.metadata.PackageNotFoundError as missing:
        print(f"{missing.name} is not installed; needed: Django, {', '.join(NEEDED)}")
        return 2
    except (NoSourcesError, BadExpectationsError) as problem:
        print(problem)
        return 2
    with ThreadPoolExecutor(options.parallel) as pool:
        verdicts = list(pool.map(lambda suite: examine(session, suite), chosen(options)))
    if options.what == "all" and not options.patterns and not options.stock:
        seen = {test for verdict in verdicts for test in verdict.tests}
        complaints = [
            f"expected difference of no known test: {test}"
            for test in unknown_expectations(session.expected, seen)
        ]
        verdicts[0].complaints += complaints
    report(session, verdicts)
    ran = sum(verdict.passed + len(verdict.broken) for verdict in verdicts)
    return 1 if not ran or any(verdict.failed for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
