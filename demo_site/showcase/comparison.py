"""Measures one page on both engines: bytes, queries, time. It knows URLs, not views."""

import time
from dataclasses import dataclass
from statistics import median

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from accounts.models import Profile
from config.engines import OURS, STOCK, use_engine


@dataclass(frozen=True)
class Side:
    """What one engine made of a page."""

    html: bytes
    first_queries: int
    queries: int
    milliseconds: float


@dataclass(frozen=True)
class Comparison:
    """One page on both engines."""

    name: str
    path: str
    stock: Side
    ours: Side

    @property
    def identical(self) -> bool:
        """Tell whether both engines wrote the same bytes."""
        return self.stock.html == self.ours.html

    @property
    def ratio(self) -> float:
        """Return how many times faster ours is."""
        return self.stock.milliseconds / self.ours.milliseconds


def showcase_pages() -> dict[str, str]:
    """Return name and path of the compared pages; the profile is the oldest member's."""
    member = Profile.objects.select_related("user").order_by("member_since", "pk")[0]
    return {
        "dashboard": reverse("rentals:dashboard"),
        "blog list": reverse("blog:post_list"),
        "profile": reverse("accounts:profile", args=[member.user.username]),
    }


def make_request(path: str) -> HttpRequest:
    """Return a visitor's GET request as the view gets it, without the middleware's work."""
    request = RequestFactory().get(path)
    request.resolver_match = resolve(request.path)
    request.user = AnonymousUser()
    return request


def render_page(path: str, engine: str) -> bytes:
    """Call the view behind ``path`` and return the page that ``engine`` makes of it."""
    request = make_request(path)
    match = request.resolver_match
    with use_engine(engine):
        return match.func(request, *match.args, **match.kwargs).content


def count_queries(path: str, engine: str) -> int:
    """Return the number of queries of one request."""
    with CaptureQueriesContext(connection) as queries:
        render_page(path, engine)
    return len(queries)


def time_page(path: str, engine: str) -> float:
    """Return the milliseconds of one request."""
    start = time.perf_counter()
    render_page(path, engine)
    return (time.perf_counter() - start) * 1000


def compare_page(name: str, path: str, rounds: int) -> Comparison:
    """Measure a page: once cold, then ``rounds`` times on each engine, in turns."""
    order = [STOCK, OURS]
    first = {engine: count_queries(path, engine) for engine in order}
    times: dict[str, list[float]] = {engine: [] for engine in order}
    for number in range(rounds):
        # Whoever goes first meets colder caches, so they take turns.
        for engine in order if number % 2 else reversed(order):
            times[engine].append(time_page(path, engine))
    sides = {
        engine: Side(
            html=render_page(path, engine),
            first_queries=first[engine],
            queries=count_queries(path, engine),
            milliseconds=median(times[engine]),
        )
        for engine in order
    }
    return Comparison(name, path, stock=sides[STOCK], ours=sides[OURS])
