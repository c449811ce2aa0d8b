"""A process around one engine: renders a list of so many rows, alone or in threads."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.engine import site
from tests.benchmarks.engine.backends import BACKENDS, Backend
from tests.benchmarks.engine.worker import seconds_of, serve, versions

#: A list of orders with their customers: a relation for each row.
ORDERS = """<ul>{% for order in orders %}
<li class="{{ order.state }}">{{ order.number }} {{ order.customer.first_name }}
{{ order.customer.last_name|upper }}{% if order.is_gift %} (gift){% endif %}</li>{% endfor %}</ul>
"""

#: Renders of a thread between two looks at the clock.
BURST = 20

#: Rows of the page that threads render.
THREAD_ROWS = 100


class Repeated:
    """A render as `seconds_of` takes it."""

    def __init__(self, render: Callable[[], str]) -> None:
        self.render = render

    def steps(self, count: int) -> list[Callable[[], str]]:
        """So many renders."""
        return [self.render] * count


class Worker:
    """The orders that the parent can give; each public method is one of them."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        site.start(backend, folder)
        site.fill_database()
        # Only now: models can't be imported before Django is set up.
        from django.template import engines

        from tests.benchmarks.engine.scenarios.growth import SOURCE

        self.backend = backend
        compile_source = engines["django"].from_string
        self.templates = {"dictionaries": compile_source(SOURCE), "orders": compile_source(ORDERS)}
        self.known: dict[tuple[str, int], Callable[[], str]] = {}

    def versions(self) -> dict[str, str]:
        """The installed distribution of the backend, and Django's."""
        return versions(self.backend.path)

    def check(self, kind: str, rows: int) -> str:
        """The digest of a page's text."""
        text = self._render(kind, rows)()
        return hashlib.sha256(text.encode()).hexdigest()

    def time(self, kind: str, rows: int, count: int) -> float:
        """CPU nanoseconds per render."""
        return seconds_of(Repeated(self._render(kind, rows)), count) / count

    def threads(self, count: int, seconds: float) -> dict[str, float]:
        """Pages per second of so many threads that render at once, and how many were wrong."""
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        render = self._render("dictionaries", THREAD_ROWS)
        right = render()
        done, wrong = [0] * count, [0] * count
        until = time.perf_counter() + seconds

        def work(number: int) -> None:
            while time.perf_counter() < until:
                texts = [render() for _ in range(BURST)]
                done[number] += BURST
                wrong[number] += sum(text != right for text in texts)

        started = time.perf_counter()
        workers = [threading.Thread(target=work, args=(number,)) for number in range(count)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return {"pages": sum(done) / (time.perf_counter() - started), "wrong": sum(wrong)}

    def _render(self, kind: str, rows: int) -> Callable[[], str]:
        if (kind, rows) not in self.known:
            # One size at a time: the rows of the largest would slow the collector for all others.
            self.known.clear()
            gc.collect()
            self.known[kind, rows] = self._made(kind, rows)
        return self.known[kind, rows]

    def _made(self, kind: str, rows: int) -> Callable[[], str]:
        from tests.benchmarks.engine.shop import sample
        from tests.benchmarks.engine.shop.models import Customer, Order

        render: Callable[[dict[str, Any]], str] = self.templates[kind].render
        if kind == "dictionaries":
            context = {"items": sample.records("A", rows)}
            return lambda: render(context)
        Order.objects.all().delete()
        Customer.objects.all().delete()
        orders = sample.orders("A", rows)
        buyers = {order.customer.pk: order.customer for order in orders}
        Customer.objects.bulk_create(buyers.values(), batch_size=500)
        Order.objects.bulk_create(orders, batch_size=500)
        # Stock gets the view of somebody who knows about the relation.
        queryset = Order.objects.order_by("pk")
        if self.backend.name != "ours":
            queryset = queryset.select_related("customer")
        return lambda: render({"orders": queryset.all()})


if __name__ == "__main__":
    serve(lambda: Worker(BACKENDS[sys.argv[1]], Path(sys.argv[2])))
