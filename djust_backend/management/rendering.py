"""Renders pages as visitors get them, and tells what was rendered and what it cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model
from django.core.management.base import CommandError
from django.db import connections
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client

from djust_backend import backend
from djust_backend.orm import Watch


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template that a page rendered, and the context that its view gave."""

    template: backend.Template
    context: dict[str, Any]


@dataclass(slots=True)
class Page:
    """An answer of the site, or a template rendered with a given context.

    `error` is what was raised, `hidden` the relations that Python code walked behind the back of
    the template, which were fetched for all rows at once.
    """

    path: str
    status: int = 0
    seconds: float = 0.0
    queries: list[str] = field(default_factory=list)
    rendered: list[Rendered] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether a visitor would have seen an error of the site's."""
        return self.status >= 500


class Visitor:
    """Asks the site as a browser does: at a host that it answers to, as a user if one is named.

    Error: CommandError for a user that there is not.
    """

    def __init__(self, host: str, user: str) -> None:
        allowed = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
        self._client = Client(
            raise_request_exception=False,
            headers={"host": host or (allowed[0] if allowed else "localhost")},
        )
        self._user: Any = None
        if user:
            model: Any = get_user_model()
            try:
                self._user = model._default_manager.get_by_natural_key(user)
            except model.DoesNotExist as error:
                raise CommandError(f"--user {user}: there is no such user.") from error

    def get(self, path: str) -> Page:
        """Ask for a page. A page before it may have logged the user out."""
        if self._user is not None and SESSION_KEY not in self._client.session:
            self._client.force_login(self._user)
        page = Page(path)
        with _captured(page):
            # A site that sends visitors to HTTPS has no pages for others.
            response: Any = self._client.get(path, secure=bool(settings.SECURE_SSL_REDIRECT))
            if response.streaming:
                b"".join(response)
        page.status = response.status_code
        if getattr(response, "exc_info", None):
            page.error = _told(response.exc_info[1])
        return page


def render(engine: backend.DjustTemplates, name: str, context: dict[str, Any]) -> Page:
    """Render a template with a context, without a request; `status` is 200, or 500 if it fails."""
    page = Page(name, status=200)
    with _captured(page):
        try:
            engine.get_template(name).render(context)
        except Exception as error:  # noqa: BLE001 - code of the site may raise anything; it is told
            page.status, page.error = 500, _told(error)
    return page


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def _captured(page: Page) -> Iterator[None]:
    """Notes what happens inside: templates, hidden relations, queries, time."""
    with ExitStack() as stack:
        for alias in connections:
            # Connects to no database that the page does not ask.
            stack.enter_context(connections[alias].execute_wrapper(partial(_note, page.queries)))
        page.rendered = stack.enter_context(_watched())
        page.hidden = stack.enter_context(_hidden())
        start = time.perf_counter()
        yield
        page.seconds = time.perf_counter() - start


def _note(
    statements: list[str],
    execute: Callable[..., Any],
    sql: str,
    *arguments: Any,
) -> Any:
    """Adds a statement with its parameters; the signature is that of an execute wrapper."""
    params, many, context = arguments
    try:
        found = execute(sql, params, many, context)
    except Exception:
        statements.append(str(sql))
        raise
    ops, cursor = context["connection"].ops, context["cursor"].cursor
    statements.append(str(sql) if many else ops.last_executed_query(cursor, sql, params))
    return found


@contextmanager
def _hidden() -> Iterator[list[str]]:
    """Which relations Python code walks, as long as this lasts."""
    found: list[str] = []
    original = Watch.touched

    def touched(self: Watch, instance: Model, name: str, known: Any) -> None:
        label = f"{type(instance)._meta.label}.{name}"
        if label not in found:
            found.append(label)
        original(self, instance, name, known)

    Watch.touched = touched  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Watch.touched = original  # type: ignore[method-assign]


@contextmanager
def _watched() -> Iterator[list[Rendered]]:
    """What templates of ours are rendered with, as long as this lasts."""
    found: list[Rendered] = []
    original = backend.Template.render

    def render(
        self: backend.Template,
        context: dict[str, Any] | None = None,
        request: HttpRequest | None = None,
    ) -> Any:
        found.append(Rendered(self, dict(context or {})))
        return original(self, context, request)

    backend.Template.render = render  # type: ignore[method-assign]
    try:
        yield found
    finally:
        backend.Template.render = original  # type: ignore[method-assign]
