"""What Prometheus is told: the metrics, their labels, and the view that it scrapes.

prometheus-client is an optional package, which is imported when `JIT_METRICS` is on.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import conf
from ._native import render_counters
from .cache import events
from .orm import memory_hits
from .queries import Queries

if TYPE_CHECKING:
    from .observed import Rendered

logger = logging.getLogger("djust_backend.jit")

_CLIENT = "prometheus_client"

#: The label of templates and views beyond those that have one of their own.
OTHER = "other"

_RENDER_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5, 5)
_COMPILE_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)
_QUERY_BUCKETS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500)
_BREAKER = {"closed": 0, "half-open": 1, "open": 2}


class Names:
    """Label values: the first so many different names, and `other` for all that come later."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def label(self, name: str) -> str:
        """The name, or `other` where `JIT_METRICS_LABELS` names have come before it."""
        if name in self._known:
            return name
        with self._lock:
            if len(self._known) >= conf.get("JIT_METRICS_LABELS"):
                return OTHER
            self._known.add(name)
        return name


class Metrics:
    """The metrics of this process, in prometheus_client's own registry."""

    def __init__(self) -> None:
        client = import_module(_CLIENT)
        self.hits = client.Counter(
            "djust_jit_cache_hits_total",
            "Plans that were there when a page needed them",
            ["place"],
        )
        self.misses = client.Counter(
            "djust_jit_cache_misses_total", "Plans that were nowhere and had to be derived"
        )
        self.compilation = client.Histogram(
            "djust_jit_compilation_duration_seconds",
            "Time to derive a plan that rests on code, by the mode it decided for",
            ["mode"],
            buckets=_COMPILE_BUCKETS,
        )
        self.decided = client.Counter(
            "djust_jit_plans_decided_total",
            "Plans that rest on no code, which are made in less time than a store is asked",
            ["mode"],
        )
        self.render = client.Histogram(
            "djust_view_render_duration_seconds",
            "Time to render a page, its queries included",
            ["template"],
            buckets=_RENDER_BUCKETS,
        )
        self.queries = client.Histogram(
            "djust_database_query_count",
            "Queries of a request",
            ["view"],
            buckets=_QUERY_BUCKETS,
        )
        self.render_queries = client.Counter(
            "djust_render_queries_total", "Queries while pages were rendered", ["template"]
        )
        self.store_errors = client.Counter(
            "djust_jit_store_errors_total", "Failures of the store of plans", ["store", "operation"]
        )
        self.breaker = client.Gauge(
            "djust_jit_breaker_state",
            "Whether a store is asked: 0 yes (closed), 1 on trial (half-open), 2 no (open)",
            ["store"],
            multiprocess_mode="livemax",
        )
        self.engine = client.Counter(
            "djust_renders_total", "Templates by who rendered them: native, or Django", ["engine"]
        )
        self.templates = Names()
        self.views = Names()
        self._read: dict[str, int] = {}
        self._lock = threading.Lock()

    def observe_event(self, event: events.Event) -> None:
        """Take in what happened to a plan."""
        if isinstance(event, events.Hit):
            self.hits.labels(event.place).inc()
        elif isinstance(event, events.Miss):
            self.misses.inc()
        elif isinstance(event, events.Compiled):
            self.compilation.labels(event.mode).observe(event.seconds)
        elif isinstance(event, events.Decided):
            self.decided.labels(event.mode).inc()
        elif isinstance(event, events.StoreError):
            self.store_errors.labels(event.backend, event.operation).inc()
        else:
            self.breaker.labels(event.backend).set(_BREAKER[event.state])

    def take_counts(self) -> None:
        """Add what the planner and the renderer have counted themselves since the last time."""
        found = render_counters()
        native, stock = found["native_renders"], found["stock_renders"]
        with self._lock:
            self._add("hits", memory_hits(), self.hits.labels("memory"))
            self._add("native", native, self.engine.labels("native"))
            self._add("django", stock, self.engine.labels("django"))

    def _add(self, name: str, count: int, counter: Any) -> None:
        more = count - self._read.get(name, 0)
        # Less than before: somebody has emptied the cache, and with it its count.
        counter.inc(more if more >= 0 else count)
        self._read[name] = count


def enable() -> bool:
    """Make the metrics, once; False, and a line in the log, where prometheus-client is missing."""
    if not is_installed():
        logger.error("JIT_METRICS is on, and prometheus-client is not installed")
        return False
    metrics = _metrics()
    if metrics.observe_event not in events.observers:
        events.observers.append(metrics.observe_event)
    return True


@lru_cache(maxsize=1)
def _metrics() -> Metrics:
    return Metrics()


def is_installed() -> bool:
    """Whether prometheus-client is."""
    return find_spec(_CLIENT) is not None


def observe_render(rendered: Rendered) -> None:
    """Take in a page, if the metrics are enabled."""
    if not _metrics.cache_info().currsize:
        return
    metrics = _metrics()
    name = metrics.templates.label(rendered.template)
    metrics.render.labels(name).observe(rendered.seconds)
    if rendered.queries.count:
        metrics.render_queries.labels(name).inc(rendered.queries.count)
    metrics.take_counts()


def observe_request(request: HttpRequest, queries: Queries) -> None:
    """Take in a request, under the name of its view or the pattern of its address."""
    match = request.resolver_match
    metrics = _metrics()
    name = "(none)" if match is None else match.view_name or match.route
    metrics.queries.labels(metrics.views.label(name)).observe(queries.count)


@login_not_required
@never_cache
@require_safe
def view(request: HttpRequest) -> HttpResponse:
    """The metrics of this process, or of all that share PROMETHEUS_MULTIPROC_DIR; 404 if off."""
    if not conf.get("JIT_METRICS") or not enable():
        raise Http404("JIT_METRICS is off, or prometheus-client is not installed")
    _metrics().take_counts()
    client = import_module(_CLIENT)
    registry = client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = client.CollectorRegistry()
        import_module(f"{_CLIENT}.multiprocess").MultiProcessCollector(registry)
    exposition = import_module(f"{_CLIENT}.exposition")
    encode, content_type = exposition.choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)
