"""The store in a folder, and what happens to folders."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from djust_backend.cache.filesystem import FileStore
from djust_backend.cache.store import StoreError

KEY = "0" * 64
OTHER = "1" * 64


def test_what_is_kept_is_found_by_every_process(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "plans")
    assert store.get(KEY) is None
    store.set(KEY, b"one")
    store.set(KEY, b"two")
    assert FileStore(tmp_path / "plans").get(KEY) == b"two"


def test_the_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    FileStore(tmp_path / "plans").set(KEY, b"one")
    assert (tmp_path / "plans").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "plans" / f"{KEY}.plan").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StoreError, match="may be written by other users"):
        FileStore(tmp_path).set(KEY, b"one")


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path / "plans")
    store.set(KEY, b"one")
    if os.geteuid() == 0:
        # What root has left is no stranger's.
        os.chown(tmp_path / "plans" / f"{KEY}.plan", 12345, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(StoreError, match="another user's"):
        store.get(KEY)


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"{KEY}.plan")
    with pytest.raises(StoreError, match="no file"):
        FileStore(tmp_path).get(KEY)


def test_a_folder_that_cannot_be_made_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = FileStore(tmp_path / "file" / "plans")
    for use in (lambda: store.set(KEY, b"one"), lambda: store.lock(KEY), lambda: store.get(KEY)):
        with pytest.raises(StoreError):
            use()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path)
    store.set(KEY, b"one")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="No space left"):
        store.set(KEY, b"two")
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.plan"]
    assert store.get(KEY) == b"one"


WRITER = """
import sys, time
from pathlib import Path
from djust_backend.cache.filesystem import FileStore

store = FileStore(Path(sys.argv[1]))
value = sys.argv[2].encode() * int(sys.argv[3])
end = time.monotonic() + 2
while time.monotonic() < end:
    for key in ("0" * 64, "1" * 64):
        store.set(key, value)
        token = store.lock(key)
        if token:
            store.unlock(key, token)
print("done")
"""


def test_readers_of_many_writers_see_whole_values(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    values = [("a", 10), ("b", 5_000), ("c", 300_000)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), letter, str(size)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for letter, size in values
    ]
    whole = {letter.encode() * size for letter, size in values}
    store, seen = FileStore(folder), set()
    while any(writer.poll() is None for writer in writers):
        found = store.get(KEY)
        assert found is None or found in whole
        seen.add(found)
    assert [writer.communicate()[0] for writer in writers] == ["done\n"] * 3
    assert len(seen) > 1
    assert sorted(path.name for path in folder.iterdir()) == [f"{KEY}.plan", f"{OTHER}.plan"]


def test_the_folder_may_go_at_any_time(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "plans")
    store.set(KEY, b"one")
    assert store.clear() == 1
    (tmp_path / "plans").rmdir()
    assert store.get(KEY) is None
    with pytest.raises(StoreError):
        store.set(KEY, b"two")
    store.set(KEY, b"two")
    assert store.get(KEY) == b"two"


def test_a_name_that_is_no_key_leads_nowhere(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    for name in ("../secret", "", "0" * 63, f"{KEY}\n"):
        with pytest.raises(StoreError, match="is not a key"):
            store.get(name)


def test_clearing_leaves_the_files_of_others(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.set(KEY, b"one")
    store.lock(OTHER)
    (tmp_path / "README.plan").write_text("not ours")
    assert store.clear() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["README.plan"]


def test_there_are_never_many_more_than_allowed(tmp_path: Path) -> None:
    for number in range(12):
        store = FileStore(tmp_path, most=8)
        store.set(f"{number:064x}", b"one")
        path = tmp_path / f"{number:064x}.plan"
        if path.exists():
            os.utime(path, (number, number))
    left = sorted(int(path.stem, 16) for path in tmp_path.glob("*.plan"))
    assert len(left) <= 9
    assert left[-1] == 11


def test_one_of_many_gets_the_lock_until_it_gives_it_back(tmp_path: Path) -> None:
    tokens: list[str | None] = []
    store = FileStore(tmp_path)
    threads = [threading.Thread(target=lambda: tokens.append(store.lock(KEY))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (token,) = [token for token in tokens if token]
    store.unlock(KEY, "another one's")
    assert store.lock(KEY) is None
    store.unlock(KEY, token)
    assert store.lock(KEY)


def test_the_lock_of_a_process_that_died_ends_by_itself(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    first = store.lock(KEY)
    assert first
    old = time.time() - 3600
    os.utime(tmp_path / f"{KEY}.lock", (old, old))
    second = store.lock(KEY)
    assert second
    store.unlock(KEY, first)
    assert store.lock(KEY) is None
