"""Renders whole pages under observation, and tells who asked: metrics, log, and toolbar.

The backend uses this only where a setting asks for it; any other site's renders do not pass here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from . import conf, metrics
from .backend import Template
from .explained import Explanation, Source
from .queries import Queries, counted

logger = logging.getLogger("djust_backend.jit")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page that has been rendered; `template` is `(string)` for one made from a string."""

    template: str
    seconds: float
    queries: Queries
    sources: tuple[Source, ...]


#: Where the pages of a request go that the toolbar watches.
collecting: ContextVar[list[Rendered] | None] = ContextVar("djust_backend_pages", default=None)


def wanted() -> bool:
    """Whether a setting asks for observation; metrics are set up if it is for them."""
    has_metrics = conf.get("JIT_METRICS") and metrics.enable()
    return bool(has_metrics or conf.get("JIT_DEBUG") or conf.has_panel())


class ObservedTemplate(Template):
    """A template of the backend where a setting asks for observation; other sites do not pay."""

    def render(
        self, context: dict[str, Any] | None = None, request: HttpRequest | None = None
    ) -> SafeString:
        """The page, with observers told of it."""
        return render(self.template, context, partial(super().render, context, request))


def render(
    template: Any, context: Mapping[str, Any] | None, render_page: Callable[[], SafeString]
) -> SafeString:
    """The page, and those told who asked; also of one that fails to render."""
    explanation = _explain(template, context)
    started = time.perf_counter()
    with counted() as queries:
        try:
            return render_page()
        finally:
            seconds = time.perf_counter() - started
            _tell(template.name or "(string)", seconds, queries, explanation)


def _explain(template: Any, context: Mapping[str, Any] | None) -> Explanation | None:
    if not conf.get("JIT_DEBUG") and collecting.get() is None:
        return None
    try:
        return Explanation(template, context)
    except Exception:
        # The page is rendered all the same.
        logger.exception("%s could not be explained", template.name)
        return None


def _tell(name: str, seconds: float, queries: Queries, explanation: Explanation | None) -> None:
    """Nobody who is told spoils the page: an error of his is in the log."""
    try:
        sources = explanation.finished() if explanation is not None else ()
        rendered = Rendered(name, seconds, queries, sources)
        if conf.get("JIT_METRICS"):
            metrics.observe_render(rendered)
        if conf.get("JIT_DEBUG"):
            _log(rendered)
        pages = collecting.get()
        if pages is not None:
            pages.append(rendered)
    except Exception:
        logger.exception("the observation of %s failed", name)


def _log(rendered: Rendered) -> None:
    for source in rendered.sources:
        logger.info("%s: %s", rendered.template, source.line)
    logger.info(
        "%s: %s in %.1f ms, page in %.1f ms",
        rendered.template,
        rendered.queries,
        rendered.queries.seconds * 1000,
        rendered.seconds * 1000,
    )
