"""Routers that answer by the model, and those that look at the instance."""

from __future__ import annotations

import functools

import pytest

from djust_backend.orm import routes


def by_model(self, model, **hints):
    return "other" if model._meta.app_label == "x" else None


def by_name(self, model, instance=None, **hints):
    return None if instance is None else instance._state.db


def by_hints(self, model, **hints):
    return hints.get("shard")


def two_at_once(self, model, a=None, b=None):
    return a or b


def passed_on(self, model, **hints):
    return by_hints(self, model, **hints)


def inside(self, model, instance=None, **hints):
    return next((one for one in [None] if instance), None)


def everything(*args, **kwargs):
    return None


def by_locals(self, model, **hints):
    return locals()["hints"].get("x")


def wrapped(self, model, **hints):
    return None


CASES = {
    by_model: False,
    by_name: True,
    by_hints: True,
    two_at_once: True,
    passed_on: True,
    inside: True,
    everything: True,
    by_locals: True,
    wrapped: False,
    functools.partial(by_model, None): True,
    functools.lru_cache(by_model): True,
}


# Python 3.13 warns of partials as attributes of a class, which a router may have.
@pytest.mark.filterwarnings("ignore:functools.partial will be a method descriptor:FutureWarning")
@pytest.mark.parametrize("method", CASES)
def test_what_a_router_looks_at_is_read_in_its_code(settings, method):
    settings.DATABASE_ROUTERS = [type("Router", (), {"db_for_read": method})()]
    assert routes.look_at_instances() is CASES[method]


def test_routers_that_do_not_read_look_at_nothing(settings):
    settings.DATABASE_ROUTERS = [type("Router", (), {"db_for_write": by_name})()]
    assert not routes.look_at_instances()
    settings.DATABASE_ROUTERS = []
    assert not routes.look_at_instances()
