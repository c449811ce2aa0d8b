"""Bundles: many sealed plans in one document that servers read at their start, from anywhere."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname, urlopen

import msgpack  # type: ignore[import-untyped]

from . import events

logger = logging.getLogger("djust_backend.jit")

#: What a folder's address (one that ends in a slash) is completed by.
FILE_NAME = "plans.msgpack"

_FORMAT = 1
# Of a step of the connection, and of a page that needs the first plan.
_TIMEOUT_SECONDS = 2.0
_MOST_BYTES = 64_000_000


class Bundle(Mapping[str, bytes]):
    """The sealed plans of a document at a path or an address, read when one is first looked for.

    Pages wait for it two seconds and go on without; what comes later serves later pages. One that
    cannot be read is a line in the log, and empty: the process does not ask again. What it holds is
    opened by its seal like everything else that is read.
    """

    def __init__(self, url: str) -> None:
        self.url = url + FILE_NAME if url.endswith("/") else url
        self._lock = threading.Lock()
        self._plans: dict[str, bytes] = {}
        self._is_read = threading.Event()
        self._until: float | None = None
        self._is_late = False

    def __getitem__(self, key: str) -> bytes:
        return self._known()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def _known(self) -> dict[str, bytes]:
        if not self._is_read.is_set():
            with self._lock:
                if self._until is None:
                    self._until = time.monotonic() + _TIMEOUT_SECONDS
                    # A server that drips, or a pipe in the place of a file, holds up no page.
                    threading.Thread(target=self._read, name="djust-bundle", daemon=True).start()
            if not self._is_read.wait(max(0.0, self._until - time.monotonic())):
                self._tell_late()
        return self._plans

    def _tell_late(self) -> None:
        with self._lock:
            if self._is_late:
                return
            self._is_late = True
        logger.warning("the bundle of plans %s is late: pages go on without it", self.url)

    def _read(self) -> None:
        try:
            self._plans = unpack(_fetch(self.url))
        except (HTTPException, OSError, ValueError) as error:
            events.tell(events.StoreError("bundle", "get"))
            logger.warning("the bundle of plans %s cannot be read: %s", self.url, error)
        finally:
            self._is_read.set()


def pack(plans: Iterable[tuple[str, bytes]]) -> bytes:
    """The document of these sealed plans: the same bytes for the same plans."""
    document: bytes = msgpack.packb([_FORMAT, dict(sorted(plans))], use_bin_type=True)
    return document


def unpack(document: bytes) -> dict[str, bytes]:
    """The sealed plans of a document. Error: ValueError."""
    content: Any = msgpack.unpackb(document)
    if not (isinstance(content, list) and len(content) == 2 and isinstance(content[1], dict)):
        raise ValueError("not a bundle of plans")
    version = content[0]
    plans: dict[str, bytes] = content[1]
    if version != _FORMAT:
        raise ValueError(f"a bundle of format {version!r}, not {_FORMAT}")
    if not all(map(_is_plan, plans.items())):
        raise ValueError("not a bundle of plans")
    return plans


def _is_plan(item: tuple[Any, Any]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], bytes)


def _fetch(url: str) -> bytes:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        with urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
            found: bytes = response.read(_MOST_BYTES + 1)
    else:
        path = Path(url2pathname(parts.path)) if parts.scheme == "file" else Path(url)
        with path.open("rb") as file:
            found = file.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES} bytes")
    return found
