"""Bundles: many sealed plans in one document that servers read at their start, from anywhere."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
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
_TIMEOUT_SECONDS = 2.0
_MOST_BYTES = 64_000_000


class Bundle(Mapping[str, bytes]):
    """The sealed plans of a document at a path or an address, read when one is first looked for.

    One that cannot be read is a line in the log, and empty: the process does not ask again. What
    it holds is opened by its seal like everything else that is read.
    """

    def __init__(self, url: str) -> None:
        self.url = url + FILE_NAME if url.endswith("/") else url
        self._lock = threading.Lock()
        self._plans: dict[str, bytes] | None = None

    def __getitem__(self, key: str) -> bytes:
        return self._read()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> dict[str, bytes]:
        with self._lock:
            if self._plans is None:
                try:
                    self._plans = unpack(_fetch(self.url))
                except (OSError, ValueError) as error:
                    self._plans = {}
                    events.tell(events.StoreError("bundle", "get"))
                    logger.warning("the bundle of plans %s cannot be read: %s", self.url, error)
            return self._plans


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
