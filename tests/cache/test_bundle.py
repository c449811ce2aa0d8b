"""Bundles of plans: from a path, a folder, a web server, and from nowhere."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from djust_backend.cache import bundle, events
from djust_backend.cache.bundle import Bundle
from djust_backend.cache.shared import SharedPlans
from djust_backend.cache.signing import seal

KEY = "0" * 64


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    events.reset()
    yield
    events.reset()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    document = bundle.pack([(KEY, seal(KEY, b"a plan")), ("1" * 64, b"no seal")])
    (tmp_path / bundle.FILE_NAME).write_bytes(document)
    return tmp_path


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder and keeps quiet about it."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def opened(url: str) -> bytes | None:
    return SharedPlans(None, Bundle(url)).find(KEY, "shop.Book")


def test_a_path_a_folder_and_an_address_of_a_file(folder: Path) -> None:
    assert opened(str(folder / bundle.FILE_NAME)) == b"a plan"
    assert opened(f"{folder}/") == b"a plan"
    assert opened((folder / bundle.FILE_NAME).as_uri()) == b"a plan"


def test_a_web_server(address: str) -> None:
    assert opened(address) == b"a plan"
    assert opened(f"{address}{bundle.FILE_NAME}") == b"a plan"


def test_it_is_read_once_and_not_before_it_is_needed(folder: Path) -> None:
    plans = Bundle(f"{folder}/")
    document = (folder / bundle.FILE_NAME).read_bytes()
    (folder / bundle.FILE_NAME).unlink()
    (folder / bundle.FILE_NAME).write_bytes(document)
    assert len(plans) == 2
    (folder / bundle.FILE_NAME).unlink()
    assert KEY in plans


def test_each_plan_is_opened_by_its_own_seal(folder: Path) -> None:
    shared = SharedPlans(None, Bundle(f"{folder}/"))
    assert shared.find("1" * 64, "shop.Book") is None
    assert events.counts["storeerror.bundle.verify"] == 1


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>not found</html>",
        msgpack.packb([2, {}]),
        msgpack.packb([1, {"key": "text"}]),
        msgpack.packb([1, {"key": b"x"}])[:-1],
        msgpack.packb({"a": 1}),
    ],
)
def test_what_is_no_bundle_is_one_line_in_the_log(
    tmp_path: Path, document: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(document)
    shared = SharedPlans(None, Bundle(str(path)))
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        for _ in range(3):
            assert shared.find(KEY, "shop.Book") is None
    assert len(caplog.records) == 1
    assert "cannot be read" in caplog.text


def test_a_server_that_is_not_there_or_has_no_bundle(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        assert opened(f"{address}missing.msgpack") is None
        assert opened("http://127.0.0.1:1/") is None
    assert "404" in caplog.text
    assert "refused" in caplog.text


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """A function that serves one connection by a function of a test's."""
    listening: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(answer: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def run() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                answer(connection)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield serve
    for thread in threads:
        thread.join()
    for server in listening:
        server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\x92",
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_a_server_answers_besides_bundles_is_one_line_in_the_log(
    serve: Callable[..., str], answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        assert opened(serve(lambda connection: connection.sendall(answer))) is None
    assert len(caplog.records) == 1
    assert "cannot be read" in caplog.text


def test_a_server_that_drips_holds_up_nobody_for_long(
    serve: Callable[..., str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "_TIMEOUT_SECONDS", 0.3)
    document = bundle.pack([(KEY, seal(KEY, b"a plan"))])
    may_end = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(document))
        for at in range(len(document)):
            connection.sendall(document[at : at + 1])
            if at < 10:
                time.sleep(0.1)
            elif at == 10:
                may_end.wait(5)

    shared = SharedPlans(None, Bundle(serve(drip)))
    with caplog.at_level(logging.WARNING, "djust_backend.jit"):
        start = time.monotonic()
        for _ in range(3):
            assert shared.find(KEY, "shop.Book") is None
        assert time.monotonic() - start < 0.9
    assert len(caplog.records) == 1
    assert "is late" in caplog.text
    may_end.set()
    # What came late serves later pages.
    end = time.monotonic() + 5
    while shared.find(KEY, "shop.Book") != b"a plan":
        assert time.monotonic() < end


def test_a_pipe_in_the_place_of_a_bundle_holds_up_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "_TIMEOUT_SECONDS", 0.2)
    os.mkfifo(tmp_path / "pipe")
    assert opened(str(tmp_path / "pipe")) is None
    # Lets the reader go.
    (tmp_path / "pipe").write_bytes(b"")


PACKABLE = st.recursive(
    st.integers(0, 9) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.binary(), inner),
)


@given(st.binary() | PACKABLE.map(msgpack.packb))
def test_documents_are_bundles_or_value_errors(document: bytes) -> None:
    try:
        found = bundle.unpack(document)
    except ValueError:
        return
    assert all(isinstance(key, str) for key in found)


def test_the_same_plans_are_the_same_bytes() -> None:
    plans = [(KEY, b"one"), ("1" * 64, b"two")]
    assert bundle.pack(plans) == bundle.pack(reversed(plans))
