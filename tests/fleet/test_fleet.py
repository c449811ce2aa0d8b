"""Servers of the demo site that share a Redis or a bundle: what one derives, no other does."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from djust_backend.cache import bundle
from tests.cache.servers import RedisServer
from tests.fleet.fleet_site.forgetful import HEADER
from tests.fleet.load import VISITORS, Window, visit
from tests.fleet.servers import ON_A_FULL_DISK, PRELOADED, Fleet, Server

PAGES = ("/", "/blog/", "/properties/", "/blog/tag/balcony/", "/properties/1/", "/leases/1/")

COMPILED = "djust_jit_compilation_duration_seconds_count"
MISSES = "djust_jit_cache_misses_total"
FROM_STORE = "djust_jit_cache_hits_total{store}"
FROM_BUNDLE = "djust_jit_cache_hits_total{bundle}"
STORE_ERRORS = "djust_jit_store_errors_total"
BREAKER = "djust_jit_breaker_state{redis}"

#: A file system in which nobody can make a folder.
READ_ONLY = "/proc/djust-plans"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    fleet = Fleet(path.parent, path)
    for words in (["migrate", "--verbosity=0"], ["seed_demo", "--verbosity=0"]):
        fleet.run(*words, JIT_CACHE_BACKEND="memory")
    return path


@pytest.fixture
def fleet(tmp_path: Path, database: Path) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path, database)
    yield fleet
    fleet.stop()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


@pytest.fixture
def other_redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


def by_redis(redis: RedisServer, *, patient: bool = True) -> dict[str, str]:
    url = redis.patient_url if patient else redis.url
    return {"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": url}


def test_the_second_server_compiles_nothing(fleet: Fleet, redis: RedisServer) -> None:
    first = fleet.start(workers=2, **by_redis(redis))
    cold = [first.get(path) for path in PAGES]
    # Each of its processes has met each page a few times.
    warm = [[first.get(path) for path in PAGES] for _ in range(4)][-1]
    assert {answer.status for answer in (*cold, *warm)} == {200}
    assert first.metrics()[COMPILED] > 0

    second = fleet.start(workers=2, gunicorn=PRELOADED, **by_redis(redis))
    answers = [second.get(path) for path in PAGES]
    assert [answer.body for answer in answers] == [answer.body for answer in warm]
    # What Python code walks is known to the second server as well.
    assert [answer.queries for answer in answers] == [answer.queries for answer in warm]
    counts = second.metrics()
    assert counts[FROM_STORE] > 0
    assert counts.get(MISSES, 0) == counts.get(COMPILED, 0) == 0
    assert "plan store" not in first.log() + second.log()


def test_a_warm_server_asks_redis_for_nothing(fleet: Fleet, redis: RedisServer) -> None:
    server = fleet.start(**by_redis(redis))
    for _ in range(2):
        for path in PAGES:
            server.get(path)
    client = redis.client()

    def asked() -> int:
        return int(client.info("stats")["total_commands_processed"])

    before = asked()
    for path in PAGES:
        server.get(path)
    assert asked() - before == 1  # the question itself


def test_redis_stops_under_load_and_nobody_notices(
    fleet: Fleet, redis: RedisServer, other_redis: RedisServer
) -> None:
    cut_off = fleet.start(workers=2, **by_redis(redis))
    # The same load at the same time: what else this machine does slows both down.
    control = fleet.start(workers=2, **by_redis(other_redis))
    visit([cut_off, control], PAGES)
    # It goes in the middle of requests.
    stop = threading.Timer(0.5, redis.stop)
    stop.start()
    windows = [visit([cut_off, control], PAGES)]
    stop.join()
    windows += [visit([cut_off, control], PAGES) for _ in range(4)]
    for window in (window for pair in windows for window in pair):
        assert {answer.status for answer in window.answers} == {200}
    assert cut_off.metrics()[BREAKER] > 0
    assert control.metrics().get(BREAKER, 0) == 0
    assert cut_off.metrics()[STORE_ERRORS] < 40
    ratios = [slower(windows)]
    while ratios[-1] > 1.5 and len(ratios) < 3:
        ratios.append(slower([visit([cut_off, control], PAGES) for _ in range(5)]))
    assert ratios[-1] <= 1.5, f"p95 without Redis, in times of that with it: {ratios}"


def slower(windows: list[list[Window]]) -> float:
    """How much longer the 95th of 100 visitors waits at the first of two servers."""
    return statistics.median(
        cut_off.percentile(0.95) / control.percentile(0.95) for cut_off, control in windows
    )


def until_asked(servers: list[Server]) -> None:
    """Wait until the servers ask Redis again, as they do by themselves."""
    end = time.monotonic() + 60
    for server in servers:
        while server.metrics().get(BREAKER, 0) != 0:
            assert time.monotonic() < end, server.log()
            server.get("/blog/", **{HEADER: "1"})
            time.sleep(0.1)


def test_caches_heal_when_redis_comes_back(fleet: Fleet, redis: RedisServer) -> None:
    server = fleet.start(**by_redis(redis))
    server.get("/blog/")
    redis.stop()
    for _ in range(4):
        assert server.get("/blog/", **{HEADER: "1"}).status == 200
    assert server.metrics()[BREAKER] == 2
    redis.start()
    assert redis.client().dbsize() == 0
    until_asked([server])
    for path in PAGES:
        server.get(path, **{HEADER: "1"})
    second = fleet.start(**by_redis(redis))
    for path in PAGES:
        assert second.get(path).status == 200
    assert second.metrics().get(COMPILED, 0) == 0


def test_redis_that_hangs_costs_few_visitors_a_moment(fleet: Fleet, redis: RedisServer) -> None:
    servers = [fleet.start(**by_redis(redis, patient=False)) for _ in range(2)]
    visit(servers, PAGES)
    before = [server.metrics().get(STORE_ERRORS, 0) for server in servers]
    start = time.monotonic()
    redis.pause()
    try:
        windows = visit(servers, PAGES, 300)
    finally:
        redis.resume()
    # Trials after a second, after two more, after four more.
    trials = int(math.log2(time.monotonic() - start + 1)) + 1
    for server, window, known in zip(servers, windows, before, strict=True):
        assert {answer.status for answer in window.answers} == {200}
        # All visitors of a server may be asking when it stops answering.
        assert server.metrics()[STORE_ERRORS] - known <= 2 + VISITORS + trials


def test_a_bundle_serves_servers_that_can_write_nothing(fleet: Fleet, database: Path) -> None:
    served = fleet.folder / "cdn"
    served.mkdir()
    words = ["warmup_jit_cache", "--bundle", str(served), "--urls", *PAGES]
    assert "bundle written" in fleet.run(*words, JIT_CACHE_BACKEND="memory")
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    cdn = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=cdn.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{cdn.server_address[1]}/"
        server = fleet.start(gunicorn=ON_A_FULL_DISK, JIT_CACHE_DIR=READ_ONLY, JIT_CACHE_URL=url)
        for path in PAGES:
            assert server.get(path).status == 200
        counts = server.metrics()
        assert counts[FROM_BUNDLE] > 0
        assert counts.get(COMPILED, 0) == 0
    finally:
        cdn.shutdown()
        cdn.server_close()
        thread.join()
    assert (served / bundle.FILE_NAME).exists()


@pytest.mark.parametrize("folder", [READ_ONLY, "plans"])
def test_a_disk_that_takes_nothing_is_a_line_in_the_log(fleet: Fleet, folder: str) -> None:
    where = folder if folder == READ_ONLY else str(fleet.folder / folder)
    server = fleet.start(gunicorn=ON_A_FULL_DISK, JIT_CACHE_DIR=where)
    for _ in range(2):
        for path in PAGES:
            assert server.get(path, **{HEADER: "1"}).status == 200
    assert server.log().count("plan store filesystem failed") == 1
    if where != READ_ONLY:
        assert not list(Path(where).iterdir())


def test_plans_of_a_folder_that_became_read_only_are_read(fleet: Fleet) -> None:
    folder = str(fleet.folder / "plans")
    fleet.run("warmup_jit_cache", *PAGES, JIT_CACHE_DIR=folder)
    server = fleet.start(gunicorn=ON_A_FULL_DISK, JIT_CACHE_DIR=folder)
    for path in PAGES:
        assert server.get(path).status == 200
    assert server.metrics().get(COMPILED, 0) == 0
    assert "plan store" not in server.log()


def test_ten_processes_that_start_together_render_the_same(
    fleet: Fleet, redis: RedisServer
) -> None:
    server = fleet.start(workers=10, **by_redis(redis))
    (window,) = visit([server], PAGES, 200)
    assert {answer.status for answer in window.answers} == {200}
    assert len({answer.body for answer in window.answers}) == len(PAGES)
