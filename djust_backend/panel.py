"""A panel of django-debug-toolbar: each page of a request, its QuerySets, plans and queries.

`DEBUG_TOOLBAR_PANELS = [..., "djust_backend.panel.JITPanel"]`; django-debug-toolbar is an optional
package, and nothing else imports this file.
"""

from __future__ import annotations

from contextvars import Token
from typing import Any

from debug_toolbar.panels import Panel
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .observed import Rendered, collecting
from .queries import Queries

_HEADINGS = (
    "Variable", "Model", "Paths", "Plan", "Optimisation", "Rows", "Queries saved", "Time (ms)",
)  # fmt: skip


class JITPanel(Panel):
    """What the engine did for this request."""

    title = "Templates and queries (djust_backend)"
    nav_title = "djust_backend"
    is_async = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[Rendered] = []
        self._token: Token[list[Rendered] | None] | None = None

    def enable_instrumentation(self) -> None:
        """Called before the request."""
        self._token = collecting.set(self._pages)

    def disable_instrumentation(self) -> None:
        """Called after it."""
        if self._token is not None:
            collecting.reset(self._token)
            self._token = None

    def generate_stats(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Keep what is shown as plain data, which the toolbar may store."""
        pages = [_plain(page) for page in self._pages]
        self.record_stats({"pages": pages})  # type: ignore[no-untyped-call]

    @property
    def nav_subtitle(self) -> str:
        """Shown below the title in the side bar."""
        pages = self._found()
        queries = sum(page["queries"] for page in pages)
        saved = sum(source["saved"] or 0 for page in pages for source in page["sources"])
        named = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        return f"{named}, {Queries(queries)}, about {saved} saved"

    @property
    def content(self) -> SafeString:
        """The panel in full."""
        pages = [
            format_html(
                "<h3>{}</h3><p>{} in {} ms, page in {} ms</p>{}",
                page["template"],
                Queries(page["queries"]),
                page["queries_ms"],
                page["ms"],
                _table(page["sources"]),
            )
            for page in self._found()
        ]
        if not pages:
            return format_html("<p>{}</p>", "No page was rendered by djust_backend.")
        return format_html_join("", "{}", ((page,) for page in pages))

    def _found(self) -> list[dict[str, Any]]:
        stats: dict[str, Any] = self.get_stats()  # type: ignore[no-untyped-call]
        pages: list[dict[str, Any]] = stats.get("pages", [])
        return pages


def _plain(page: Rendered) -> dict[str, Any]:
    return {
        "template": page.template,
        "queries": page.queries.count,
        "queries_ms": _milliseconds(page.queries.seconds),
        "ms": _milliseconds(page.seconds),
        "sources": [
            {
                "variable": source.variable,
                "model": source.model,
                "paths": ", ".join(source.paths),
                "found": source.found,
                "optimisation": source.optimisation,
                "rows": source.rows,
                "saved": source.saved,
                "ms": _milliseconds(source.seconds),
            }
            for source in page.sources
        ],
    }


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f}"


def _table(sources: list[dict[str, Any]]) -> SafeString:
    if not sources:
        return format_html("<p>{}</p>", "No QuerySets in its context.")
    head = format_html_join("", "<th>{}</th>", ((heading,) for heading in _HEADINGS))
    rows = (
        (format_html_join("", "<td>{}</td>", ((_shown(cell),) for cell in source.values())),)
        for source in sources
    )
    body = format_html_join("", "<tr>{}</tr>", rows)
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _shown(cell: Any) -> Any:
    return "–" if cell is None or cell == "" else cell
