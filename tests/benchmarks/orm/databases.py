"""The databases that the pages are measured on: made for a run, empty, and gone after it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.engine.process import ROOT

LATENCY_MS = 1

Entry = dict[str, Any]


@contextmanager
def sqlite(folder: Path) -> Iterator[Entry]:
    """A file."""
    yield {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "office.sqlite3")}


@contextmanager
def postgresql(_folder: Path) -> Iterator[Entry]:
    """A database of the server that the tests use. Error: MissingServiceError."""
    import psycopg

    from tests import services

    entry = services.postgresql().database()
    name = f"djust_benchmark_{os.getpid()}"
    address = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"]}
    with psycopg.connect(
        dbname=entry["NAME"], password=entry["PASSWORD"] or None, autocommit=True, **address
    ) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield {**entry, "NAME": name}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def latency(folder: Path) -> Iterator[Entry]:
    """The same behind a proxy that adds a millisecond each way."""
    with postgresql(folder) as entry:
        proxy = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.orm.proxy",
             entry["HOST"], entry["PORT"], str(LATENCY_MS)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert proxy.stdin is not None and proxy.stdout is not None
        try:
            yield {**entry, "HOST": "127.0.0.1", "PORT": proxy.stdout.readline().strip()}
        finally:
            proxy.stdin.close()
            proxy.wait(timeout=30)
            proxy.stdout.close()


DATABASES: dict[str, Callable[[Path], AbstractContextManager[Entry]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
    "latency": latency,
}
