"""Many processes of one site and one store: what they derive, and what failures do to them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cache.servers import RedisServer

ROOT = Path(__file__).parents[2]


class Site:
    """A process that renders on request; see `site_process`."""

    def __init__(self, config: dict[str, Any], folder: Path, release: str) -> None:
        self._log = folder / f"{id(self)}.log"
        program = [sys.executable, str(ROOT / "tests/cache/site_process.py"), json.dumps(config)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), "SITE_RELEASE": release},
                text=True,
            )

    def wait(self) -> None:
        """Until it is ready."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", self._log.read_text()

    def ask(self, page: str = "permissions") -> None:
        """Send a request."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{page}\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What came of it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._log.read_text()
        found: dict[str, Any] = json.loads(line)
        return found

    def get(self, page: str = "permissions") -> dict[str, Any]:
        """A request and its answer."""
        self.ask(page)
        return self.answer()

    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text()

    def end(self) -> None:
        """Stop it."""
        self._process.communicate("")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """A function that starts processes of a site, which end with the test."""
    sites: list[Site] = []

    def start(count: int = 1, *, release: str = "1", **config: Any) -> Any:
        started = [Site(config, tmp_path, release) for _ in range(count)]
        sites.extend(started)
        for site in started:
            site.wait()
        return started[0] if count == 1 else started

    yield start
    for site in sites:
        site.end()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


def by_redis(server: RedisServer, *, patient: bool = True) -> dict[str, str]:
    url = server.patient_url if patient else server.url
    return {"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": url}


def derived(answer: dict[str, Any]) -> int:
    return int(answer["counts"].get("compiled", 0))


@pytest.mark.parametrize("backend", ["filesystem", "redis"])
def test_of_ten_processes_that_meet_a_page_together_about_one_derives(
    backend: str, start: Callable[..., Any], tmp_path: Path, server: RedisServer
) -> None:
    config = by_redis(server) if backend == "redis" else {"JIT_CACHE_DIR": str(tmp_path / "plans")}
    alone = derived(start(JIT_CACHE_BACKEND="memory").get())
    assert alone
    sites = start(10, **config)
    for site in sites:
        site.ask()
    answers = [site.answer() for site in sites]
    assert len({answer["text"] for answer in answers}) == 1
    # Who waited in vain derives too: that is allowed, and rare.
    assert alone <= sum(map(derived, answers)) < alone * 10
    later = start(**config).get()
    assert derived(later) == 0
    assert later["text"] == answers[0]["text"]


def test_a_process_that_dies_with_a_lock_holds_nobody_up(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "plans"
    site = start(JIT_CACHE_DIR=str(folder))
    site.get()
    for plan in folder.glob("*.plan"):
        plan.rename(plan.with_suffix(".lock"))
    # The locks are young: the process waits a moment and goes on by itself.
    assert derived(site.get()) > 0
    assert derived(site.get()) == 0


def test_redis_may_come_and_go(start: Callable[..., Any], server: RedisServer) -> None:
    server.stop()
    site = start(**by_redis(server))
    expected = site.get()["text"]
    server.start()
    other = start(**by_redis(server))
    assert other.get()["text"] == expected
    assert derived(other.get()) == 0
    server.client().flushall()
    assert derived(other.get()) > 0
    server.stop()
    for _ in range(3):
        found = other.get()
        assert found["text"] == expected
        assert derived(found) > 0
    assert other.log().count("plan store redis failed") == 1


def test_redis_that_hangs_costs_two_timeouts(
    start: Callable[..., Any], server: RedisServer
) -> None:
    site = start(**by_redis(server, patient=False))
    expected = site.get()["text"]
    server.pause()
    try:
        answers = [site.get() for _ in range(3)]
    finally:
        server.resume()
    assert {answer["text"] for answer in answers} == {expected}
    asked = [answer["counts"].get("storeerror", 0) for answer in answers]
    assert asked[0] == 2
    # The breaker lets a trial through from time to time, and nothing else.
    assert sum(asked[1:]) <= 2


def test_hostile_values_in_redis_harm_nobody(
    start: Callable[..., Any], server: RedisServer
) -> None:
    site = start(**by_redis(server))
    expected = site.get()["text"]
    client = server.client()
    names = client.keys("djust:*")
    assert names
    for value in (b"cos\nsystem\n(S'false'\ntR.", b"\xff" * 2_000_000, b"", client.get(names[0])):
        for name in names:
            client.set(name, value)
        assert site.get()["text"] == expected
    for name in names:
        client.delete(name)
        client.lpush(name, "another type")
    assert site.get()["text"] == expected
    assert derived(site.get()) == 0


def test_torn_files_are_derived_again(start: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    site = start(JIT_CACHE_DIR=str(folder))
    expected = site.get()["text"]
    plans = list(folder.glob("*.plan"))
    assert plans
    for plan in plans:
        plan.write_bytes(plan.read_bytes()[:-7])
    found = site.get()
    assert found["text"] == expected
    assert derived(found) == len(plans)
    assert "seal" in site.log()
    assert derived(site.get()) == 0


def test_a_folder_that_goes_or_cannot_be_written(start: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    site = start(JIT_CACHE_DIR=str(folder))
    expected = site.get()["text"]
    shutil.rmtree(folder)
    folder.write_text("a file in the place of the folder")
    for _ in range(3):
        assert site.get()["text"] == expected
    assert site.log().count("plan store filesystem failed") == 1
    folder.unlink()
    site.get()
    assert derived(site.get()) == 0


def test_another_secret_is_another_site(start: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    site = start(JIT_CACHE_DIR=str(folder))
    site.get()
    for plan in folder.glob("*.plan"):
        data = plan.read_bytes()
        plan.write_bytes(b"\0" * 32 + data[32:])
    assert derived(site.get()) > 0


def test_a_read_only_site_with_a_bundle_derives_nothing(
    start: Callable[..., Any], tmp_path: Path, server: RedisServer
) -> None:
    from djust_backend.cache import bundle

    folder = tmp_path / "plans"
    start(JIT_CACHE_DIR=str(folder)).get()
    document = bundle.pack((plan.stem, plan.read_bytes()) for plan in folder.glob("*.plan"))
    (tmp_path / bundle.FILE_NAME).write_bytes(document)
    (tmp_path / "file").write_text("nothing can be written below a file")
    site = start(JIT_CACHE_DIR=str(tmp_path / "file"), JIT_CACHE_URL=f"{tmp_path}/")
    found = site.get()
    assert derived(found) == 0
    assert found["counts"]["hit.bundle"] > 0


@pytest.mark.parametrize("backend", ["filesystem", "redis"])
def test_a_migration_costs_the_plans_of_its_model_and_the_old_release_keeps_its_own(
    backend: str, start: Callable[..., Any], tmp_path: Path, server: RedisServer
) -> None:
    config = by_redis(server) if backend == "redis" else {"JIT_CACHE_DIR": str(tmp_path / "plans")}
    old = start(**config)
    assert derived(old.get("shelves")) > 0
    assert derived(old.get("books")) > 0
    new = start(release="2", **config)
    assert derived(new.get("shelves")) == 0
    assert derived(new.get("books")) > 0
    # Servers of both releases go on side by side.
    for site in (old, new, start(**config), start(release="2", **config)):
        for page in ("shelves", "books", "shelves"):
            found = site.get(page)
            assert derived(found) == 0
            assert "storeerror" not in found["counts"]
