"""Runs one of Django's suites in this process and writes what became of each test as JSON.

It knows Django's `tests/runtests.py`. It is started by `run.py`, never by hand:
`worker.py <folder of Django's tests> <result file> <stock|ours> <suite> [-k pattern ...]`.
"""

# unittest chooses the names of the methods of a result class.
# ruff: noqa: N802

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import runpy
import sys
import unittest
from pathlib import Path
from typing import Any

from replacement import Replacement, swap_backend
from suites import BY_NAME, REPLACE_BACKEND

#: Keys that `djust_backend._native.render_counters()` has to hold.
COUNTERS = ("native_templates", "stock_templates", "native_renders", "stock_renders")

#: The optional key with {reason: number of templates} for the templates left to Django.
REASONS = "stock_reasons"


class Record:
    """What became of each test: {test id: {"outcome": ..., "detail": ...}}."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, str]] = {}

    def note(self, test: Any, outcome: str, detail: str = "") -> None:
        """Keep the first failure of a test; a later "passed" never hides it."""
        known = self.tests.get(test.id())
        if known is None or (known["outcome"] != "failed" and outcome == "failed"):
            self.tests[test.id()] = {"outcome": outcome, "detail": detail}


def recording_result(record: Record) -> type[unittest.TextTestResult]:
    """Return a result class for unittest which also writes into `record`."""

    class RecordingResult(unittest.TextTestResult):
        def addSuccess(self, test: Any) -> None:
            super().addSuccess(test)
            record.note(test, "passed")

        def addError(self, test: Any, err: Any) -> None:
            super().addError(test, err)
            record.note(test, "failed", self.errors[-1][1])

        def addFailure(self, test: Any, err: Any) -> None:
            super().addFailure(test, err)
            record.note(test, "failed", self.failures[-1][1])

        def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
            super().addSubTest(test, subtest, err)
            if err is not None:
                kind = self.failures if issubclass(err[0], test.failureException) else self.errors
                record.note(test, "failed", f"{subtest}\n{kind[-1][1]}")

        def addSkip(self, test: Any, reason: str) -> None:
            super().addSkip(test, reason)
            record.note(test, "skipped", reason)

        def addExpectedFailure(self, test: Any, err: Any) -> None:
            super().addExpectedFailure(test, err)
            record.note(test, "expected failure")

        def addUnexpectedSuccess(self, test: Any) -> None:
            super().addUnexpectedSuccess(test)
            record.note(test, "failed", "passed although Django expects a failure")

    return RecordingResult


def hook_setup(record: Record, replacement: Replacement | None) -> None:
    """Wrap django.setup(), the last call of runtests.py before the settings are read."""
    # Not before our classes are in place: these imports load much of Django.
    import django
    from django.conf import settings
    from django.test.runner import DiscoverRunner

    class RecordingRunner(DiscoverRunner):  # type: ignore[misc]
        def get_resultclass(self) -> type[unittest.TextTestResult]:
            return recording_result(record)

        def build_suite(self, *args: Any, **kwargs: Any) -> Any:
            suite = super().build_suite(*args, **kwargs)
            if replacement is not None:
                replacement.verify()
            return suite

    stock_setup = django.setup

    def setup(*args: Any, **kwargs: Any) -> None:
        if replacement is not None:
            settings.TEMPLATES = swap_backend(settings.TEMPLATES)
        stock_setup(*args, **kwargs)

    RecordingRunner.__module__ = "worker"
    sys.modules["worker"].RecordingRunner = RecordingRunner  # type: ignore[attr-defined]
    settings.TEST_RUNNER = "worker.RecordingRunner"
    django.setup = setup


def read_counters() -> dict[str, Any]:
    """Return the renderer's own account of who rendered; a missing counter is an error."""
    counters = dict(importlib.import_module("djust_backend._native").render_counters())
    missing = [key for key in COUNTERS if key not in counters]
    if missing:
        raise KeyError(f"render_counters() lacks {', '.join(missing)}")
    kept = {key: int(counters[key]) for key in COUNTERS}
    return {**kept, REASONS: dict(counters.get(REASONS, {}))}


def main(arguments: list[str]) -> None:
    """Run the suite and write the result file; the exit status says only that this was done."""
    tests_folder, result_file, engine, suite_name, *options = arguments
    suite = BY_NAME[suite_name]
    os.environ["DJANGO_SETTINGS_MODULE"] = "test_sqlite"
    # The harness's own modules stay importable, behind Django's test packages.
    sys.path.append(sys.path.pop(0))
    sys.path.insert(0, tests_folder)
    os.chdir(tests_folder)
    sys.modules["worker"] = sys.modules["__main__"]

    record = Record()
    replacement = None
    if engine == "ours":
        replacement = Replacement(
            backend_only=suite.mode == REPLACE_BACKEND, packages=suite.packages
        )
        replacement.install()
    hook_setup(record, replacement)

    sys.argv = ["runtests.py", "--noinput", "--parallel=1", "--exclude-tag=selenium", *options]
    sys.argv += suite.labels
    try:
        runpy.run_path(str(Path(tests_folder, "runtests.py")), run_name="__main__")
    except SystemExit as end:
        # runtests.py leaves with 1 when tests failed; which ones is in the record.
        print(f"runtests.py ended with status {end.code}", file=sys.stderr)

    result = {
        "django": importlib.metadata.version("Django"),
        "python": platform.python_version(),
        "tests": record.tests,
        "counters": read_counters() if engine == "ours" else None,
    }
    Path(result_file).write_text(json.dumps(result, indent=1, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1:])
