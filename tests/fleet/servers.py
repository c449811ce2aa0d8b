"""Servers of the demo site under gunicorn, and what a test asks of them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests import services

HERE = Path(__file__).parent
DEMO_SITE = HERE.parents[1] / "demo_site"
START_SECONDS = 60

# Adds up what the processes of one server have counted, also of those that have ended.
GUNICORN = """
from prometheus_client import multiprocess

def child_exit(server, worker):
    multiprocess.mark_process_dead(worker.pid)
"""

# Processes that are copies of one that has loaded the site.
PRELOADED = f"""
preload_app = True
{GUNICORN}
"""

# No process can write a byte to any file, as on a full disk; so it counts in its memory.
ON_A_FULL_DISK = """
import resource

def post_fork(server, worker):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
"""


@dataclass(frozen=True)
class Answer:
    """What a server has sent; `queries` is what its header Server-Timing tells."""

    status: int
    body: bytes
    seconds: float
    queries: int


class Fleet:
    """The servers of one test: the same database, a folder for all that they write."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.folder = folder
        self._database = database
        self._servers: list[Server] = []

    def start(self, *, workers: int = 1, gunicorn: str = GUNICORN, **config: Any) -> Server:
        """A server with this DJUST_CONFIG that answers; `gunicorn` is its configuration."""
        server = Server(self.folder, self.environment(config), workers, gunicorn)
        self._servers.append(server)
        server.wait()
        return server

    def run(self, *words: str, **config: Any) -> str:
        """What a management command prints; it has to succeed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=DEMO_SITE,
            env=self.environment(config),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def environment(self, config: Mapping[str, Any]) -> dict[str, str]:
        """The variables of a process of the site."""
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(DEMO_SITE)]),
            "DJANGO_SETTINGS_MODULE": "fleet_site.settings",
            "DEMO_SQLITE_PATH": str(self._database),
            "FLEET_CONFIG": json.dumps(config),
        }

    def stop(self) -> None:
        """End all servers."""
        for server in self._servers:
            server.stop()


class Server:
    """gunicorn with some processes, on a port of its own."""

    def __init__(
        self, folder: Path, environment: dict[str, str], workers: int, gunicorn: str
    ) -> None:
        self.port = services.free_port()
        own = folder / f"server-{self.port}"
        own.mkdir()
        (own / "metrics").mkdir()
        (own / "gunicorn.conf.py").write_text(gunicorn)
        self._log: list[bytes] = []
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind"]
        command += [f"127.0.0.1:{self.port}", "--workers", str(workers), "--threads", "4"]
        command += ["--config", str(own / "gunicorn.conf.py"), "--keep-alive", "30"]
        variables = dict(environment)
        if gunicorn is not ON_A_FULL_DISK:
            variables["PROMETHEUS_MULTIPROC_DIR"] = str(own / "metrics")
        # Through a pipe, which takes bytes even where no file does.
        self._process = subprocess.Popen(
            command,
            cwd=DEMO_SITE,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            self._log.extend(lines)

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + START_SECONDS
        while not services.accepts("127.0.0.1", self.port) or self.get("/metrics").status != 200:
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.1)

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept from request to request."""
        return http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=30)

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to one request, on a connection of its own."""
        connection = self.connect()
        try:
            return ask(connection, path, headers)
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        """Each of our metrics by `name` or `name{label}`, added up over its processes."""
        found: dict[str, float] = {}
        text = self.get("/metrics").body.decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = ",".join(
                    value for name, value in sample.labels.items() if name not in ("pid", "le")
                )
                for name in {sample.name, f"{sample.name}{{{labels}}}"}:
                    found[name] = found.get(name, 0.0) + sample.value
        return found

    def log(self) -> str:
        """What it has logged so far."""
        return b"".join(self._log).decode()

    def stop(self) -> None:
        """End it, and wait."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(20)


def ask(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> Answer:
    """The answer to a request on a connection, which stays open."""
    start = time.perf_counter()
    connection.request("GET", path, headers=dict(headers))
    response = connection.getresponse()
    body = response.read()
    seconds = time.perf_counter() - start
    told = re.search(r'db;desc="(\d+)', response.headers.get("Server-Timing", ""))
    return Answer(response.status, body, seconds, int(told[1]) if told else 0)
