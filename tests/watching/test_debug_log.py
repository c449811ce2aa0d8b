"""JIT_DEBUG: a line for each QuerySet of a page and one for the page; nothing that spoils it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.paginator import Paginator
from django.template.backends.django import DjangoTemplates
from django.test import override_settings

from djust_backend import backend, conf, explained, observed
from djust_backend.orm.choose.rows import level
from djust_backend.orm.planner import plan
from djust_backend.queries import counted
from tests.watching.site import PERMISSIONS, engine, permissions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    config = {"JIT_DEBUG": True, "JIT_CACHE_BACKEND": "memory"}
    with override_settings(DJUST_CONFIG=config), caplog.at_level(logging.INFO, "djust_backend.jit"):
        yield caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    found = [record.getMessage() for record in log.records if record.name == "djust_backend.jit"]
    log.clear()
    return found


def test_a_page_tells_variable_paths_plan_gain_and_time(log: pytest.LogCaptureFixture) -> None:
    plan.cache_clear()
    level.cache_clear()
    rows = permissions(20, "told")
    page = engine(**{"list.html": PERMISSIONS}).get_template("list.html")
    page.render({"permissions": rows})
    source, whole = lines(log)
    assert source.startswith("list.html: permissions (auth.Permission) | paths ")
    assert "content_type.app_label" in source
    assert " | MISS in " in source
    assert "every use is a plain column: rows instead of instances" in source
    assert "content_type__app_label" in source
    assert source.endswith(" | 20 rows | about 20 queries saved")
    assert whole.startswith("list.html: 1 query in ")
    page.render({"permissions": rows.all()})
    assert " | HIT memory in " in lines(log)[0]


def test_the_gain_is_what_stock_django_asks_more(log: pytest.LogCaptureFixture) -> None:
    rows = permissions(7, "gain")
    with counted() as ours:
        engine().from_string(PERMISSIONS).render({"permissions": rows.all()})
    params = {"NAME": "stock", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    with counted() as stock:
        DjangoTemplates(params).from_string(PERMISSIONS).render({"permissions": rows.all()})
    assert f"about {stock.count - ours.count} queries saved" in lines(log)[0]


def test_instances_are_told_with_the_reason(log: pytest.LogCaptureFixture) -> None:
    source = "{% for row in rows %}{{ row|pprint }}{{ row.content_type.model }}{% endfor %}"
    engine().from_string(source).render({"rows": permissions(3, "instance")})
    line, _ = lines(log)
    assert line.startswith("(string): rows (auth.Permission)")
    assert "instances" in line
    assert "because" in line


def test_a_page_of_a_paginator_is_told_as_its_rows(log: pytest.LogCaptureFixture) -> None:
    source = "{% for row in page %}{{ row.name }}{% endfor %}"
    page = Paginator(permissions(9, "page"), 4).page(1)
    engine().from_string(source).render({"page": page})
    line, _ = lines(log)
    assert "page (auth.Permission)" in line
    assert "4 rows" in line


def test_rows_that_the_view_has_read_are_told_as_such(log: pytest.LogCaptureFixture) -> None:
    rows = permissions(2, "read")
    assert len(rows) == 2
    engine().from_string(PERMISSIONS).render({"permissions": rows})
    assert "read before the page" in lines(log)[0]


def test_what_is_not_read_is_not_fetched_to_be_told(log: pytest.LogCaptureFixture) -> None:
    source = "{% if wanted %}" + PERMISSIONS + "{% endif %}"
    rows = permissions(2, "unread")
    engine().from_string(source).render({"permissions": rows, "wanted": False})
    line, whole = lines(log)
    assert line.endswith("| not read")
    assert whole.startswith("(string): 0 queries")


def test_an_explanation_that_fails_is_logged_and_the_page_rendered(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no explanation")

    monkeypatch.setattr(explained, "_planned", broken)
    text = engine().from_string(PERMISSIONS).render({"permissions": permissions(1, "page on")})
    assert text == "page on 0: watching\n"
    assert "could not be explained" in log.text


def test_observers_that_fail_do_not_spoil_the_page(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr(observed, "_log", broken)
    assert engine().from_string("a page").render() == "a page"
    assert "the observation of (string) failed" in log.text


def test_the_page_is_stocks_also_when_watched(log: pytest.LogCaptureFixture) -> None:
    rows = permissions(3, "same")
    watched = engine().from_string(PERMISSIONS).render({"permissions": rows.all()})
    with override_settings(DJUST_CONFIG={}):
        plain = engine().from_string(PERMISSIONS)
    assert type(plain) is backend.Template
    assert plain.render({"permissions": rows.all()}) == watched


def test_without_planning_only_the_page_is_told(log: pytest.LogCaptureFixture) -> None:
    with override_settings(DJUST_CONFIG={"JIT_DEBUG": True, "JIT_SERIALIZATION": False}):
        assert not conf.serialization()
        engine().from_string(PERMISSIONS).render({"permissions": permissions(2, "plain")})
    (whole,) = lines(log)
    assert whole.startswith("(string): ")
