"""A process around one backend and one database: reads orders as JSON lines, answers each."""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests.benchmarks.engine import worker as engine_worker
from tests.benchmarks.engine.process import ROOT
from tests.benchmarks.engine.worker import resident, serve
from tests.benchmarks.orm import site
from tests.benchmarks.orm.backends import BACKENDS, Backend
from tests.benchmarks.orm.pages import PAGES, PLAIN_PAGE

#: What of our package belongs to models and QuerySets.
ORM_ROOM = (str(ROOT / "djust_backend" / "orm"), str(ROOT / "djust_backend" / "sources.py"))

#: Where the parent leaves the entry of DATABASES, in the folder above a worker's own.
DATABASE_FILE = "database.json"

WARM_RENDERS = 30

#: What libpq calls the message that ends an answer of the server's.
READY = "ReadyForQuery"

Spent = dict[str, float]
Step = Callable[[int], str]


def spent_on(work: Callable[[], object]) -> Spent:
    """CPU time of all threads and wall-clock time of a call, in milliseconds."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    work()
    cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    return {"cpu": cpu / 1e6, "wall": wall / 1e6}


class Worker:
    """The orders that the parent can give; each public method is one of them."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        database = json.loads((folder.parent / DATABASE_FILE).read_text(encoding="utf-8"))
        site.start(backend, database)
        self.backend = backend
        # Only now: models can't be imported before Django is set up.
        self.views = importlib.import_module(f"tests.benchmarks.orm.{backend.views}")

    def versions(self) -> dict[str, str]:
        """The installed distribution of the backend, and Django's."""
        return engine_worker.versions(self.backend.package)

    def fill(self, scale: str) -> None:
        """Create the tables and their rows: `full` or `small`."""
        from tests.benchmarks.orm.office import sample

        site.create_tables()
        sample.fill(sample.Scale() if scale == "full" else sample.SMALL)
        site.gather_statistics()

    def check(self, page: str, turn: int) -> dict[str, Any]:
        """One render: its text, its queries, what it took."""
        texts: list[str] = []
        with self._counted() as queries:
            spent = spent_on(lambda: texts.append(self._render(page, turn)))
        return {"text": str(texts[0]), "queries": queries(), **spent}

    def trips(self, page: str, turn: int) -> int:
        """How often the server has to be waited for in one render: its messages ReadyForQuery.

        Several queries in one pipeline are waited for once. 0 if the database is no server.
        """
        from django.db import connection

        if connection.vendor != "postgresql":
            return 0
        self._connect()
        wire = connection.connection.pgconn
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as trace:
            wire.trace(trace.fileno())
            try:
                self._render(page, turn)
            finally:
                wire.untrace()
            trace.seek(0)
            return sum(READY in line for line in trace)

    def calibrate(self, page: str, target_ms: float) -> int:
        """How many renders take about so much wall-clock time; also warms everything up."""
        step, count = self._step(page), 2
        while True:
            wall = max(self._spent(step, count)["wall"], 0.001)
            if wall * 4 >= target_ms:
                # An even number: as many renders of one turn as of the other.
                return max(2, 2 * round(count * target_ms / wall / 2))
            count *= 4

    def time(self, page: str, count: int) -> Spent:
        """Milliseconds for each render.

        The garbage collector runs as on a site: its work grows with the instances that a page
        makes, and is part of what they cost.
        """
        step = self._step(page)
        gc.collect()
        spent = self._spent(step, count)
        return {kind: value / count for kind, value in spent.items()}

    def functions(self, page: str) -> dict[str, int]:
        """Python functions entered during one warm render: all, and those of our ORM room."""
        step = self._step(page)
        entered = {"all": 0, "orm": 0}

        def count_call(frame: FrameType, event: str, _argument: object) -> None:
            if event == "call":
                entered["all"] += 1
                entered["orm"] += frame.f_code.co_filename.startswith(ORM_ROOM)

        self._spent(step, 4)
        sys.setprofile(count_call)
        try:
            step(0)
        finally:
            sys.setprofile(None)
        return entered

    def cold(self, page: str, engine_in_use: bool) -> dict[str, float]:
        """How much more than a warm render the first one takes; asked once, of a new process.

        The connection is open. Otherwise the first render pays for all: importing the engine, making
        it, compiling the template, planning its queries; with `engine_in_use` another page, without
        models, has been rendered before.
        """
        self._connect()
        if engine_in_use:
            self._render(PLAIN_PAGE, 0)
        first = spent_on(lambda: self._render(page, 0))
        warm = [spent_on(lambda: self._render(page, 0)) for _ in range(WARM_RENDERS * 2)]
        return {
            kind: first[kind] - statistics.median(spent[kind] for spent in warm[WARM_RENDERS:])
            for kind in first
        }

    def memory(self, page: str) -> int:
        """KiB by which rendering a page raises the most that the process ever held; asked once."""
        self._connect()
        self._render(PLAIN_PAGE, 0)
        gc.collect()
        before = resident("VmHWM")
        self._render(page, 0)
        return resident("VmHWM") - before

    def _step(self, page: str) -> Step:
        view = getattr(self.views, page)
        if not self.backend.path:
            return view
        from django.template import engines

        render = engines[site.ENGINE].get_template(PAGES[page].template).render
        return lambda turn: render(view(turn))

    def _render(self, page: str, turn: int) -> str:
        return self._step(page)(turn)

    @staticmethod
    def _spent(step: Step, count: int) -> Spent:
        def work() -> None:
            for turn in itertools.islice(itertools.cycle((0, 1)), count):
                step(turn)

        return spent_on(work)

    @staticmethod
    def _connect() -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    @contextmanager
    def _counted(self) -> Iterator[Callable[[], int]]:
        """Counts queries: those of Django's cursors, and those that the floor says it made."""
        from django.db import connection

        asked = 0
        own = getattr(self.views, "queries", 0)

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*arguments)

        connection.ensure_connection()
        with connection.execute_wrapper(count):
            yield lambda: asked + getattr(self.views, "queries", 0) - own


if __name__ == "__main__":
    serve(lambda: Worker(BACKENDS[sys.argv[1]], Path(sys.argv[2])))
