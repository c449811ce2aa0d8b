"""Measures what a plan costs in memory, in a folder and in Redis, and reads it against the bars.

nox -s bench-plans [-- --check]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.cache.servers import RedisServer

ROOT = Path(__file__).resolve().parents[3]
DEMO_SITE = ROOT / "demo_site"
PAGES = ("/", "/blog/")
PROCESSES = 5

#: Microseconds, and commands of Redis.
MEMORY, FOLDER, COMMANDS, WARM = 1.0, 100.0, 1, 0


class Bench:
    """The demo site with its data, a folder and a Redis of its own."""

    def __init__(self, folder: Path, redis: RedisServer) -> None:
        self._database = folder / "demo.sqlite3"
        self.stores: dict[str, dict[str, Any]] = {
            "memory": {"JIT_CACHE_BACKEND": "memory"},
            "filesystem": {"JIT_CACHE_DIR": str(folder / "plans")},
            "redis": {"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": redis.patient_url},
        }
        for words in (["migrate", "--verbosity=0"], ["seed_demo", "--verbosity=0"]):
            self._run([sys.executable, "manage.py", *words])

    def ask(self, *words: str) -> dict[str, float]:
        """What a new process of the site measures."""
        command = [sys.executable, str(Path(__file__).with_name("site.py")), *words]
        found: dict[str, float] = json.loads(self._run(command).splitlines()[-1])
        return found

    def _run(self, command: list[str]) -> str:
        variables = {
            "DEMO_SITE": str(DEMO_SITE),
            "DEMO_DEBUG": "0",
            "DEMO_SQLITE_PATH": str(self._database),
        }
        done = subprocess.run(
            command, cwd=DEMO_SITE, env={**os.environ, **variables}, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout


def main() -> int:
    """Measure, print, and with --check fail where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        redis = RedisServer(Path(folder))
        redis.start()
        try:
            bench = Bench(Path(folder), redis)
            costs = {
                name: bench.ask("costs", json.dumps(config))
                for name, config in bench.stores.items()
            }
            bars = list(judged(costs))
            print_first_pages(bench)
        finally:
            redis.close()
    return 1 if options.check and not all(bars) else 0


def judged(costs: dict[str, dict[str, float]]) -> list[bool]:
    """Print each figure beside its bar."""
    memory = costs["memory"]
    print(f"{'finding one plan':52}{'figure':>12}{'bar':>12}")
    bars = [
        shown("in memory: how related rows come", memory["memory"], MEMORY, "µs"),
        shown("in memory: which columns", memory["memory level"], MEMORY, "µs"),
        shown("in a folder", costs["filesystem"]["store"], FOLDER, "µs"),
        shown("in Redis: commands", costs["redis"]["commands"], COMMANDS, ""),
        shown("a warm page asks a folder", costs["filesystem"]["warm"], WARM, ""),
        shown("a warm page asks Redis", costs["redis"]["warm"], WARM, ""),
    ]
    print(f"{'in Redis: time on this machine':52}{costs['redis']['store']:>10.1f}µs")
    print(f"{'the key of a plan, once in a process':52}{memory['key']:>10.1f}µs")
    return bars


def shown(name: str, value: float, bar: float, unit: str) -> bool:
    """Print a line; whether the figure is within its bar."""
    reached = value <= bar
    number = f"{value:.0f}" if not unit else f"{value:.2f}"
    print(f"{name:52}{number:>10}{unit:2}{bar:>10.0f}{unit:2} {'' if reached else ' MISSED'}")
    return reached


def print_first_pages(bench: Bench) -> None:
    """What the first render of a page costs a new process more than a warm one."""
    print(f"\n{'first render of a process, CPU ms above a warm one':52}", end="")
    print("".join(f"{page:>12}" for page in PAGES))
    for name, config in bench.stores.items():
        line = f"{'plans from ' + name:52}" if name != "memory" else f"{'no plans: all derived':52}"
        for page in PAGES:
            words = ("first", json.dumps(config), page)
            bench.ask(*words)  # fills the store
            found = [bench.ask(*words) for _ in range(PROCESSES)]
            line += f"{statistics.median(each['ms'] for each in found):>12.1f}"
        print(line)


if __name__ == "__main__":
    sys.exit(main())
