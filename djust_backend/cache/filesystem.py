"""The store in a folder: one file for each plan, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
from pathlib import Path

from .store import StoreError

_KEY = re.compile(r"[0-9a-f]{64}")
_SUFFIX = ".plan"
# A plan is some hundred bytes; more is not of ours, or not worth reading.
_MOST_BYTES = 1_000_000
_MOST_FILES = 10_000
# Counting the files costs more than writing one, so that it is not done each time.
_LOOK_EVERY = 200
_LOCK_SECONDS = 5.0
# Flags that some systems do not have.
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
# Leftovers of processes that died between two steps.
_STALE_SECONDS = 60.0


class FileStore:
    """Plans below a folder that belongs to this user, mode 0700. Files that others left are theirs.

    `most`: how many plans there may be; above it the oldest quarter goes. Error: ValueError for
    what is no path.
    """

    name = "filesystem"

    def __init__(self, folder: Path, most: int = _MOST_FILES) -> None:
        if "\0" in str(folder):
            raise ValueError(f"{str(folder)!r} is no path of a folder")
        self.folder = folder
        self._prefix = os.path.join(folder, "")  # noqa: PTH118 - paths are slow to join
        self._most = most
        self._written = 0
        self._ready = False

    def get(self, key: str) -> bytes | None:
        """What is kept under a key; never more than a plan can be."""
        path = self._name(key)
        try:
            # Nobody else's pipe holds a reader up.
            file = os.open(path, os.O_RDONLY | _NONBLOCK | _BINARY)
            try:
                found = os.fstat(file)
                if not stat.S_ISREG(found.st_mode) or _is_foreign(found):
                    raise StoreError(f"{path} is another user's, or no file")
                return os.read(file, min(found.st_size, _MOST_BYTES))
            finally:
                os.close(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(str(error)) from error

    def set(self, key: str, sealed: bytes) -> None:
        """Write a new file and put it in the place of the old one in one step."""
        path = self._path(key)
        new = self.folder / f"{key}.{os.getpid()}.{secrets.token_hex(4)}.new"
        try:
            self._prepare()
            _write(new, sealed)
            try:
                new.replace(path)
            except OSError:
                with contextlib.suppress(OSError):
                    new.unlink()
                raise
            self._written += 1
            if self._written % _LOOK_EVERY == 1:
                self._drop_oldest()
        except OSError as error:
            # The folder may have gone since: the next one makes it again.
            self._ready = False
            raise StoreError(str(error)) from error

    def lock(self, key: str) -> str | None:
        """An own file beside that of the plan; one that is too old counts for nothing."""
        path = self._lock_path(key)
        token = f"{os.getpid()}.{secrets.token_hex(8)}"
        try:
            self._prepare()
            # A clock that was set back makes a lock that is from later.
            if abs(time.time() - path.stat().st_mtime) < _LOCK_SECONDS:
                return None
            path.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreError(str(error)) from error
        try:
            _write(path, token.encode())
        except FileExistsError:
            return None
        except OSError as error:
            raise StoreError(str(error)) from error
        return token

    def unlock(self, key: str, token: str) -> None:
        """Remove our file; that of another process, which found ours too old, stays."""
        path = self._lock_path(key)
        try:
            if path.read_text() == token:
                path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreError(str(error)) from error

    def clear(self) -> int:
        """Remove the plans, and what processes that died have left."""
        plans = self._plans()
        self._remove([*plans, *self._leftovers(0.0)])
        return len(plans)

    def _name(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise StoreError(f"{key!r} is not a key")
        return f"{self._prefix}{key}{_SUFFIX}"

    def _path(self, key: str) -> Path:
        return Path(self._name(key))

    def _lock_path(self, key: str) -> Path:
        return self._path(key).with_suffix(".lock")

    def _prepare(self) -> None:
        """Make the folder; StoreError for one in which others could write."""
        if self._ready:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = self.folder.stat()
        if _is_foreign(found) or _is_foreign(self.folder.lstat()):
            raise StoreError(f"{self.folder} belongs to another user")
        if stat.S_IMODE(found.st_mode) & 0o022:
            raise StoreError(f"{self.folder} may be written by other users")
        self._ready = True

    def _plans(self) -> list[Path]:
        return [
            path
            for path in self._files()
            if path.suffix == _SUFFIX and _KEY.fullmatch(path.name.removesuffix(_SUFFIX))
        ]

    def _leftovers(self, seconds: float) -> list[Path]:
        """Unfinished files and locks that are older than so many seconds."""
        return [
            path
            for path in self._files()
            if path.suffix in (".new", ".lock") and _KEY.match(path.name) and _age(path) >= seconds
        ]

    def _files(self) -> list[Path]:
        try:
            return list(self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(str(error)) from error

    def _drop_oldest(self) -> None:
        plans = self._plans()
        surplus: list[Path] = []
        if len(plans) > self._most:
            surplus = sorted(plans, key=_age, reverse=True)[: len(plans) - self._most * 3 // 4]
        self._remove([*surplus, *self._leftovers(_STALE_SECONDS)])

    def _remove(self, paths: list[Path]) -> None:
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(str(error)) from error


def _write(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all. Error: FileExistsError, OSError."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _is_foreign(found: os.stat_result) -> bool:
    """Whether a file belongs to neither this user nor root."""
    return hasattr(os, "geteuid") and found.st_uid not in (os.geteuid(), 0)


def _age(path: Path) -> float:
    """Seconds since a file was written; none for one that has just gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
