"""A Redis of a test's own, which it may stop, pause and start again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis

from tests import services

START_SECONDS = 30


class RedisServer:
    """A server on a free port of this machine, with nothing saved to disk."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.port = services.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        #: For tests that want its answers, however busy this machine is.
        self.patient_url = f"{self.url}?socket_timeout=20&socket_connect_timeout=20"
        #: What is closed together with it.
        self.opened: list[Any] = []
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        plain = ["--bind", "127.0.0.1", "--port", self.port, "--save", "", "--appendonly", "no"]
        self.start_as(*plain, *self._arguments)

    def start_as(self, *arguments: str) -> None:
        """Start it with nothing but these arguments."""
        program = shutil.which("redis-server")
        if program is None:
            raise services.MissingServiceError("apt-get install redis-server")
        command: Sequence[str] = [program, *arguments]
        with (self.folder / f"{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise services.MissingServiceError("redis-server did not start")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it does."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A client of the test's."""
        client = redis.Redis.from_url(self.url)
        self.opened.append(client)
        return client

    def close(self) -> None:
        """End it, and the connections to it."""
        for one in self.opened:
            one.close()
        self.stop()

    def stop(self) -> None:
        """End it without a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections are accepted by the system, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
