"""Bundles of plans: from a path, a folder, a web server, and from nowhere."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgpack
import pytest

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


def test_the_same_plans_are_the_same_bytes() -> None:
    plans = [(KEY, b"one"), ("1" * 64, b"two")]
    assert bundle.pack(plans) == bundle.pack(reversed(plans))
