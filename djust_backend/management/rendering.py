"""Renders pages as visitors get them, and tells what was rendered and what it cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db import connections
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from djust_backend import backend


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template that a page rendered, and the context that its view gave."""

    template: backend.Template
    context: dict[str, Any]


@dataclass(slots=True)
class Page:
    """An answer of the site: `error` is what a view raised."""

    path: str
    status: int = 0
    seconds: float = 0.0
    queries: list[str] = field(default_factory=list)
    rendered: list[Rendered] = field(default_factory=list)
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether a visitor would have seen an error of the site's."""
        return self.status >= 500


def client(host: str, user: str) -> Client:
    """A client that the site answers: for a host that is allowed, as this user if one is named.

    Error: CommandError for a user that there is not.
    """
    allowed = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    made = Client(
        raise_request_exception=False,
        headers={"host": host or (allowed[0] if allowed else "localhost")},
    )
    if user:
        model: Any = get_user_model()
        try:
            made.force_login(model._default_manager.get_by_natural_key(user))
        except model.DoesNotExist as error:
            raise CommandError(f"--user {user}: there is no such user.") from error
    return made


def get(made: Client, path: str) -> Page:
    """Ask the site for a page."""
    page = Page(path)
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections
        ]
        page.rendered = stack.enter_context(_watched())
        start = time.perf_counter()
        response: Any = made.get(path)
        if response.streaming:
            b"".join(response)
        page.seconds = time.perf_counter() - start
    page.status = response.status_code
    page.queries = [query["sql"] for one in captured for query in one.captured_queries]
    if getattr(response, "exc_info", None):
        kind, value, _ = response.exc_info
        page.error = f"{kind.__name__}: {value}"
    return page


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
