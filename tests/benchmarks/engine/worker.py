"""A process around one backend: reads orders as JSON lines, answers each with a JSON line."""

from __future__ import annotations

import gc
import json
import math
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Any

from tests.benchmarks.engine import site
from tests.benchmarks.engine.backends import BACKENDS, Backend


def seconds_of(job: Any, count: int) -> int:
    """CPU nanoseconds of all threads for so many steps, the collector switched off as in timeit."""
    steps = job.steps(count)
    gc.collect()
    gc.disable()
    try:
        start = time.process_time_ns()
        for step in steps:
            step()
        return time.process_time_ns() - start
    finally:
        gc.enable()


def versions(path: str) -> dict[str, str]:
    """The installed distribution that a dotted path leads to, and Django's."""
    names = metadata.packages_distributions().get(path.partition(".")[0], [])
    return {name: metadata.version(name) for name in [*names[:1], "Django"]}


class Worker:
    """The orders that the parent can give; each method is one of them."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        for language in ("django", "jinja2", "python"):
            (folder / language).mkdir(parents=True, exist_ok=True)
        site.start(backend, folder)
        site.fill_database()
        # Only now: models can't be imported before Django is set up.
        from tests.benchmarks.engine import jobs, scenarios

        self.backend = backend
        self.scenarios = scenarios.load()
        for scenario in self.scenarios:
            for language, name, source in scenario.files():
                path = folder / language / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(source, encoding="utf-8")
        self.jobs = jobs.collect(self.scenarios, backend.language)

    def versions(self) -> dict[str, str]:
        """The installed distribution of the backend, and Django's."""
        return versions(self.backend.path)

    def describe(self) -> list[dict[str, Any]]:
        """What can be measured, in order."""
        known = {scenario.name: scenario for scenario in self.scenarios}
        found = []
        for name in self.jobs:
            scenario = known.get(name)
            kind = name.partition("/")[0]
            found.append(
                {
                    "name": name,
                    "kind": kind,
                    # A cached look-up is a dictionary look-up everywhere: shown, not judged.
                    "is_counted": scenario.is_counted if scenario else kind != "lookup",
                    "is_constant": scenario is not None and scenario.is_constant,
                    "wants_request": scenario is not None and scenario.wants_request,
                    "libraries": scenario.libraries if scenario else (),
                    "languages": scenario.languages if scenario else ["django"],
                }
            )
        return found

    def check(self, name: str) -> list[str]:
        """The output for A, B and A again."""
        job = self.jobs[name]
        with job.surroundings():
            return job.outputs()

    def calibrate(self, name: str, target_ns: int) -> int:
        """How many steps take about so much CPU time; also warms everything up."""
        job = self.jobs[name]
        count = 2
        with job.surroundings():
            seconds_of(job, count)
            while True:
                # What a process does once falls into one of the two at most.
                spent = max(1, min(seconds_of(job, count), seconds_of(job, count)))
                if spent * 4 >= target_ns or count >= job.limit:
                    # An even number: as many renders of A as of B.
                    wanted = 2 * math.ceil(count * target_ns / spent / 2)
                    return max(2, min(job.limit, wanted))
                count = min(count * 4, job.limit)

    def time(self, name: str, count: int) -> float:
        """CPU nanoseconds per step."""
        job = self.jobs[name]
        with job.surroundings():
            return seconds_of(job, count) / count

    def functions(self, name: str) -> int:
        """Python functions entered during one warm step.

        What a process does once, after its first pages, is over by then.
        """
        job = self.jobs[name]
        entered = 0

        def count_call(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal entered
            entered += event == "call"

        with job.surroundings():
            *warm_up, step = job.steps(21)
            for earlier in warm_up:
                earlier()
            sys.setprofile(count_call)
            try:
                step()
            finally:
                sys.setprofile(None)
        # The step itself is a function of this instrument.
        return entered - 1

    def memory(self, count: int) -> float:
        """KiB of resident memory that each of so many compiled templates keeps; asked once."""
        from django.template import engines

        from tests.benchmarks.engine import sources

        compile_source = engines["django"].from_string
        kept = [compile_source(sources.make(2_048, -1))]
        texts = [sources.make(2_048, number) for number in range(count)]
        gc.collect()
        before = resident()
        kept += [compile_source(text) for text in texts]
        gc.collect()
        grown = resident() - before
        return grown / (len(kept) - 1)


def resident(figure: str = "VmRSS") -> int:
    """This process's resident memory in KiB, or with `VmHWM` the most that it ever was."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{figure}:"):
            return int(line.split()[1])
    raise OSError(f"this system's /proc shows no {figure}")


def serve(build: Callable[[], Any]) -> None:
    """Answer orders until standard input ends; an order is a method of the worker that is built."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What an engine prints must not end up between the answers.

    def answer(content: dict[str, Any]) -> None:
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    try:
        worker = build()
    except ImportError as error:
        answer({"missing": str(error)})
        return
    answer({"result": worker.versions()})
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer({"result": getattr(worker, order.pop("order"))(**order)})
        except Exception as error:  # noqa: BLE001
            # Whatever a backend raises is the scenario's result; the parent reports it.
            traceback.print_exc()
            answer({"error": f"{type(error).__name__}: {error}"[:500]})


if __name__ == "__main__":
    serve(lambda: Worker(BACKENDS[sys.argv[1]], Path(sys.argv[2])))
