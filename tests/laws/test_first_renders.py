"""Threads that meet a template for the first time together do not wait for each other for good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.laws import first_renders

ROOT = Path(__file__).parents[2]


def test_threads_that_meet_templates_together_come_to_their_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.laws.first_renders"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        # Where a thread waits with the interpreter in its hands, no join of another comes back.
        timeout=3 * first_renders.LONG,
    )
    assert (done.stdout, done.stderr) == (f"{first_renders.THREADS}\n", "")
