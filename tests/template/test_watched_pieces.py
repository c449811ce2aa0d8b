"""Pieces of Django that somebody has replaced: Django's way wins, before and after."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.template import Context, Library, base, defaulttags, loader_tags
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
    (base.Template, "render", lambda self, context: "patched render"),
    (loader_tags.BlockNode, "render", lambda self, context: "patched block"),
    (loader_tags.BlockNode, "super", lambda self: "patched super"),
    (loader_tags.ExtendsNode, "render", lambda self, context: "patched extends"),
    (loader_tags.IncludeNode, "render", lambda self, context: "patched include"),
    (base, "render_value_in_context", lambda value, context: "patched value"),
    (base.Lexer, "tokenize", lambda self: [base.Token(base.TokenType.TEXT, "patched lexer")]),
    (Context, "__getitem__", lambda self, key: "patched item"),
]


class OwnBlock(loader_tags.BlockNode):
    """A block of a project's own tag."""

    def render(self, context: Any) -> str:
        return f"own({super().render(context)})"


def own_block(parser: Any, token: Any) -> Any:
    """`{% own name %}…{% endown %}`"""
    nodelist = parser.parse(("endown",))
    parser.delete_first_token()
    return OwnBlock(token.split_contents()[1], nodelist)


def test_blocks_of_a_projects_own_class_take_part_in_inheritance() -> None:
    sources = {
        "base": "<{% block a %}base{{ v }}{% endblock %}|{% own b %}own base{% endown %}>",
        "one": "{% extends 'base' %}{% own a %}one{{ v }}{{ block.super }}{% endown %}{% block b %}b{{ block.super }}{% endblock %}",
        "two": "{% extends 'one' %}{% block a %}two{{ block.super }}{% endblock %}{% own b %}{{ block.super }}{% endown %}",
    }
    found: list[list[str]] = []
    for cls in (DjangoTemplates, DjustTemplates):
        loader = ("django.template.loaders.locmem.Loader", sources)
        made = cls({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [loader]}})
        library = Library()
        library.tag("own", own_block)
        made.engine.template_builtins.append(library)
        found.append([made.get_template(name).render({"v": "<v>"}) for name in sources])
    assert found[0] == found[1]


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
