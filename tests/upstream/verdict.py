"""Compares a suite's run on our engine with its run on stock Django.

The one rule: no test that passes on stock may do anything else on ours, unless
`expected_differences.toml` names it with a reason.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

#: Outcomes that count as a pass.
GOOD = ("passed", "expected failure")

#: Largest share of the root renders that may be left to Django's own renderer.
STOCK_RENDER_LIMIT = 0.02

#: Largest share of tests that may fail on stock Django before the environment is blamed.
BASELINE_FAILURE_LIMIT = 0.01

Tests = dict[str, dict[str, str]]


class BadExpectationsError(Exception):
    """expected_differences.toml is not a table of test ids with reasons."""


@dataclass
class Verdict:
    """What is to be said about one suite. `broken` maps test ids to their tracebacks."""

    suite: str
    passed: int = 0
    skipped: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    failing_on_stock: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    tests: set[str] = field(default_factory=set)

    @property
    def failed(self) -> int:
        """The number of broken tests and other complaints."""
        return len(self.broken) + len(self.complaints)


def read_expected(path: Path) -> dict[str, str]:
    """Return {test id: reason}; raises BadExpectationsError for anything without a reason."""
    table: dict[str, str] = tomllib.loads(path.read_text()).get("differences", {})
    for test, reason in table.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadExpectationsError(f"{path.name}: {test} needs a reason")
    return table


def matching(tests: Tests, patterns: list[str]) -> Tests:
    """Return the tests that unittest's -k would choose."""
    if not patterns:
        return tests
    globs = [pattern if "*" in pattern else f"*{pattern}*" for pattern in patterns]
    return {
        test: outcome
        for test, outcome in tests.items()
        if any(fnmatch.fnmatchcase(test, glob) for glob in globs)
    }


def judge(suite: str, stock: Tests, ours: Tests, expected: dict[str, str]) -> Verdict:
    """Compare test by test; a test that passes on stock and is absent on ours is broken too."""
    verdict = Verdict(suite, tests=stock.keys() | ours.keys())
    for test in sorted(verdict.tests):
        before, after = stock.get(test), ours.get(test)
        if before is not None and before["outcome"] == "failed":
            verdict.failing_on_stock.append(test)
            if test in expected:
                verdict.complaints.append(f"stale expectation, fails on stock as well: {test}")
        elif after is not None and after["outcome"] in GOOD:
            verdict.passed += 1
            if test in expected:
                verdict.complaints.append(f"stale expectation, passes now: {test}")
        elif after is not None and after["outcome"] == "skipped" and _skipped(before):
            verdict.skipped += 1
        elif test in expected:
            verdict.expected.append(test)
        else:
            verdict.broken[test] = _trouble(after)
    return verdict


def judge_baseline(suite: str, stock: Tests) -> Verdict:
    """Return the verdict of a run on stock Django only: each failing test is one."""
    verdict = Verdict(suite, tests=set(stock))
    for test, outcome in sorted(stock.items()):
        if outcome["outcome"] in GOOD:
            verdict.passed += 1
        elif outcome["outcome"] == "skipped":
            verdict.skipped += 1
        else:
            verdict.broken[test] = _trouble(outcome)
    return verdict


def _skipped(outcome: dict[str, str] | None) -> bool:
    return outcome is None or outcome["outcome"] == "skipped"


def _trouble(outcome: dict[str, str] | None) -> str:
    if outcome is None:
        return "was not run"
    return f"{outcome['outcome']}: {outcome['detail']}"


def judge_environment(verdict: Verdict, stock: Tests) -> None:
    """Complain about a baseline (of a whole suite) too broken to compare anything with."""
    failing = sum(outcome["outcome"] == "failed" for outcome in stock.values())
    if not stock or failing / len(stock) > BASELINE_FAILURE_LIMIT:
        verdict.complaints.append(f"{failing} of {len(stock)} tests fail on stock Django already")


def judge_counters(verdict: Verdict, counters: dict[str, Any], *, renders: bool) -> None:
    """Complain unless the Rust renderer did (nearly) all of the work.

    A suite that doesn't render has to leave all counters of renders at zero.
    """
    native, stock = counters["native_renders"], counters["stock_renders"]
    if not renders:
        if native or stock:
            verdict.complaints.append("it renders, which suites.py denies")
    elif native == 0:
        verdict.complaints.append("the Rust renderer rendered nothing")
    elif stock / (native + stock) > STOCK_RENDER_LIMIT:
        share = stock / (native + stock)
        verdict.complaints.append(
            f"Django's renderer did {share:.1%} of the renders, {STOCK_RENDER_LIMIT:.0%} allowed"
        )


def unknown_expectations(expected: dict[str, str], seen: set[str]) -> list[str]:
    """Return the expected ids which no suite of a complete run holds."""
    return sorted(expected.keys() - seen)
