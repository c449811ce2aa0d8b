"""The list of traps names every file of tests that this folder has."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def test_every_file_is_in_the_list():
    listed = (HERE / "README.md").read_text()
    files = [path.relative_to(HERE).as_posix() for path in HERE.rglob("test_*.py")]
    others = {"test_traps_are_listed.py", "test_plans.py", "test_usage.py", "test_row_mode.py"}
    assert [name for name in files if f"`{name}`" not in listed and name not in others] == []
