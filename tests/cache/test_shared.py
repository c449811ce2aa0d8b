"""What the planner gets from a store, whatever the store does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from djust_backend.cache import events
from djust_backend.cache.filesystem import FileStore
from djust_backend.cache.shared import SharedPlans
from djust_backend.cache.signing import SealError, seal, unseal

KEY = "0" * 64
OTHER = "1" * 64


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    events.reset()
    yield
    events.reset()


def plans(folder: Path, **bundle: bytes) -> SharedPlans:
    return SharedPlans(FileStore(folder), {KEY: bundle["bundle"]} if bundle else {})


def test_a_plan_of_one_process_is_found_by_another(tmp_path: Path) -> None:
    one, two = plans(tmp_path), plans(tmp_path)
    assert one.find(KEY, "shop.Book") is None
    one.keep(KEY, b"a plan")
    assert two.find(KEY, "shop.Book") == b"a plan"
    assert events.counts["miss"] == events.counts["hit.store"] == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: b"",
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:20],
        lambda sealed: b"\0" + sealed,
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: b"cos\nsystem\n(S'false'\ntR.",
    ],
)
def test_what_is_not_sealed_by_the_site_is_a_miss_and_overwritten(
    tmp_path: Path, change: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shared = plans(tmp_path)
    FileStore(tmp_path).set(KEY, change(seal(KEY, b"a plan")))
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        assert shared.find(KEY, "shop.Book") is None
    assert "seal" in caplog.text
    assert events.counts["storeerror.filesystem.verify"] == 1
    shared.keep(KEY, b"a plan")
    assert shared.find(KEY, "shop.Book") == b"a plan"


def test_a_plan_under_another_key_is_a_miss(tmp_path: Path) -> None:
    FileStore(tmp_path).set(OTHER, seal(KEY, b"a plan"))
    assert plans(tmp_path).find(OTHER, "shop.Book") is None


def test_a_former_secret_still_opens() -> None:
    with override_settings(SECRET_KEY="old"):
        sealed = seal(KEY, b"a plan")
    with override_settings(SECRET_KEY="new"), pytest.raises(SealError):
        unseal(KEY, sealed)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["older", "old"]):
        assert unseal(KEY, sealed) == b"a plan"


def test_a_bundle_comes_before_the_store(tmp_path: Path) -> None:
    shared = plans(tmp_path, bundle=seal(KEY, b"from the bundle"))
    FileStore(tmp_path).set(KEY, seal(KEY, b"from the store"))
    assert shared.find(KEY, "shop.Book") == b"from the bundle"
    assert events.counts["hit.bundle"] == 1


def test_a_bundle_with_a_foreign_seal_is_passed_over(tmp_path: Path) -> None:
    shared = plans(tmp_path, bundle=b"x" * 64)
    FileStore(tmp_path).set(KEY, seal(KEY, b"from the store"))
    assert shared.find(KEY, "shop.Book") == b"from the store"


def test_who_waits_gets_what_the_other_derives(tmp_path: Path) -> None:
    store, shared = FileStore(tmp_path), plans(tmp_path)
    assert store.lock(KEY)
    looked = []

    class Slow(FileStore):
        def get(self, key: str) -> bytes | None:
            looked.append(key)
            if len(looked) == 3:
                store.set(KEY, seal(KEY, b"by the other"))
            return super().get(key)

    shared = SharedPlans(Slow(tmp_path), {})
    assert shared.find(KEY, "shop.Book") == b"by the other"
    assert len(looked) == 3


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    assert FileStore(tmp_path).lock(KEY)
    shared = plans(tmp_path)
    assert shared.find(KEY, "shop.Book") is None
    shared.keep(KEY, b"derived all the same")
    assert shared.find(KEY, "shop.Book") == b"derived all the same"


def test_a_derivation_that_fails_lets_others_try(tmp_path: Path) -> None:
    shared = plans(tmp_path)
    assert shared.find(KEY, "shop.Book") is None
    shared.give_up(KEY)
    assert FileStore(tmp_path).lock(KEY)


def test_a_store_that_fails_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    shared = plans(tmp_path / "file")
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        for _ in range(5):
            assert shared.find(KEY, "shop.Book") is None
            shared.keep(KEY, b"a plan")
    assert len(caplog.records) == 1
    assert events.counts["storeerror"] == 10
