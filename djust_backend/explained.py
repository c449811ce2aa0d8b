"""What a page does with each QuerySet of its context: paths, plan, where the plan was, its gain."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet

from . import conf, orm
from .cache import events
from .queries import Queries
from .template import Template


@dataclass(frozen=True, slots=True)
class Source:
    """One variable of the context that stands for rows.

    `found` says where the plan was (`HIT memory`, `HIT store`, `HIT bundle`, `MISS`; empty if none
    was asked for), `optimisation` what the plan does and why, `seconds` what finding it took.
    `rows` is how many the page has read, and `saved` about how many queries of stock Django's the
    plan stands for: one for each row and relation that is joined or fetched for all rows at once.
    Rows further below are not estimated. Both are None for what the page has not read.
    """

    variable: str
    model: str
    paths: tuple[str, ...]
    found: str
    optimisation: str
    seconds: float
    rows: int | None = None
    saved: int | None = None

    @property
    def line(self) -> str:
        """The source as a line for people."""
        parts = [f"{self.variable} ({self.model})"]
        if self.paths:
            parts.append(f"paths {', '.join(self.paths)}")
        if self.found:
            parts.append(f"{self.found} in {self.seconds * 1000:.2f} ms")
        parts.append(self.optimisation)
        if self.rows is None:
            parts.append("not read")
        else:
            parts.append("1 row" if self.rows == 1 else f"{self.rows} rows")
        if self.saved:
            parts.append(f"about {Queries(self.saved)} saved")
        return " | ".join(parts)


class Explanation:
    """Made before a page is rendered; `finished` when it has been."""

    def __init__(self, template: Any, context: Mapping[str, Any] | None) -> None:
        self._open: list[tuple[Source, QuerySet[Any], orm.Plan | None]] = []
        if isinstance(template, Template) and context and conf.serialization():
            paths = template.variable_paths
            for name, usage in template.usage.items():
                value = context.get(name)
                if isinstance(value, Page):
                    value, usage = value.object_list, orm.usage_of_page(usage)
                if isinstance(value, QuerySet):
                    self._open.append(_planned(name, tuple(paths.get(name, ())), value, usage))

    def finished(self) -> tuple[Source, ...]:
        """The sources, with what the page has read of them."""
        return tuple(
            replace(source, rows=rows, saved=saved(plan, rows) if plan and rows else None)
            for source, queryset, plan in self._open
            for rows in [orm.rows_read(queryset)]
        )


def saved(plan: orm.Plan, rows: int) -> int:
    """About how many queries stock Django would run for these rows besides those that we do."""
    if plan.rows is not None:
        shapes = plan.rows.shapes
        joined = len(shapes) - 1
        second = sum(slot.level is not None for shape in shapes for slot in shape.slots)
    else:
        joined = sum(map(_size, plan.joins))
        second = sum(map(_size, plan.prefetches)) + len(plan.pushed)
    return joined * rows + second * (rows - 1)


def _size(step: orm.Step) -> int:
    return (step.reason is not orm.Reason.ALREADY_JOINED) + sum(map(_size, step.nested))


def _planned(
    name: str, paths: tuple[str, ...], queryset: QuerySet[Any], usage: orm.Usage
) -> tuple[Source, QuerySet[Any], orm.Plan | None]:
    model = queryset.model._meta.label
    if orm.rows_read(queryset) is not None:
        text = "read before the page: its relations are fetched for all rows at once"
        return Source(name, model, paths, "", text, 0.0), queryset, None
    started = time.perf_counter()
    with _noted() as happened:
        plan = orm.plan_of(queryset, usage)
    seconds = time.perf_counter() - started
    lines = plan.explain().removeprefix(plan.model).removeprefix(": ").splitlines()
    text = "; ".join(line.strip() for line in lines if line)
    return Source(name, model, paths, _found(happened), text, seconds), queryset, plan


def _found(happened: list[events.Event]) -> str:
    if any(isinstance(event, (events.Miss, events.Compiled, events.Decided)) for event in happened):
        return "MISS"
    places = {event.place for event in happened if isinstance(event, events.Hit)}
    return f"HIT {'/'.join(sorted(places)) or 'memory'}"


_noting: ContextVar[list[events.Event] | None] = ContextVar("djust_backend_noting", default=None)


@contextmanager
def _noted() -> Iterator[list[events.Event]]:
    """What happens to plans inside."""
    if _note not in events.observers:
        events.observers.append(_note)
    happened: list[events.Event] = []
    token = _noting.set(happened)
    try:
        yield happened
    finally:
        _noting.reset(token)


def _note(event: events.Event) -> None:
    happened = _noting.get()
    if happened is not None:
        happened.append(event)
