"""The document takes every figure from the data, and says what is wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.benchmarks.report import document, picture, run


def result(us: float, **more: Any) -> dict[str, Any]:
    return {
        "status": "ok",
        "detail": "",
        "us": us,
        "ratio": 90 / us,
        "spread": 0.01,
        "functions": 3,
        **more,
    }


def orm_result(cpu: float) -> dict[str, Any]:
    return {
        "status": "ok",
        "detail": "",
        "cpu": cpu,
        "cpu_ratio": 8 / cpu,
        "wall": cpu,
        "wall_ratio": 1.0,
        "queries": 2,
        "trips": 1,
    }


@pytest.fixture
def data() -> dict[str, Any]:
    """As little as the four benchmarks can write."""
    application = {
        "stock": result(90.0, share=1.0, request_share=1.0, holders=[]),
        "ours": result(
            31.0,
            share=0.345,
            request_share=0.6,
            holders=[["app.tags.menu", 0.61], ["the renderer", 0.2]],
        ),
    }
    summary = {
        "ok": 1,
        "wanted": 1,
        "render": 7.25,
        "kinds": {"loops": 7.25},
        "worst": "loops/a",
        "worst_ratio": 7.25,
    }
    return {
        "engine": {
            "run": {"python": "3.11.0", "machine": "m", "rounds": 3, "versions": {"stock": {"Django": "5.2"}}},
            "scenarios": [
                {"name": "loops/a", "is_counted": True,
                 "results": {"stock": result(90.0), "ours": result(12.41), "floor": result(4), "jinja2": result(50)}}
            ],
            "summaries": {"stock": {}, "ours": summary, "floor": summary, "jinja2": summary},
            "memory_kib_per_template": {"stock": 30.5, "ours": 12.0},
        },
        "orm": {
            "run": {"rounds": 3},
            "databases": {"sqlite": {"pages": {"blog": {"stock_tuned": orm_result(8), "ours_naive": orm_result(1.5),
                                                        "floor": orm_result(0.5)}}}},
            "bars": [{"page": "blog", "database": "sqlite", "what": "CPU", "value": 5.33, "wanted": 9.0, "unit": "x",
                      "at_least": True, "is_reached": False}],
        },
        "applications": {
            "run": {"rounds": 3},
            "applications": {"zoo": {"pages": {"/a/": application}}},
            "summaries": [{"application": "zoo", "engine": "ours", "pages": 1, "total": 0.345, "mean": 0.345,
                    "own": 0.1,
                           "worst": "/a/", "worst_share": 0.345, "bar": 0.4, "is_reached": True}],
        },
        "growth": {
            "run": {"rounds": 3},
            "rows": [{"kind": "dictionaries", "rows": rows, "us": {"stock": 20.0 * rows, "ours": 1.0 * rows}, "ratio": 20.0}
                     for rows in (10, 100, 1000)],
            "threads": [{"threads": 1, "pages": {"stock": 100.0, "ours": 700.0}}],
        },
    }  # fmt: skip


def test_figures_come_from_the_data(data: dict[str, Any]) -> None:
    text = document.written(data)
    assert "| loops/a | 90.0 | 12.4 | 7.25 ±1% | 3 | 3 | 1.80 ±1% | 22.5 ±1% | 3.10 x |" in text
    assert "| blog | sqlite | CPU | 5.33x | ≥ 9.00x | **missed** |" in text
    assert "| `/a/` | 90.0 | 31.0 | 34 % | 3 | 3 | 60 % | 61 % menu, 20 % the renderer |" in text
    assert "| 1,000 | dictionaries | 20.0 | 1.00 | 20.0 |" in text
    assert "| 1 | 100 | 700 | 7.00 |" in text


def test_a_faster_rival_is_named(data: dict[str, Any]) -> None:
    engine = data["engine"]
    assert "A rival" not in document.written(data)
    engine["scenarios"][0]["results"]["rusty"] = result(30.0)
    engine["summaries"]["rusty"] = engine["summaries"]["ours"]
    assert "A rival is faster on 0 of 1 scenarios." in document.written(data)
    engine["scenarios"][0]["results"]["rusty"] = result(9.0)
    named = "A rival is faster on 1 of 1 scenarios: loops/a (rusty 10.0, ours 7.25)."
    assert named in document.written(data)
    # Its own templates are other ones, and what is wrong has no time.
    engine["scenarios"][0]["results"]["rusty"]["status"] = "different"
    engine["scenarios"][0]["results"]["jinja2"] = result(1.0)
    assert "A rival is faster on 0 of 1 scenarios." in document.written(data)


def test_the_newest_python_has_a_part_if_it_was_measured(data: dict[str, Any]) -> None:
    title = "## The engine alone, on the newest Python and Django"
    assert title not in document.written(data)
    run = {
        "python": "3.14.0",
        "machine": "m",
        "versions": {"stock": {"Django": "6.1"}},
        "rounds": 3,
    }
    data["newest"] = {**data["engine"], "run": run}
    text = document.written(data)
    assert title in text
    assert "Measured with Python 3.14.0 on m; Django 6.1." in text
    assert "Rounds: engine 3, orm 3, applications 3, growth 3, newest 3." in text


def test_a_page_that_differs_is_named_and_has_no_time(data: dict[str, Any]) -> None:
    broken = data["applications"]["applications"]["zoo"]["pages"]["/a/"]["ours"]
    broken.update(status="different", detail="at 3")
    assert document.wrong_pages(data) == ["zoo /a/: different at 3"]
    assert "| `/a/` | 90.0 | different |" in document.written(data)


def test_pictures_are_well_formed(data: dict[str, Any]) -> None:
    for text in (picture.scenarios(data["engine"]), picture.growth(data["growth"])):
        assert ElementTree.fromstring(text).tag.endswith("svg")


def test_nothing_is_written_before_all_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DATA", run.ROOT / ".cache" / "nowhere")
    with pytest.raises(SystemExit, match="engine has not been measured"):
        run.main(["--no-measure", "--docs", str(tmp_path)])
    assert not list(tmp_path.iterdir())
