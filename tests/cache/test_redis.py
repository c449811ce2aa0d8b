"""The store in Redis, against a server that is stopped, paused, flushed and filled by others."""

from __future__ import annotations

import logging
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from djust_backend.cache import breaker as breakers
from djust_backend.cache import events
from djust_backend.cache.breaker import CircuitBreaker
from djust_backend.cache.redis_store import RedisStore, _hosts, urlsplit
from djust_backend.cache.shared import SharedPlans
from djust_backend.cache.signing import seal
from djust_backend.cache.store import StoreError, StoreRestsError
from tests import services
from tests.cache.servers import RedisServer

KEY = "0" * 64


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    events.reset()
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()
    events.reset()


def store(server: RedisServer, release: str = "one", url: str = "") -> RedisStore:
    made = RedisStore(url or server.patient_url, 5, "shop", release)
    server.opened.append(made)
    return made


def rested(store: RedisStore) -> RedisStore:
    """The store after the rest of its breaker, without the wait."""
    store.breaker._until = 0.0
    return store


def test_what_is_kept_is_found_by_every_process(server: RedisServer) -> None:
    one = store(server)
    assert one.get(KEY) is None
    one.set(KEY, b"a plan")
    assert store(server).get(KEY) == b"a plan"
    assert server.client().ttl(f"djust:shop:one:{KEY}") > 0


def test_two_releases_share_nothing_and_are_cleared_together(server: RedisServer) -> None:
    old, new = store(server, "old"), store(server, "new")
    old.set(KEY, b"old")
    new.set(KEY, b"new")
    assert (old.get(KEY), new.get(KEY)) == (b"old", b"new")
    server.client().set("sessions:1", "the site's own")
    assert new.clear() == 2
    assert old.get(KEY) is None
    assert server.client().keys() == [b"sessions:1"]


def test_one_gets_the_lock_until_it_gives_it_back(server: RedisServer) -> None:
    one, two = store(server), store(server)
    token = one.lock(KEY)
    assert token
    assert two.lock(KEY) is None
    two.unlock(KEY, "another one's")
    assert two.lock(KEY) is None
    one.unlock(KEY, token)
    assert two.lock(KEY)
    assert 0 < server.client().pttl(f"djust:shop:one:{KEY}:lock") <= 5000


def test_no_server_at_the_start(server: RedisServer) -> None:
    server.stop()
    kept = store(server)
    with pytest.raises(StoreError, match="Connection"):
        kept.get(KEY)
    server.start()
    kept.set(KEY, b"a plan")
    assert kept.get(KEY) == b"a plan"


def test_a_server_that_dies_and_comes_back(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    kept = store(server)
    shared = SharedPlans(kept, {})
    shared.find(KEY, "shop.Book")
    shared.keep(KEY, b"a plan")
    server.stop()
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        for _ in range(20):
            assert shared.find(KEY, "shop.Book") is None
            shared.keep(KEY, b"a plan")
    assert len(caplog.records) == 1
    assert events.breaker_state("redis") == breakers.OPEN
    # Two failures; the other 38 times nobody was asked.
    assert events.counts["storeerror"] == 2
    server.start()
    rested(kept)
    assert shared.find(KEY, "shop.Book") is None
    shared.keep(KEY, b"a plan")
    assert shared.find(KEY, "shop.Book") == b"a plan"
    assert events.breaker_state("redis") == breakers.CLOSED


def test_a_server_that_hangs_is_asked_twice(server: RedisServer) -> None:
    kept = store(server, url=server.url)
    kept.set(KEY, b"a plan")
    server.pause()
    try:
        for _ in range(2):
            with pytest.raises(StoreError, match="Timeout"):
                kept.get(KEY)
        with pytest.raises(StoreRestsError):
            kept.get(KEY)
        with pytest.raises(StoreError, match="Timeout"):
            rested(kept).get(KEY)
        with pytest.raises(StoreRestsError):
            kept.get(KEY)
    finally:
        server.resume()
    assert rested(kept).get(KEY) == b"a plan"


def test_an_answer_that_came_too_late_is_nobody_elses(server: RedisServer) -> None:
    kept, other = store(server, url=f"{server.url}?socket_timeout=1"), "1" * 64
    kept.set(KEY, b"a plan")
    kept.set(other, b"another plan")
    server.pause()
    with pytest.raises(StoreError):
        kept.get(KEY)
    server.resume()
    assert kept.get(other) == b"another plan"


def test_a_flush_is_a_miss(server: RedisServer) -> None:
    kept = store(server)
    kept.set(KEY, b"a plan")
    server.client().flushall()
    assert kept.get(KEY) is None


def test_another_type_under_our_key_is_overwritten(server: RedisServer) -> None:
    shared = SharedPlans(store(server), {})
    server.client().lpush(f"djust:shop:one:{KEY}", "not a plan")
    assert shared.find(KEY, "shop.Book") is None
    shared.keep(KEY, b"a plan")
    assert shared.find(KEY, "shop.Book") == b"a plan"
    assert events.breaker_state("redis") == breakers.CLOSED


@pytest.mark.parametrize("hostile", [b"cos\nsystem\n(S'false'\ntR.", b"\xff" * 3_000_000, b"\x80"])
def test_hostile_values_are_never_read(server: RedisServer, hostile: bytes) -> None:
    shared = SharedPlans(store(server), {})
    server.client().set(f"djust:shop:one:{KEY}", hostile)
    assert shared.find(KEY, "shop.Book") is None
    assert events.counts["storeerror.redis.verify"] == 1
    shared.keep(KEY, b"a plan")
    assert shared.find(KEY, "shop.Book") == b"a plan"


def test_a_server_without_memory_is_an_error_of_the_store(server: RedisServer) -> None:
    server.client().config_set("maxmemory", "1")
    shared = SharedPlans(store(server), {})
    assert shared.find(KEY, "shop.Book") is None
    shared.keep(KEY, b"a plan")
    assert events.counts["storeerror.redis.set"] == 1
    assert events.breaker_state("redis") == breakers.CLOSED


def test_a_miss_is_two_questions_and_a_hit_is_one(server: RedisServer) -> None:
    shared, client = SharedPlans(store(server), {}), server.client()
    shared.find("1" * 64, "shop.Book")  # connects

    def asked() -> int:
        return int(client.info("stats")["total_commands_processed"])

    start = asked()
    assert shared.find(KEY, "shop.Book") is None
    missed = asked()
    client.set(f"djust:shop:one:{KEY}", seal(KEY, b"a plan"))
    start_hit = asked()
    assert shared.find(KEY, "shop.Book") == b"a plan"
    assert missed - start - 1 == 2
    assert asked() - start_hit - 1 == 1


def test_a_socket_and_options_in_the_address(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, "--unixsocket", "redis.sock", "--requirepass", "secret")
    server.answers = lambda: (tmp_path / "redis.sock").exists()  # type: ignore[method-assign]
    server.start()
    try:
        kept = store(server, url=f"unix://:secret@{tmp_path}/redis.sock?db=3")
        kept.set(KEY, b"a plan")
        assert kept.get(KEY) == b"a plan"
        with pytest.raises(StoreError):
            store(server, url=f"unix://{tmp_path}/redis.sock").get(KEY)
    finally:
        server.close()


def test_a_server_with_a_certificate(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        raise services.MissingServiceError("apt-get install openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=plans", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    port = services.free_port()
    tls = ["--tls-port", port, "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    server = RedisServer(
        tmp_path, *tls, "--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no"
    )
    server.start()
    try:
        url = f"rediss://127.0.0.1:{port}/0?socket_timeout=20"
        kept = store(server, url=f"{url}&ssl_ca_certs={certificate}")
        kept.set(KEY, b"a plan")
        assert kept.get(KEY) == b"a plan"
        # Whoever it is, nobody vouches for it.
        with pytest.raises(StoreError, match="certificate"):
            store(server, url=url).get(KEY)
    finally:
        server.close()


def test_sentinels_name_the_server(server: RedisServer, tmp_path: Path) -> None:
    folder = tmp_path / "sentinel"
    folder.mkdir()
    configuration = folder / "sentinel.conf"
    configuration.write_text(f"sentinel monitor plans 127.0.0.1 {server.port} 1\n")
    sentinel = RedisServer(folder)
    program = [str(configuration), "--sentinel", "--bind", "127.0.0.1", "--port", sentinel.port]
    sentinel.start_as(*program)
    try:
        url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/plans/2"
        kept = store(server, url=url)
        kept.set(KEY, b"a plan")
        assert kept.get(KEY) == b"a plan"
        assert server.client().info("keyspace")["db2"]["keys"] == 1
    finally:
        sentinel.close()


def test_a_cluster_keeps_plans_on_all_its_nodes(tmp_path: Path) -> None:
    server = RedisServer(
        tmp_path, "--cluster-enabled", "yes", "--cluster-port", services.free_port()
    )
    server.start()
    try:
        server.client().execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        url = f"redis+cluster://127.0.0.1:{server.port}"
        kept = store(server, url=url)
        while server.client().execute_command("CLUSTER INFO")["cluster_state"] != "ok":
            pass
        kept.set(KEY, b"a plan")
        assert store(server, url=url).get(KEY) == b"a plan"
        token = kept.lock(KEY)
        assert token
        kept.unlock(KEY, token)
        assert kept.lock(KEY)
        assert kept.clear() == 1
    finally:
        server.close()


@pytest.fixture
def strange() -> Iterator[Callable[..., str]]:
    """A function that makes the address of a server that answers everything alike."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def strange(answer: bytes, seconds: float = 0.0) -> str:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while self.request.recv(65536) and answer:
                    time.sleep(seconds)
                    self.request.sendall(answer)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"redis://127.0.0.1:{server.server_address[1]}/0?protocol=2&lib_name=&lib_version="

    yield strange
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b":7\r\n",
        b":seven\r\n",
        b"+OK\r\n",
        b"$-5\r\n",
        b"$3\r\nabcd\r\n",
        b"*2\r\n:1\r\n:2\r\n",
        b"*-7\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"-LOADING Redis is loading the dataset in memory\r\n",
        b"\x00\xff\x00\xff\r\n",
    ],
)
def test_what_is_no_redis_is_a_miss(strange: Callable[..., str], answer: bytes) -> None:
    kept = RedisStore(strange(answer), 5, "shop", "one")
    shared = SharedPlans(kept, {})
    for _ in range(3):
        assert shared.find(KEY, "shop.Book") is None
        shared.keep(KEY, b"a plan")
    kept.close()


def test_a_server_that_answers_slowly_is_left_in_peace(strange: Callable[..., str]) -> None:
    kept = RedisStore(strange(b"+OK\r\n", seconds=0.15), 5, "shop", "one")
    kept.set(KEY, b"a plan")
    kept.set(KEY, b"a plan")
    with pytest.raises(StoreRestsError):
        kept.set(KEY, b"a plan")
    kept.close()


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:port/0",
        "redis://localhost:6379/0?no_such_option=1",
        "redis://localhost:6379/0?socket_timeout=soon",
        "rediss://localhost:6379/0?ssl_cert_reqs=perhaps",
        "redis+sentinel://one:port/plans",
        "redis+sentinel://one:26379",
        "redis+sentinel://one:26379/plans/first",
        "redis+cluster://localhost:port",
        "redis+cluster://localhost:6379?socket_timeout=soon",
        "http://localhost:6379/0",
        "redis://[localhost/0",
        "localhost:6379",
        "",
    ],
)
def test_an_address_that_is_none_is_found_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        RedisStore(url, 5, "shop", "one")


@pytest.mark.parametrize(
    "url",
    [
        "rediss://user:secret@localhost:6380/0",
        "rediss+sentinel://user:secret@one:26379,two:26380/plans/2?socket_timeout=1",
        "rediss+cluster://:secret@localhost:6380",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_an_address_connects_to_nothing_by_itself(url: str) -> None:
    kept = RedisStore(url, 5, "shop", "one")
    with pytest.raises(StoreError):
        kept.get(KEY)


def test_hosts_of_sentinels() -> None:
    parts = urlsplit("redis+sentinel://user:word@one:26380,two/plans/0")
    assert _hosts(parts) == [("one", 26380), ("two", 26379)]


def test_a_breaker_rests_longer_each_time() -> None:
    now = [0.0]
    breaker = CircuitBreaker("redis", lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    rests = []
    for _ in range(7):
        assert not breaker.allows()
        start = now[0]
        while not breaker.allows():
            now[0] += 0.5
        rests.append(now[0] - start)
        # One may try, the others do without.
        assert not breaker.allows()
        breaker.failed()
    assert rests == [1, 2, 4, 8, 16, 30, 30]
    now[0] += 30
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.state == breakers.CLOSED
