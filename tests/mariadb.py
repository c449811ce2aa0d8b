"""MariaDB for the tests of the ORM: Django's driver for it, a server, its time zones."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests import environment
from tests.services import MissingServiceError, accepts, free_port, owner, start

#: What pip builds the driver with, and what the server comes in.
HEADERS = ("libmariadb-dev", "pkg-config", "gcc")
SERVER = "mariadb-server"


@dataclass(frozen=True)
class MariaDB:
    """Where a server is and who may create databases there."""

    host: str
    port: str
    user: str

    def connect(self) -> Any:
        """Return a connection of the driver; it raises MySQLdb.OperationalError."""
        import MySQLdb

        return MySQLdb.connect(host=self.host, port=int(self.port), user=self.user)

    def answers(self) -> bool:
        """Tell whether this user can log in now."""
        import MySQLdb

        try:
            self.connect().close()
        except MySQLdb.OperationalError:
            return False
        return True

    def variables(self) -> dict[str, str]:
        """Return what the tests' settings read."""
        return {"MARIADB_HOST": self.host, "MARIADB_PORT": self.port, "MARIADB_USER": self.user}


def install() -> None:
    """Install the driver and the server, if they are not here; the driver is built from source."""
    if find_spec("MySQLdb") is None:
        for package in HEADERS:
            environment.install(package)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--group", "mariadb"]
        subprocess.run(pip, cwd=environment.ROOT, check=True)
    try:
        server()
    except MissingServiceError:
        environment.install(SERVER)
        server()


@functools.cache
def server() -> MariaDB:
    """Return the server of MARIADB_HOST, the one at 127.0.0.1:3306, or one of our own."""
    host = os.environ.get("MARIADB_HOST", "127.0.0.1")
    port = os.environ.get("MARIADB_PORT", "3306")
    found = MariaDB(host, port, os.environ.get("MARIADB_USER", "root"))
    if not accepts(host, port) or not found.answers():
        found = start_server()
    learn_time_zones(found)
    return found


def start_server() -> MariaDB:
    """Start a server on a port of its own, with its data in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="djust-mariadb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    account = owner(folder)
    make = [program("mariadb-install-db"), "--no-defaults", f"--datadir={folder / 'data'}"]
    make += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(make, cwd=folder, user=account, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    command = [program("mariadbd"), "--no-defaults", f"--datadir={folder / 'data'}"]
    command += [f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}"]
    command += ["--bind-address=127.0.0.1", f"--port={port}", "--innodb-flush-log-at-trx-commit=0"]
    found = MariaDB("127.0.0.1", port, "root")
    start(command, folder, account=account, ready=found.answers)
    return found


def program(name: str) -> str:
    """Return the path of a program of the server's; Debian keeps some where only root looks."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise MissingServiceError(
            f"No MariaDB answers at MARIADB_HOST or 127.0.0.1:3306, and there is no {name} "
            f"to start one with: apt-get install {SERVER}"
        )
    return found


def learn_time_zones(found: MariaDB) -> None:
    """Load the system's time zones into a server that has none: Django asks for them by name."""
    connection = found.connect()
    cursor = connection.cursor()
    cursor.execute("SELECT CONVERT_TZ('2000-01-01', 'UTC', 'Europe/Berlin')")
    if cursor.fetchone() == (None,):
        zones = [program("mariadb-tzinfo-to-sql"), "/usr/share/zoneinfo"]
        sql = subprocess.run(zones, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        client = [program("mariadb"), "--no-defaults", "-h", found.host, "-P", found.port]
        subprocess.run([*client, "-u", found.user, "mysql"], input=sql.stdout, check=True)
    connection.close()
