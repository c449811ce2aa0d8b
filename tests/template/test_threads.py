"""Contexts and templates that go from thread to thread, as in async views and thread pools."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.template import Context, Library, Node
from django.template.base import Parser, Token

from djust_backend.engine import Engine

register = Library()
SEEN: list[Any] = []


class BodyNode(Node):
    """Renders its body, and keeps the context and the parser."""

    def __init__(self, nodelist: Any, parser: Parser) -> None:
        self.nodelist = nodelist
        self.parser = parser

    def render(self, context: Context) -> Any:
        SEEN.append(context)
        return self.nodelist.render(context)


@register.tag
def body(parser: Parser, token: Token) -> BodyNode:
    nodelist = parser.parse(("endbody",))
    parser.delete_first_token()
    return BodyNode(nodelist, parser)


SOURCES = {
    "base": "<{% block a %}{% endblock %}>",
    "page": "{% extends 'base' %}{% block a %}{% body %}{% cycle 'x' 'y' %}{{ v }}{% endbody %}{% endblock %}",
}


def in_thread(work: Callable[[], Any]) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


@pytest.fixture
def engine() -> Engine:
    made = Engine(
        loaders=[("django.template.loaders.locmem.Loader", SOURCES)],
        libraries={},
        builtins=[],
    )
    made.template_builtins.append(register)
    return made


@pytest.fixture(autouse=True)
def nothing_unraisable(monkeypatch: pytest.MonkeyPatch) -> Any:
    found: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", found.append)
    yield
    SEEN.clear()
    gc.collect()
    assert found == []


def test_a_template_is_compiled_in_one_thread_and_rendered_and_freed_in_another(
    engine: Engine,
) -> None:
    template = in_thread(lambda: engine.get_template("page"))
    assert template.render(Context({"v": 1})) == "<x1>"


def test_a_context_is_used_in_two_threads(engine: Engine) -> None:
    context = Context({"v": 1})
    texts = [in_thread(lambda: engine.get_template("page").render(context)) for _ in range(2)]
    assert [*texts, engine.get_template("page").render(context)] == ["<x1>"] * 3


def test_what_a_tag_keeps_is_freed_in_another_thread(engine: Engine) -> None:
    in_thread(lambda: engine.get_template("page").render(Context({"v": 1})))
    assert SEEN
    SEEN.clear()
    gc.collect()
