"""The comparison of two runs, on made-up outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.upstream.verdict import (
    BadExpectationsError,
    Tests,
    Verdict,
    judge,
    judge_counters,
    judge_environment,
    matching,
    read_expected,
    unknown_expectations,
)


def outcomes(**tests: str) -> Tests:
    return {name: {"outcome": outcome, "detail": "why"} for name, outcome in tests.items()}


@pytest.mark.parametrize(
    ("stock", "ours", "counted_as"),
    [
        ("passed", "passed", "passed"),
        ("passed", "failed", "broken"),
        ("passed", "skipped", "broken"),
        ("passed", None, "broken"),
        ("expected failure", "expected failure", "passed"),
        ("expected failure", "failed", "broken"),
        ("skipped", "skipped", "skipped"),
        ("skipped", "failed", "broken"),
        ("failed", "failed", "failing_on_stock"),
        ("failed", "passed", "failing_on_stock"),
        (None, "failed", "broken"),
    ],
)
def test_a_test_that_passes_on_stock_has_to_pass(
    stock: str | None, ours: str | None, counted_as: str
) -> None:
    verdict = judge(
        "suite",
        outcomes(t=stock) if stock else {},
        outcomes(t=ours) if ours else {},
        expected={},
    )
    counts = {
        "passed": verdict.passed,
        "skipped": verdict.skipped,
        "broken": len(verdict.broken),
        "failing_on_stock": len(verdict.failing_on_stock),
    }
    assert counts == {name: int(name == counted_as) for name in counts}
    assert verdict.failed == int(counted_as == "broken")


def test_an_expected_difference_is_no_failure() -> None:
    verdict = judge("suite", outcomes(t="passed"), outcomes(t="failed"), {"t": "because"})
    assert (verdict.expected, verdict.failed) == (["t"], 0)


@pytest.mark.parametrize(("stock", "ours"), [("passed", "passed"), ("failed", "failed")])
def test_a_stale_expectation_fails(stock: str, ours: str) -> None:
    verdict = judge("suite", outcomes(t=stock), outcomes(t=ours), {"t": "because"})
    assert verdict.failed == 1
    assert "stale" in verdict.complaints[0]


def test_an_expectation_of_no_test_is_found() -> None:
    assert unknown_expectations({"a": "because", "b": "because"}, {"a"}) == ["b"]


@pytest.mark.parametrize("line", ['"t" = ""', '"t" = 3', '"t" = "  "'])
def test_an_expectation_needs_a_reason(tmp_path: Path, line: str) -> None:
    path = tmp_path / "expected.toml"
    path.write_text(f"[differences]\n{line}\n")
    with pytest.raises(BadExpectationsError):
        read_expected(path)


def test_the_committed_expectations_can_be_read() -> None:
    read_expected(Path(__file__).with_name("expected_differences.toml"))


@pytest.mark.parametrize(
    ("native", "stock", "renders", "failed"),
    [
        (100, 0, True, 0),
        (99, 1, True, 0),
        (90, 10, True, 1),
        (0, 0, True, 1),
        (0, 5, True, 1),
        (0, 0, False, 0),
        (1, 0, False, 1),
    ],
)
def test_the_rust_renderer_has_to_do_the_work(
    native: int, stock: int, renders: bool, failed: int
) -> None:
    verdict = Verdict("suite")
    judge_counters(verdict, {"native_renders": native, "stock_renders": stock}, renders=renders)
    assert verdict.failed == failed


def test_a_broken_baseline_is_blamed_on_the_environment() -> None:
    sound = outcomes(**{f"t{number}": "passed" for number in range(200)}, odd="failed")
    for stock, failed in ((sound, 0), (outcomes(a="failed", b="passed"), 1), ({}, 1)):
        verdict = Verdict("suite")
        judge_environment(verdict, stock)
        assert verdict.failed == failed


def test_patterns_choose_as_unittest_does() -> None:
    tests = outcomes(a_if_b="passed", a_for_b="passed")
    assert set(matching(tests, ["if"])) == {"a_if_b"}
    assert set(matching(tests, ["a_*", "none"])) == {"a_if_b", "a_for_b"}
    assert set(matching(tests, ["if*"])) == set()
