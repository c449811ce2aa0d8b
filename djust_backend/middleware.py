"""Counts the queries of each request, and says so where there are too many."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from . import conf, metrics
from .queries import Queries, counted, watch_connections

logger = logging.getLogger("djust_backend.jit")


class QueryCountMiddleware:
    """Gives request and response an attribute `djust_queries`, which counts while the request runs.

    It counts what runs inside: what middleware above it asks, and what a streaming response asks
    while it is sent, is not in. More than `JIT_QUERY_WARNING` queries are a warning in the log;
    `JIT_SERVER_TIMING` adds the header that browsers show beside the request's times.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)
        self._has_metrics = conf.get("JIT_METRICS") and metrics.enable()

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response, or under ASGI what gives it when awaited."""
        if self._is_async:
            return self._answer(request)
        started = time.perf_counter()
        with counted() as queries:
            request.djust_queries = queries  # type: ignore[attr-defined]
            response: HttpResponseBase = self.get_response(request)
        return self._told(request, response, queries, time.perf_counter() - started)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        # Synchronous code, and so all of the ORM, runs in this thread.
        await sync_to_async(watch_connections, thread_sensitive=True)()
        with counted() as queries:
            request.djust_queries = queries  # type: ignore[attr-defined]
            response: HttpResponseBase = await self.get_response(request)
        return self._told(request, response, queries, time.perf_counter() - started)

    def _told(
        self, request: HttpRequest, response: HttpResponseBase, queries: Queries, seconds: float
    ) -> HttpResponseBase:
        response.djust_queries = queries  # type: ignore[attr-defined]
        _warn(request, queries)
        if conf.get("JIT_SERVER_TIMING"):
            _add_timing(response, queries, seconds)
        if self._has_metrics:
            metrics.observe_request(request, queries)
        return response


def _warn(request: HttpRequest, queries: Queries) -> None:
    most = conf.get("JIT_QUERY_WARNING")
    if most and queries.count > most:
        logger.warning(
            "%s %s: %s, more than %d (%.1f ms in the database)",
            request.method,
            request.path,
            queries,
            most,
            queries.seconds * 1000,
        )


def _add_timing(response: HttpResponseBase, queries: Queries, seconds: float) -> None:
    """Adds to the header, which others may have begun (https://www.w3.org/TR/server-timing/)."""
    ours = f'db;desc="{queries}";dur={queries.seconds * 1000:.1f}, total;dur={seconds * 1000:.1f}'
    before = response.headers.get("Server-Timing")
    response.headers["Server-Timing"] = f"{before}, {ours}" if before else ours
