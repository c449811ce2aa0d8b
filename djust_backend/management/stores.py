"""Options that commands share: where what they derive is kept, and what they say of it."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from djust_backend import conf, plan_cache
from djust_backend.cache import bundle, events


def add_bundle_option(parser: ArgumentParser) -> None:
    """`--bundle FILE`."""
    parser.add_argument(
        "--bundle",
        metavar="FILE",
        help="write all plans into this file, for JIT_CACHE_URL of servers; a folder gets "
        f"{bundle.FILE_NAME}",
    )


@contextmanager
def kept(options: dict[str, Any]) -> Iterator[None]:
    """Keep what is derived meanwhile in the bundle of the options, else in the site's store.

    Error: CommandError for a file that cannot be written.
    """
    path = _bundle(options)
    if path is None:
        yield
        return
    with plan_cache.collecting() as store:
        yield
        document = bundle.pack(store.items())
    try:
        _write(path, document)
    except OSError as error:
        raise CommandError(f"--bundle {path}: {error}") from error


def _bundle(options: dict[str, Any]) -> Path | None:
    """The file of the option; a folder, which may be one to be made, gets a file."""
    given: str | None = options["bundle"]
    if given is None:
        return None
    path = Path(given)
    return path / bundle.FILE_NAME if path.is_dir() or given.endswith("/") else path


def summary(options: dict[str, Any]) -> str:
    """What became of the plans, for the last line of a command."""
    derived, known = events.counts["compiled"], events.counts["hit"]
    decided = events.counts["decided"]
    text = f"{derived} plans derived, {known} were known"
    # None of them is kept anywhere.
    quick = f"; {decided} more take less time than a store" if decided else ""
    return f"{text}; {_kept(options)}{quick}"


def _kept(options: dict[str, Any]) -> str:
    if options["bundle"] is not None:
        return f"bundle written to {_bundle(options)}"
    backend = conf.get("JIT_CACHE_BACKEND")
    if backend == "memory":
        return "JIT_CACHE_BACKEND is 'memory', so that they end with this process"
    if failed(options):
        return f"NOT kept in {backend}, which cannot be written: the log says why"
    return f"kept in {backend}"


def failed(options: dict[str, Any]) -> bool:
    """Whether what was to be kept could not be written."""
    if options["bundle"] is not None:
        return False
    backend = conf.get("JIT_CACHE_BACKEND")
    if backend != "memory" and plan_cache.shared_plans() is None:
        return True
    operations = ("lock", "set")
    return any(events.counts[f"storeerror.{backend}.{each}"] for each in operations) or (
        events.breaker_state(backend) != "closed"
    )


def _write(path: Path, document: bytes) -> None:
    """Whole or not at all; readable for the web server that hands it out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(number, "wb") as file:
        file.write(document)
    new = Path(name)
    new.chmod(0o644)
    new.replace(path)
