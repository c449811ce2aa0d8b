"""A process around one application's site on one engine: visits its pages, and measures their rendering.

The site is that of `tests/packages`. What counts is the CPU time within the outermost
`render()` of a backend's template: views, their queries, middleware and the test client stay outside;
forms, widgets, tags and whatever else a template calls are inside.
"""

from __future__ import annotations

import copy
import gc
import importlib
import math
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Any

from tests.benchmarks.engine.worker import serve
from tests.packages import worker as site

# Pages differ between two processes of stock in these.
TOKEN = re.compile(r'(?<=csrfmiddlewaretoken" value=")\w+|(?<=csrfToken": ")\w+')


class Meter:
    """The clock around the renders of a process; one at a time."""

    def __init__(self) -> None:
        self.spent = 0
        self.renders = 0
        self.profile: Callable[[FrameType, str, object], None] | None = None
        self.begin: Callable[[], None] = lambda: None

    def watch(self, template_class: Any) -> None:
        """Measure what a class's `render()` takes; renders within one find the class as it is."""
        render = template_class.render

        def measured(template: Any, context: Any = None, request: Any = None) -> Any:
            template_class.render = render
            self.renders += 1
            if self.profile is not None:
                self.begin()
                sys.setprofile(self.profile)
            start = time.process_time_ns()
            try:
                return render(template, context, request)
            finally:
                self.spent += time.process_time_ns() - start
                sys.setprofile(None)
                template_class.render = measured

        template_class.render = measured


class Worker:
    """The orders that the parent can give; each public method is one of them."""

    def __init__(self, engine: str, application: str) -> None:
        site.stop_clock()
        if engine == "ours":
            # It notes what of Python and Django is replaced: chance is, for the time of checks only.
            importlib.import_module("djust_backend.template")
        with site.repeatable_chance():
            # `control` is stock once more.
            pages = site.prepare(application, "ours" if engine == "ours" else "stock", "plain")
            self.client = site.visitor(pages)
        self.steps = numbered(site.steps_of(pages))
        self.meter = Meter()
        from django.template import engines

        backend = engines.all()[0]
        self.meter.watch(type(backend.from_string("")))

    def versions(self) -> dict[str, str]:
        """Everything that is installed."""
        return {found.metadata["Name"]: found.version for found in metadata.distributions()}

    def describe(self) -> list[str]:
        """The pages in order."""
        return list(self.steps)

    def check(self, page: str) -> dict[str, Any]:
        """Status, number of renders and text of a page, on the first and on a later visit."""
        found: dict[str, Any] = {"texts": []}
        with site.repeatable_chance():
            for _ in range(3):
                site.seed(page)
                self.meter.renders = 0
                with self._visit(page) as response:
                    found["status"] = response.status_code
                    found["renders"] = self.meter.renders
                    found["texts"].append(text_of(response))
        return found

    def calibrate(self, page: str, target_ns: int) -> int:
        """How many visits spend about so much CPU time on rendering; also warms everything up."""
        count = 2
        while True:
            spent = max(1, self._spent(page, count)["render"])
            if spent * 4 >= target_ns:
                return max(2, math.ceil(count * target_ns / spent))
            count *= 2

    def time(self, page: str, count: int) -> dict[str, float]:
        """CPU nanoseconds of rendering, and of the whole request, per visit.

        The garbage collector runs as on a site.
        """
        gc.collect()
        return {kind: spent / count for kind, spent in self._spent(page, count).items()}

    def functions(self, page: str) -> int:
        """Python functions entered while a page is rendered."""
        entered = 0

        def count_call(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal entered
            entered += event == "call"

        self.meter.profile = count_call
        try:
            self._spent(page, 1)
        finally:
            self.meter.profile = None
        return entered

    def holders(self, page: str, visits: int) -> dict[str, Any]:
        """How much of the time is ours, and which Python functions have the most of it.

        Asked of our engine only.
        """
        from tests.benchmarks.applications.holders import Account

        self.meter.profile = account = Account()
        self.meter.begin = account.resume
        try:
            self._spent(page, visits)
        finally:
            self.meter.profile = None
        return account.shares(most=5)

    def _spent(self, page: str, count: int) -> dict[str, int]:
        self.meter.spent = 0
        start = time.process_time_ns()
        for _ in range(count):
            with self._visit(page):
                pass
        return {"render": self.meter.spent, "request": time.process_time_ns() - start}

    @contextmanager
    def _visit(self, page: str) -> Iterator[Any]:
        """One request, which leaves no trace: the next one finds the same rows and cookies."""
        from django.core import mail
        from django.db import transaction

        cookies = copy.deepcopy(self.client.cookies)
        with transaction.atomic():
            yield site.fetch(self.client, self.steps[page])
            transaction.set_rollback(True)
        self.client.cookies = cookies
        mail.outbox = []


def numbered(steps: list[tuple[str, Any]]) -> dict[str, Any]:
    """The steps by name; a number tells pages of one name apart."""
    found: dict[str, Any] = {}
    for name, step in steps:
        same = sum(known.partition(" #")[0] == name for known in found)
        found[f"{name} #{same + 1}" if same else name] = step
    return found


def text_of(response: Any) -> str:
    """The body without tokens that are new each time."""
    body = b"".join(response) if response.streaming else response.content
    return TOKEN.sub("…", body.decode(errors="backslashreplace"))


if __name__ == "__main__":
    serve(lambda: Worker(sys.argv[1], Path(sys.argv[2]).parent.name))
