"""Fetches the source release of the installed Django: the tests are in it, not in the wheel."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path


class NoSourcesError(Exception):
    """The source release could not be fetched or doesn't hold what is expected."""


def tests_folder(version: str, cache: Path) -> Path:
    """Return Django's `tests` folder for this version, downloading it on first use.

    Raises NoSourcesError when pip can't deliver the release.
    """
    home = cache / "sources"
    tests = home / f"django-{version}" / "tests"
    if not (tests / "runtests.py").exists():
        home.mkdir(parents=True, exist_ok=True)
        _unpack(_download(version, home), home)
    if not (tests / "runtests.py").exists():
        raise NoSourcesError(f"{tests} has no runtests.py")
    return tests


def _download(version: str, home: Path) -> Path:
    archive = home / f"django-{version}.tar.gz"
    if archive.exists():
        return archive
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--dest", str(home), f"django=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not archive.exists():
        raise NoSourcesError(f"pip could not fetch {archive.name}:\n{done.stderr.strip()}")
    return archive


def _unpack(archive: Path, home: Path) -> None:
    with tarfile.open(archive) as release:
        # The tests folder appears under its final name only when it is complete.
        partial = home / "partial"
        # Python without filters extracts as it always did; pip has checked the archive's hash.
        options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        release.extractall(partial, **options)
    folder = archive.name.removesuffix(".tar.gz")
    (partial / folder).rename(home / folder)
    partial.rmdir()
