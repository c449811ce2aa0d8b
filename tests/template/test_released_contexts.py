"""Contexts of renders that are over: gone if nobody has them, as stock leaves them if somebody has."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Library
from django.template.backends.django import DjangoTemplates
from django.template.context import Context, ContextDict
from django.test import RequestFactory

from djust_backend import DjustTemplates

register = Library()
KEPT: list[Any] = []


@register.simple_tag(takes_context=True)
def see(context: Context) -> str:
    """A tag that keeps nothing."""
    return str(context.get("v"))


def keeping(name: str, what: Callable[[Any], Any]) -> None:
    def keep(context: Context) -> str:
        KEPT.append(what(context))
        return ""

    register.simple_tag(keep, takes_context=True, name=name)


keeping("keep_context", lambda context: context)
keeping("keep_dicts", lambda context: context.dicts)
keeping("keep_layer", lambda context: context.dicts[-1])
keeping("keep_first", lambda context: context.dicts[0])
keeping("keep_pushed", lambda context: context.push(pushed=1))
keeping("keep_method", lambda context: context.get)
keeping("keep_iterator", iter)
keeping("keep_other_owner", lambda context: ContextDict(context, a=1))


@register.inclusion_tag("part.html", takes_context=True)
def part(context: Context) -> dict[str, Any]:
    return {"v": "inner", "outer": context.get("v")}


@register.simple_tag(takes_context=True)
def fail(context: Context) -> str:
    raise ZeroDivisionError("tag")


PART = (
    "{% load tags %}{{ v }}{% see %}{% keep_context %}{% with v=1 %}{% keep_layer %}{% endwith %}"
)

SOURCES = [
    "{% keep_context %}", "{% keep_dicts %}", "{% keep_layer %}", "{% keep_first %}", "{% keep_pushed %}",
    "{% keep_method %}", "{% keep_iterator %}", "{% keep_other_owner %}", "{% part %}{{ v }}",
    "{% with v=2 %}{% keep_context %}{% keep_layer %}{% part %}{% endwith %}",
    "{% for x in 'ab' %}{% keep_layer %}{% part %}{% endfor %}{% include 'part.html' only %}",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    KEPT.clear()
    yield
    KEPT.clear()


def engine(kind: type[DjangoTemplates]) -> Any:
    options = {
        "libraries": {"tags": __name__},
        "builtins": [__name__],
        "loaders": [("django.template.loaders.locmem.Loader", {"part.html": PART})],
        "context_processors": ["django.template.context_processors.request"],
    }
    return kind({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})


def described(kept: Any) -> Any:
    """What a kept object still tells."""
    if callable(kept):
        return kept("v"), described(kept.__self__)
    if isinstance(kept, Context):
        bound = kept.template is None, kept.render_context.template is None
        return [layer_of(layer) for layer in kept.dicts], bound
    if isinstance(kept, ContextDict):
        owner = kept.context
        return layer_of(kept), [layer_of(layer) for layer in owner.dicts], owner.template is None
    if isinstance(kept, dict):
        return layer_of(kept)
    return [described(one) for one in kept]


def layer_of(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer without the token, which is another one each time."""
    return {name: value for name, value in layer.items() if name != "csrf_token"}


@pytest.mark.parametrize("with_request", [False, True])
@pytest.mark.parametrize("source", SOURCES)
def test_what_is_kept_is_as_on_stock(source: str, with_request: bool) -> None:
    request = RequestFactory().get("/") if with_request else None
    results = []
    for kind in (DjangoTemplates, DjustTemplates):
        KEPT.clear()
        text = engine(kind).from_string(source).render({"v": "outer"}, request)
        results.append((text, [described(kept) for kept in KEPT]))
    assert results[0] == results[1]


@pytest.mark.parametrize("source", ["{% see %}", "{% part2 %}{% see %}"])
def test_what_nobody_has_is_gone(source: str) -> None:
    source = source.replace("{% part2 %}", "{% with v=1 %}{% see %}{% endwith %}{% part3 %}")
    source = source.replace("{% part3 %}", "{% include 'seen.html' only %}")
    options = {
        "builtins": [__name__],
        "loaders": [("django.template.loaders.locmem.Loader", {"seen.html": "{% see %}"})],
    }
    made = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
    template = made.from_string(source)

    class Value:
        """Something that can be watched."""

    value = Value()
    watch = weakref.ref(value)
    gc.collect()
    gc.disable()
    try:
        template.render({"v": value})
        del value
        assert watch() is None
    finally:
        gc.enable()


def test_an_exception_has_the_context_that_it_was_raised_in() -> None:
    found = []
    for kind in (DjangoTemplates, DjustTemplates):
        template = engine(kind).from_string("{% with w=3 %}{% fail %}{% endwith %}")
        request: HttpRequest = RequestFactory().get("/")
        with pytest.raises(ZeroDivisionError) as caught:
            template.render({"v": "kept"}, request)
        context = caught.traceback[-1].frame.f_locals["context"]
        found.append([dict(layer) for layer in context.dicts if isinstance(layer, ContextDict)])
    assert found[0] == found[1]
    assert {"v": "kept"}.items() <= {k: v for layer in found[0] for k, v in layer.items()}.items()
