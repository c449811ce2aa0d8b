"""The servers and programs that tests talk to: PostgreSQL, Redis, Chromium, promtool.

A server that is reachable is used; else a temporary one is started, which ends with this process.
Nothing is skipped: what can't be had raises MissingServiceError with the package to install.
`python -m tests.services` installs the programs that are missing, as root on Debian; with a
command after it, that command then runs with the servers named in PGHOST, REDIS_URL and their kin.
"""

from __future__ import annotations

import atexit
import functools
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import environment

START_SECONDS = 60

#: Accounts that may own a server when the tests run as root, which PostgreSQL refuses.
SERVER_ACCOUNTS = ("postgres", "nobody")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


class MissingServiceError(Exception):
    """A server neither answers nor can be started; the text says what to install."""


@dataclass(frozen=True)
class PostgreSQL:
    """Where a server is and who may create databases there."""

    host: str
    port: str
    user: str
    password: str = ""

    def answers(self) -> bool:
        """Tell whether this user can log in now."""
        try:
            psycopg.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                password=self.password or None,
                dbname="postgres",
                connect_timeout=5,
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def database(self) -> dict[str, str]:
        """Return the entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "HOST": self.host,
            "PORT": self.port,
            "USER": self.user,
            "PASSWORD": self.password,
        }


@functools.cache
def postgresql() -> PostgreSQL:
    """Return the server of PGHOST and its kin, the one at 127.0.0.1:5432, or one of our own."""
    host = os.environ.get("PGHOST", "127.0.0.1")
    port = os.environ.get("PGPORT", "5432")
    password = os.environ.get("PGPASSWORD", "")
    users = [os.environ["PGUSER"]] if "PGUSER" in os.environ else ["postgres", getpass.getuser()]
    if "PGHOST" in os.environ or accepts(host, port):
        for user in users:
            server = PostgreSQL(host, port, user, password)
            if server.answers():
                return server
    return start_postgresql()


def start_postgresql() -> PostgreSQL:
    """Start a server that listens on a socket in a temporary folder only."""
    folder = Path(tempfile.mkdtemp(prefix="djust-postgresql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    account = owner(folder)
    data = folder / "data"
    binaries = postgresql_binaries()
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
    subprocess.run(
        [*initdb, "--locale=C"],
        cwd=folder,
        user=account,
        check=True,
        stdout=subprocess.DEVNULL,
        env=server_environment(folder),
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    command = [str(binaries / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    server = PostgreSQL(str(folder), "5432", "postgres")
    # SIGINT ends the sessions at once, SIGTERM would wait for them.
    start(command, folder, account=account, ready=server.answers, end=signal.SIGINT)
    return server


def postgresql_binaries() -> Path:
    """Return the folder of initdb and postgres; Debian keeps them off the PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    found = str(debian[-1]) if debian else shutil.which("initdb")
    if found is None:
        raise MissingServiceError(
            "No PostgreSQL answers at PGHOST or 127.0.0.1:5432, and there is no initdb to start "
            "one with: apt-get install postgresql"
        )
    return Path(found).parent


@functools.cache
def redis() -> str:
    """Return the address of REDIS_URL, of the server at 127.0.0.1:6379, or of one of our own."""
    if "REDIS_URL" in os.environ:
        return os.environ["REDIS_URL"]
    if accepts("127.0.0.1", "6379"):
        return "redis://127.0.0.1:6379/0"
    program = shutil.which("redis-server")
    if program is None:
        raise MissingServiceError(
            "No Redis answers at REDIS_URL or 127.0.0.1:6379, and no redis-server is here to start "
            "one with: apt-get install redis-server"
        )
    folder = Path(tempfile.mkdtemp(prefix="djust-redis-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    port = free_port()
    command = [program, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"]
    start(command, folder, account=None, ready=lambda: accepts("127.0.0.1", port))
    return f"redis://127.0.0.1:{port}/0"


def chromium() -> str:
    """Return the path of Chromium."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise MissingServiceError("There is no Chromium on the PATH: apt-get install chromium")


def promtool() -> str:
    """Return the path of Prometheus's tool that checks rules and metrics."""
    if path := shutil.which("promtool"):
        return path
    raise MissingServiceError("There is no promtool on the PATH: apt-get install prometheus")


def start(
    command: Sequence[str],
    folder: Path,
    *,
    account: int | None,
    ready: Callable[[], bool],
    end: signal.Signals = signal.SIGTERM,
) -> None:
    """Run a server until this process ends; raises MissingServiceError with the server's log."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            user=account,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=server_environment(folder),
        )
    atexit.register(stop, process, end)
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise MissingServiceError(f"{command[0]} did not start:\n{log.read_text()}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes], end: signal.Signals) -> None:
    """End a server and wait for it."""
    process.send_signal(end)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def owner(folder: Path) -> int | None:
    """Give the folder to an ordinary account when the tests run as root; return the account."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in SERVER_ACCOUNTS:
        if name in accounts:
            os.chown(folder, accounts[name].pw_uid, accounts[name].pw_gid)
            return accounts[name].pw_uid
    raise MissingServiceError(f"PostgreSQL needs one of the accounts {SERVER_ACCOUNTS}")


def server_environment(folder: Path) -> dict[str, str]:
    """Return an environment without the client's PG* variables."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C"}


def accepts(host: str, port: str) -> bool:
    """Tell whether something listens there."""
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def free_port() -> str:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def install_missing() -> None:
    """Install the Debian packages of the services that are neither running nor startable."""
    checks: dict[str, Callable[[], object]] = {
        "postgresql": postgresql,
        "redis-server": redis,
        "chromium": chromium,
        "prometheus": promtool,
    }
    for package, check in checks.items():
        try:
            check()
        except MissingServiceError:
            environment.install(package)
            check()
    if os.environ.get("ORM_DATABASE") == "mariadb":
        from tests import mariadb

        mariadb.install()


def run(command: Sequence[str]) -> int:
    """Run a command with the servers in its environment; return its exit status."""
    server = postgresql()
    named = {
        "PGHOST": server.host,
        "PGPORT": server.port,
        "PGUSER": server.user,
        "REDIS_URL": redis(),
    }
    if os.environ.get("ORM_DATABASE") == "mariadb":
        from tests import mariadb

        named |= mariadb.server().variables()
    return subprocess.call(command, env={**os.environ, **named})


if __name__ == "__main__":
    try:
        install_missing()
        sys.exit(run(sys.argv[1:]) if sys.argv[1:] else 0)
    except (MissingServiceError, environment.CannotPrepareError) as problem:
        sys.exit(str(problem))
