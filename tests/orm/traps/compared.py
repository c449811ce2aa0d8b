"""Renders one case of a trap on stock Django and on ours and says which law was broken, if one was.

Knows pages, queries, tables and what the view finds afterwards; nothing of how ours decides. The view's own QuerySet may
stay unread: that is the one difference that row mode is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.template.backends.base import BaseEngine
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates
from tests.laws.queries import Both, Render, Scene, both_sql, run

_JOINED = re.compile(r'JOIN\s+"(\w+)"', re.IGNORECASE)

LIBRARIES = {"tools": "traps.tools", "handlers": "tests.laws.handlers"}


@dataclass(frozen=True)
class Case(Scene):
    """A scene with OPTIONS of the engine."""

    options: Mapping[str, Any] = field(default_factory=dict)

    def template(self, backend: type[BaseEngine]) -> Any:
        """Return the compiled template of a new engine of this class."""
        loader = ("django.template.loaders.locmem.Loader", dict(self.templates))
        options = {"debug": False, "loaders": [loader], "libraries": LIBRARIES, **self.options}
        params = {"NAME": "compared", "DIRS": [], "APP_DIRS": False, "OPTIONS": options}
        return backend(params).from_string("{% load tools %}" + self.source)


#: For cases that raise on stock.
FAILS = {"fails": True}


def loop(body: str) -> str:
    """A template that shows each of the `rows` like this."""
    return f"{{% for b in rows %}}{body};{{% empty %}}none{{% endfor %}}"


def case_of(make: Callable[[], Any], source: str, **more: Any) -> Case:
    """A case from a function that gives the whole context, or what the context has under `rows`."""

    def context() -> Mapping[str, Any]:
        made = make()
        return made if type(made) is dict else {"rows": made, "again": made}

    return Case(source, context, **more)


def turn(template: Any, case: Case) -> Render:
    """Render once, and undo what the view and the tags have written."""
    with transaction.atomic():
        found = run(template, case)
        transaction.set_rollback(True)
    return found


def both(case: Case, renders: int = 2) -> Both:
    """Render on stock once, on ours cold and then warm."""
    stock = turn(case.template(DjangoTemplates), case)
    template = case.template(DjustTemplates)
    return Both(stock, tuple(turn(template, case) for _ in range(renders)))


def complaint(found: Both, joins: bool = True) -> str | None:
    """Say which law was broken, or None.

    `joins`: a table that stock does not read may not be joined either. Where all keys of a relation
    happen to be NULL, stock reads no table for it, and a join of it costs no query. An exception ends
    stock before it has read what its template is sure to ask for.
    """
    stock = found.stock
    finished = isinstance(stock.page, str)
    for number, ours in enumerate(found.ours):
        said = f"render {number}: "
        if ours.page != stock.page:
            return f"{said}other page\nstock: {stock.page!r}\nours:  {ours.page!r}"
        if finished and len(ours.queries) > len(stock.queries):
            return f"{said}{len(ours.queries)} queries, stock {len(stock.queries)}\n{both_sql(stock, ours)}"
        beyond = ours.tables - stock.tables - _joined(stock)
        if joins:
            beyond |= _joined(ours) - stock.tables - _joined(stock)
        if finished and beyond:
            return f"{said}reads {sorted(beyond)} needlessly\n{both_sql(stock, ours)}"
        if finished and not _as_left(ours.left, stock.left):
            return f"{said}other context\nstock: {stock.left!r}\nours:  {ours.left!r}"
        if len(ours.queries) > len(found.ours[0].queries):
            return f"{said}{len(ours.queries)} queries, {len(found.ours[0].queries)} the first time"
    return None


def _joined(render: Render) -> frozenset[str]:
    return frozenset(name for sql in render.queries for name in _JOINED.findall(sql))


def _as_left(ours: Any, stock: Any) -> bool:
    """Whether the view finds what stock leaves; a QuerySet of its own may be unread."""
    if ours == "unread":
        return stock == "unread" or isinstance(stock, list)
    if isinstance(ours, Mapping) and isinstance(stock, Mapping):
        return ours.keys() == stock.keys() and all(
            _as_left(ours[name], stock[name]) for name in ours
        )
    if isinstance(ours, list) and isinstance(stock, list):
        return len(ours) == len(stock) and all(map(_as_left, ours, stock))
    return bool(ours == stock)


def check(case: Case, renders: int = 2, joins: bool = True, fails: bool | None = False) -> Both:
    """Render on both engines; AssertionError if a law was broken.

    `fails` tells whether stock raises; None for either. A case that fails by mistake tests nothing.
    """
    found = both(case, renders)
    problem = complaint(found, joins)
    assert problem is None, f"{case.source}\n{dict(case.templates)}\n{problem}"
    raised = isinstance(found.stock.page, tuple)
    assert fails is None or fails == raised, f"{case.source}\n{found.stock.page!r}"
    return found
