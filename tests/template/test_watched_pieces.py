"""Pieces of Django that somebody has replaced: Django's way wins, before and after."""

# ruff: noqa: E501 - the source of a template is one line
from __future__ import annotations

import threading
from typing import Any

import pytest
from django.template import base, defaulttags, loader_tags
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory, SimpleTestCase
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render

from djust_backend import DjustTemplates

SOURCES = {
    "base": "<{% block a %}{{ v }}{% endblock %}>",
    "main": "{% extends 'base' %}{% block a %}{% if v %}{% for x in v %}{{ x }}{% endfor %}{% endif %}"
    "{% include 'inner' %}{{ block.super }}{% endblock %}",
    "inner": "[{{ v|upper }}]",
}


def backend(cls: Any) -> Any:
    loader = ("django.template.loaders.locmem.Loader", SOURCES)
    return cls({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [loader]}})


def texts(cls: Any, made: Any = None) -> list[str]:
    try:
        template = (made or backend(cls)).get_template("main")
    except Exception as error:  # noqa: BLE001 - compared
        return [repr(error)]
    found = []
    for request in (None, RequestFactory().get("/")):
        try:
            found.append(template.render({"v": "<v>"}, request))
        except Exception as error:  # noqa: BLE001 - compared
            found.append(repr(error))
    return found


REPLACED = [
    (defaulttags.IfNode, "render", lambda self, context: "patched if"),
    (defaulttags.ForNode, "render", lambda self, context: "patched for"),
    (base.VariableNode, "render", lambda self, context: "patched variable"),
    (base.TextNode, "render", lambda self, context: "patched text"),
    (base.TextNode, "render_annotated", lambda self, context: "patched text"),
    (base.Node, "render_annotated", lambda self, context: "patched node"),
    (base.NodeList, "render", lambda self, context: "patched list"),
    (
        base.FilterExpression,
        "resolve",
        lambda self, context, ignore_failures=False: "patched filter",
    ),
    (base.Variable, "resolve", lambda self, context: "patched variable"),
    (base.Variable, "_resolve_lookup", lambda self, context: "patched lookup"),
    (base.Template, "_render", lambda self, context: "patched template"),
    (loader_tags.BlockNode, "render", lambda self, context: "patched block"),
    (loader_tags.ExtendsNode, "render", lambda self, context: "patched extends"),
    (loader_tags.IncludeNode, "render", lambda self, context: "patched include"),
    (base, "render_value_in_context", lambda value, context: "patched value"),
    (base.Lexer, "tokenize", lambda self: [base.Token(base.TokenType.TEXT, "patched lexer")]),
]


@pytest.mark.parametrize(("holder", "name", "function"), REPLACED)
def test_a_piece_replaced_before_compiling(
    monkeypatch: Any, holder: Any, name: str, function: Any
) -> None:
    before = texts(DjangoTemplates)
    monkeypatch.setattr(holder, name, function)
    expected = texts(DjangoTemplates)
    assert texts(DjustTemplates) == expected
    monkeypatch.undo()
    assert texts(DjustTemplates) == before


def test_signals_contexts_and_names_in_tests(monkeypatch: Any) -> None:
    monkeypatch.setattr(base.Template, "_render", instrumented_test_render)
    seen: list[list[Any]] = []

    def listen(sender: Any, template: Any, context: Any, **more: Any) -> None:
        seen[-1].append((template.name, context.flatten().get("v")))

    template_rendered.connect(listen)
    found = []
    for cls in (DjangoTemplates, DjustTemplates):
        seen.append([])
        found.append(texts(cls))
    template_rendered.disconnect(listen)
    assert found[0] == found[1]
    assert seen[0] == seen[1]
    assert ("base", "<v>") in seen[1]
    assert ("inner", "<v>") in seen[1]
    made = backend(DjustTemplates)
    with SimpleTestCase().assertTemplateUsed("base"):
        made.get_template("main").render({"v": "1"})
    with SimpleTestCase().assertTemplateNotUsed("nothing"):
        made.get_template("main").render({"v": "1"})


def test_threads_share_a_template() -> None:
    made = backend(DjustTemplates)
    template = made.from_string(
        "{% for x in v %}{% cycle 'a' 'b' 'c' %}{% ifchanged x %}{{ x }}{% endifchanged %}{{ n }}{% include 'main' %}{% endfor %}"
    )
    expected = {
        n: backend(DjangoTemplates)
        .from_string(template.template.source)
        .render({"v": "aab", "n": n})
        for n in range(8)
    }
    wrong: list[Any] = []

    def work(n: int) -> None:
        for _ in range(50):
            text = template.render({"v": "aab", "n": n})
            if text != expected[n]:
                wrong.append((n, text))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
