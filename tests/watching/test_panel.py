"""The panel of django-debug-toolbar, on a site of its own that is asked as a browser asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("way", ["sync", "async"])
def test_the_panel_shows_each_page_with_its_plans_and_queries(way: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.watching.toolbar_site", way, str(tmp_path / "db.sqlite3")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line, panel = done.stdout.split("\n", 1)
    assert line == "1 page, 1 query, about 5 saved"
    assert "<h3>list.html</h3>" in panel
    for cell in ("permissions", "auth.Permission", "MISS", "5"):
        assert f"<td>{cell}</td>" in panel
    assert "content_type.app_label" in panel
    assert "every use is a plain column" in panel
