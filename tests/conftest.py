"""Fixtures of all tests: `render` on both engines, and the addresses of services."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.http import HttpRequest
from hypothesis import HealthCheck, settings

from tests import services
from tests.compare import Case, ContextData, render_on_both

# `pytest --hypothesis-profile=long` is what `nox -s fuzz` runs.
settings.register_profile("short", deadline=None)
settings.register_profile(
    "long", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("short")


def pytest_collection_finish() -> None:
    """Leave what thousands of collected tests are made of out of every garbage collection."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def render() -> Callable[..., str]:
    """Return a function that renders on stock Django and on ours and wants no difference.

    It returns the text. What both raise alike it raises, so that `pytest.raises` holds both.
    See `tests.compare.Case` for the arguments; further ones are OPTIONS of the backend.
    """

    def render_case(
        source: str,
        context: ContextData = None,
        *,
        request: HttpRequest | None = None,
        templates: Mapping[str, str] | None = None,
        **options: Any,
    ) -> str:
        return render_on_both(Case(source, context, request, templates or {}, options))

    return render_case


@pytest.fixture(scope="session")
def postgresql() -> services.PostgreSQL:
    """Return a PostgreSQL server, started for this run when none is there."""
    return services.postgresql()


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Return the address of a Redis server, started for this run when none is there."""
    return services.redis()
