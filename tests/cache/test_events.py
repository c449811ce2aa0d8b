"""What is counted of plans, and who is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from djust_backend.cache import events


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    events.reset()
    yield
    events.reset()
    events.observers.clear()


def test_events_are_counted_and_told() -> None:
    told: list[events.Event] = []
    events.observers.append(told.append)
    events.tell(events.Hit("store", "shop.Book"))
    events.tell(events.Miss("shop.Book"))
    events.tell(events.Compiled(0.5, "shop.Book", "rows"))
    events.tell(events.StoreError("redis", "get"))
    assert [type(event).__name__ for event in told] == ["Hit", "Miss", "Compiled", "StoreError"]
    assert events.counts["hit.store"] == events.counts["miss"] == 1
    assert events.counts["storeerror.redis.get"] == 1
    assert events.compile_seconds() == 0.5


def test_the_state_of_a_breaker_is_the_last_that_was_told() -> None:
    assert events.breaker_state("redis") == "closed"
    events.tell(events.Breaker("redis", "open"))
    assert events.breaker_state("redis") == "open"


def test_an_observer_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: events.Event) -> None:
        raise RuntimeError("no disk for statistics")

    events.observers.append(fail)
    with caplog.at_level(logging.ERROR, "djust_backend.jit"):
        events.tell(events.Miss("shop.Book"))
    assert "no disk for statistics" in caplog.text
