"""Renders a scene on stock and on ours and counts: text, queries, tables, and what the view finds afterwards."""

from __future__ import annotations

import logging
import pickle
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page
from django.db import DatabaseError, connections, reset_queries
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.backends.base import BaseEngine
from django.template.backends.django import DjangoTemplates
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from djust_backend import DjustTemplates
from djust_backend.orm.pipelines import NOT_RUN

# A table that is joined because it is always read may turn out to hold nothing for these rows: a join is no query,
# and is not counted here. Nor is the table that lends the keys of rows the page has, to ask which of them have others.
_TABLE = re.compile(r'FROM\s+"(\w+)"(?! WHERE \(EXISTS\()', re.IGNORECASE)
_JOINED = re.compile(r'JOIN\s+"(\w+)"', re.IGNORECASE)

#: The context of one render, made anew for each.
MakeContext = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Scene:
    """A template, those that it names, and what a view would hand to it."""

    source: str
    context: MakeContext
    templates: Mapping[str, str] = field(default_factory=dict)
    request: HttpRequest | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)

    def template(self, backend: type[BaseEngine]) -> Any:
        """Return the compiled template of a new engine of this class."""
        loader = ("django.template.loaders.locmem.Loader", dict(self.templates))
        options = {"debug": False, "loaders": [loader], "libraries": dict(self.libraries)}
        params = {"NAME": "compared", "DIRS": [], "APP_DIRS": False, "OPTIONS": options}
        return backend(params).from_string(self.source)


@dataclass(frozen=True)
class Render:
    """One render: the page or the exception, its SQL, and the context that it left behind."""

    page: str | tuple[type[Exception], str]
    queries: tuple[str, ...]
    left: Mapping[str, Any]

    @property
    def tables(self) -> frozenset[str]:
        """The tables that any query has read."""
        return frozenset(name for sql in self.queries for name in _TABLE.findall(sql))

    @property
    def joined(self) -> frozenset[str]:
        """The tables that any query has joined."""
        return frozenset(name for sql in self.queries for name in _JOINED.findall(sql))


@dataclass(frozen=True)
class Both:
    """The render by stock; the cold one and warm ones by ours."""

    stock: Render
    ours: tuple[Render, ...]

    @property
    def counts(self) -> tuple[int, int]:
        """How many queries the first render ran: stock's, ours."""
        return len(self.stock.queries), len(self.ours[0].queries)


def run(template: Any, scene: Scene) -> Render:
    """Render once, from a fresh context, with Django's own caches of rows emptied."""
    context = dict(scene.context())
    ContentType.objects.clear_cache()
    # The log of a connection holds 9,000 queries, and counts no more when it is full.
    reset_queries()
    page: str | tuple[type[Exception], str]
    with (
        SentForNothing() as third,
        CaptureQueriesContext(connections["default"]) as first,
        CaptureQueriesContext(connections["other"]) as second,
    ):
        try:
            page = without_addresses(template.render(context, scene.request))
        except Exception as error:  # noqa: BLE001 - any exception is a result, compared by the caller
            # A database may quote the statement below its message.
            text = str(error).partition("\n")[0] if isinstance(error, DatabaseError) else str(error)
            page = (type(error), without_addresses(text))
        queries = (*(query["sql"] for query in (*first, *second)), *third.statements)
    return Render(page, queries, {name: left_behind(value) for name, value in context.items()})


class SentForNothing(logging.Handler):
    """Statements that were sent ahead, and that nobody has run: no log of Django's has them."""

    logger = logging.getLogger("djust_backend.orm")

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note one."""
        if record.msg == NOT_RUN and isinstance(record.args, tuple):
            self.statements.append(str(record.args[0]))

    def __enter__(self) -> SentForNothing:
        self.level_before = self.logger.level
        self.logger.setLevel(logging.DEBUG)
        self.logger.addHandler(self)
        return self

    def __exit__(self, *error: object) -> None:
        self.logger.removeHandler(self)
        self.logger.setLevel(self.level_before)


def without_addresses(text: str) -> str:
    """The text with every address of an object made the same."""
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def left_behind(value: object) -> Any:
    """What a view can see of a value after the render, without a further query; lazy objects are left asleep."""
    kind = type(value)
    if issubclass(kind, Page):
        return left_behind(value.object_list)  # type: ignore[attr-defined]
    if issubclass(kind, QuerySet):
        rows = value._result_cache  # type: ignore[attr-defined]
        return "unread" if rows is None else [left_behind(row) for row in rows]
    if issubclass(kind, Model):
        own = {
            name: left_behind(item)
            for name, item in vars(value).items()
            if not name.startswith("_")
        }
        if SimpleLazyObject.__qualname__ in own.values():
            return kind, own
        copy = pickle.loads(pickle.dumps(value))
        return kind, own, copy == value or value.pk is None, value.get_deferred_fields()  # type: ignore[attr-defined]
    if issubclass(kind, (list, tuple)):
        return [left_behind(item) for item in value]  # type: ignore[attr-defined]
    return value if kind in (int, str, bool, type(None)) else kind.__qualname__


def both(scene: Scene, renders: int = 2) -> Both:
    """Render on stock once, on ours cold and then warm."""
    stock = run(scene.template(DjangoTemplates), scene)
    template = scene.template(DjustTemplates)
    return Both(stock, tuple(run(template, scene) for _ in range(renders)))


def complaint(found: Both) -> str | None:
    """Say which law was broken, or None: same page, never more queries, no further table, the same context."""
    stock = found.stock
    for turn, ours in enumerate(found.ours):
        said = f"render {turn}: "
        if ours.page != stock.page:
            return f"{said}other page\nstock: {stock.page!r}\nours:  {ours.page!r}"
        if len(ours.queries) > len(stock.queries):
            return f"{said}{len(ours.queries)} queries, stock {len(stock.queries)}\n{both_sql(stock, ours)}"
        if not ours.tables <= stock.tables | stock.joined:
            return f"{said}reads {sorted(ours.tables - stock.tables)} needlessly\n{both_sql(stock, ours)}"
        if not sees_the_same(ours.left, stock.left):
            return f"{said}other context\nstock: {stock.left!r}\nours:  {ours.left!r}"
        if len(ours.queries) != len(found.ours[0].queries):
            return f"{said}{len(ours.queries)} queries, {len(found.ours[0].queries)} the first time"
    return None


def sees_the_same(ours: Mapping[str, Any], stock: Mapping[str, Any]) -> bool:
    """Whether a view finds the same context, QuerySets apart that row mode has not evaluated."""
    return ours.keys() == stock.keys() and all(
        found == "unread" or found == stock[name] for name, found in ours.items()
    )


def both_sql(stock: Render, ours: Render) -> str:
    """All statements, shortened, for the message of a failure."""
    lines = ["stock:", *map(short, stock.queries), "ours:", *map(short, ours.queries)]
    return "\n  ".join(lines)


def short(sql: str) -> str:
    """A statement without its columns."""
    return re.sub(r"SELECT (DISTINCT )?.*? FROM", r"SELECT \1… FROM", sql)[:220]


def check(scene: Scene, renders: int = 2) -> Both:
    """Render on both engines; AssertionError if a law was broken."""
    found = both(scene, renders)
    problem = complaint(found)
    assert problem is None, f"{scene.source}\n{dict(scene.templates)}\n{problem}"
    return found
