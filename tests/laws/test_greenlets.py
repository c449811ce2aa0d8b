"""Greenlets, as gevent's workers of gunicorn have them, render as threads do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_greenlets_that_take_turns_render_their_own_pages(tmp_path: Path) -> None:
    """Each in its own language and time zone, with its own connection."""
    program = Path(__file__).with_name("greenlets.py")
    done = subprocess.run(
        [sys.executable, program, tmp_path / "database"],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "compared 40\n"
