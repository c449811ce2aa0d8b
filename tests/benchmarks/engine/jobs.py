"""What a worker can do over and over: render, compile, render for the first time, look up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol
from unittest import mock

from django.template import engines
from django.test import override_settings
from django.utils import translation

from tests.benchmarks.engine import site, sources
from tests.benchmarks.engine.scenario import VARIANTS, Scenario

# Renders share no more than this many contexts of each timing, so that none of them stays hot.
CONTEXTS = 16
ONCE = 48

Step = Callable[[], object]


class Job(Protocol):
    """Something that can be checked, and repeated under a clock."""

    limit: int

    def outputs(self) -> list[str]:
        """The text for A, for B, and for A again."""

    def steps(self, count: int) -> list[Step]:
        """So many calls, their data made beforehand."""

    def surroundings(self) -> Any:
        """A context manager that holds while the job runs."""


@contextmanager
def fixed_tokens() -> Iterator[None]:
    """CSRF tokens are masked at random; within this they come out equal in every process."""
    with mock.patch("django.middleware.csrf._get_new_csrf_string", lambda: "m" * 32):
        yield


class RenderJob:
    """A warm render of a scenario."""

    def __init__(self, scenario: Scenario, language: str = "django") -> None:
        self.scenario = scenario
        self.language = language
        self.limit = ONCE if scenario.single_use else 20_000

    def surroundings(self) -> Any:
        """The scenario's language and settings."""
        stack = ExitStack()
        if self.scenario.settings:
            stack.enter_context(override_settings(**self.scenario.settings))
        stack.enter_context(translation.override(self.scenario.language))
        return stack

    def arguments(self, variant: str) -> tuple[dict[str, Any], Any]:
        """A new context and, where there is one, a new request."""
        request = site.make_request() if self.scenario.wants_request else None
        return self.scenario.context(variant), request

    def call(self) -> Callable[[dict[str, Any], Any], object]:
        """What renders: the scenario's own function, or a template that is loaded already."""
        if self.language == "python" and (floor := self.scenario.floor) is not None:
            return lambda context, _request: floor(context)
        if self.scenario.render:
            return self.scenario.render
        render: Callable[[dict[str, Any], Any], object] = (
            engines["django"].get_template(self.scenario.entry).render
        )
        return render

    def outputs(self) -> list[str]:
        """The text for A, for B, and for A again: a render must leave nothing behind."""
        call = self.call()
        with fixed_tokens():
            return [str(call(*self.arguments(variant))) for variant in (*VARIANTS, VARIANTS[0])]

    def steps(self, count: int) -> list[Step]:
        """A and B by turns."""
        call = self.call()
        wanted = count if self.scenario.single_use else min(count, CONTEXTS)
        data = [self.arguments(VARIANTS[number % 2]) for number in range(wanted)]
        ready = [(lambda c=c, r=r: call(c, r)) for c, r in data]
        return list(itertools.islice(itertools.cycle(ready), count))


class CompileJob:
    """Template construction from a source never seen before; with a first render on demand."""

    limit = 2_000
    serials = itertools.count(1)

    def __init__(self, size: int, *, renders: bool) -> None:
        self.size = size
        self.renders = renders

    def surroundings(self) -> Any:
        """Nothing special."""
        return ExitStack()

    def outputs(self) -> list[str]:
        """The text of one such template."""
        template = engines["django"].from_string(sources.make(self.size, 0))
        return [str(template.render(sources.context(v))) for v in (*VARIANTS, VARIANTS[0])]

    def steps(self, count: int) -> list[Step]:
        """New sources each time."""
        compile_source = engines["django"].from_string
        texts = [sources.make(self.size, next(self.serials)) for _ in range(count)]
        if self.renders:
            context = sources.context("A")
            return [(lambda t=t: compile_source(t).render(context)) for t in texts]
        return [(lambda t=t: compile_source(t)) for t in texts]


class LookupJob(RenderJob):
    """`get_template` for a template that was loaded before."""

    def steps(self, count: int) -> list[Step]:
        """The same name each time."""
        backend, name = engines["django"], self.scenario.entry
        backend.get_template(name)
        return [lambda: backend.get_template(name)] * count


def collect(scenarios: list[Scenario], language: str = "django") -> dict[str, Job]:
    """Every job by name, as a backend of this language does it."""
    jobs: dict[str, Job] = {scenario.name: RenderJob(scenario, language) for scenario in scenarios}
    for name, size in sources.SIZES.items():
        jobs[f"compile/{name}"] = CompileJob(size, renders=False)
        jobs[f"first_render/{name}"] = CompileJob(size, renders=True)
    example = next(scenario for scenario in scenarios if scenario.name == "structure/inheritance")
    jobs["lookup/cached"] = LookupJob(example)
    return jobs
