"""A backend's worker process, seen from the parent: start it, give orders, survive its death."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0
WORKER = "tests.benchmarks.engine.worker"


class Missing(Exception):
    """The backend isn't installed."""


class Failed(Exception):
    """An order was answered by an error, by death, or not in time."""


class Process:
    """One worker, which is a module that serves orders; started at the first one, and after death."""

    def __init__(
        self, name: str, folder: Path, module: str = WORKER, python: Path | None = None
    ) -> None:
        self.name = name
        self.module = module
        self.python = python or Path(sys.executable)
        self.folder = folder / name
        self.log = folder / f"{name}.log"
        self.versions: dict[str, str] = {}
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the worker. Raises Missing when the backend isn't there, Failed when it breaks."""
        # Bytecode is kept for the run, as that of installed packages is kept for good: or each
        # first render would compile the engine's own modules.
        environment = {
            **os.environ,
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.log.parent / "bytecode"),
        }
        with self.log.open("a", encoding="utf-8") as log:
            self._child = subprocess.Popen(
                [self.python, "-m", self.module, self.name, self.folder],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        # All workers on one core: they never run at once, and what else disturbs that core
        # disturbs all of them alike.
        os.sched_setaffinity(self._child.pid, {max(os.sched_getaffinity(0))})
        self.versions = self._answer()

    def order(self, order: str, **arguments: Any) -> Any:
        """The result of an order. Raises Failed."""
        if self._child is None:
            self.start()
        assert self._child is not None and self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps({"order": order, **arguments}) + "\n")
            self._child.stdin.flush()
        except BrokenPipeError as error:
            raise Failed(self._bury("died")) from error
        return self._answer()

    def stop(self) -> None:
        """End the worker, if there is one."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
            self._child.wait(timeout=30)
            assert self._child.stdout is not None
            self._child.stdout.close()
            self._child = None

    def _answer(self) -> Any:
        assert self._child is not None and self._child.stdout is not None
        ready, _, _ = select.select([self._child.stdout], [], [], PATIENCE)
        if not ready:
            raise Failed(self._bury(f"no answer in {PATIENCE:.0f} s"))
        line = self._child.stdout.readline()
        if not line:
            raise Failed(self._bury("died"))
        answer = json.loads(line)
        if "missing" in answer:
            self.stop()
            raise Missing(answer["missing"])
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def _bury(self, what: str) -> str:
        assert self._child is not None
        self._child.kill()
        code = self._child.wait()
        self._child = None
        tail = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        return f"the worker {what} (exit {code}): {' '.join(tail)[:300]}"
