"""What a site's settings make of the shared plans: a store, or a line in the log."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from djust_backend import plan_cache
from djust_backend.cache.filesystem import FileStore

KEY = "0" * 64


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    plan_cache.shared_plans.forget()
    yield
    plan_cache.shared_plans.forget()


def test_plans_are_kept_in_a_folder_of_the_user_and_the_project() -> None:
    with override_settings(SECRET_KEY="one"):
        one = plan_cache.folder()
    with override_settings(SECRET_KEY="two"):
        two = plan_cache.folder()
    assert one != two
    assert one.parent == Path(tempfile.gettempdir())
    assert "one" not in one.name


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"JIT_CACHE_BACKEND": "memcached"}, "'memcached', not one of"),
        ({"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": "redis://a:b/0"}, "cannot be used"),
        ({"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_POOL_SIZE": -1}, "at least 1"),
        ({"JIT_CACHE_DIR": "a\0b"}, "not the path of a folder"),
    ],
)
def test_settings_that_make_no_store_are_told_and_pages_go_on(
    config: dict[str, Any], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        override_settings(DJUST_CONFIG=config),
        caplog.at_level(logging.ERROR, "djust_backend.jit"),
    ):
        assert plan_cache.shared_plans() is None
        assert plan_cache.shared_plans() is None
    assert message in caplog.text
    assert len(caplog.records) <= 2


@pytest.mark.parametrize(
    "config",
    [
        None,
        ["JIT_CACHE_BACKEND"],
        {"JIT_CACHE_BACKEND": 7},
        {"JIT_CACHE_DIR": 7},
        {"JIT_REDIS_POOL_SIZE": "ten"},
        {"JIT_CACHE_BACKND": "redis"},
        {"JIT_QUERY_WARNING": "ten"},
    ],
)
def test_values_of_a_wrong_type_are_told_and_count_as_their_defaults(
    config: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        override_settings(DJUST_CONFIG=config),
        caplog.at_level(logging.ERROR, "djust_backend.jit"),
    ):
        found = plan_cache.shared_plans()
    assert found is not None
    assert isinstance(found._store, FileStore)
    assert len(caplog.records) == 1


def test_a_site_without_a_secret_shares_nothing(caplog: pytest.LogCaptureFixture) -> None:
    for config in ({}, {"JIT_CACHE_DIR": "plans"}, {"JIT_CACHE_URL": "bundle"}):
        plan_cache.shared_plans.forget()
        with override_settings(SECRET_KEY="", DJUST_CONFIG=config):
            assert plan_cache.shared_plans() is None
    assert caplog.text.count("SECRET_KEY") == 3
    caplog.clear()
    with override_settings(SECRET_KEY="", DJUST_CONFIG={"JIT_CACHE_BACKEND": "memory"}):
        assert plan_cache.shared_plans() is None
    assert not caplog.records


def test_a_system_without_temporary_files_shares_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    with override_settings(DJUST_CONFIG={}):
        assert plan_cache.shared_plans() is None
    assert "No usable temporary directory" in caplog.text


def test_without_redis_py_the_bundle_serves_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.delitem(sys.modules, "djust_backend.cache.redis_store", raising=False)
    config = {"JIT_CACHE_BACKEND": "redis", "JIT_CACHE_URL": "no such bundle"}
    with override_settings(DJUST_CONFIG=config):
        found = plan_cache.shared_plans()
        assert found is not None
        assert found.find(KEY, "shop.Book") is None
    assert "JIT_CACHE_BACKEND cannot be used" in caplog.text


def test_a_site_with_the_app_is_ready_for_pages_when_it_has_started() -> None:
    program = (
        "import sys, django\n"
        "from django.conf import settings\n"
        "settings.configure(SECRET_KEY='x', INSTALLED_APPS=['djust_backend'], DJUST_CONFIG="
        "{'JIT_CACHE_BACKEND': 'redis', 'JIT_REDIS_URL': 'redis://127.0.0.1:1/0'})\n"
        "django.setup()\n"
        "from djust_backend import plan_cache\n"
        "print('redis' in sys.modules, plan_cache.shared_plans.is_made)\n"
        "print('djust_backend.backend' in sys.modules, 'djust_backend.observed' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    # Nothing is connected: nobody is at this address, and nobody complains.
    assert (done.stdout, done.stderr) == ("True True\nTrue False\n", "")
