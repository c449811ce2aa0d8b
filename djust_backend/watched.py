"""The pieces of Django that run natively, as they are when `djust_backend` is imported: what a site may have replaced."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from django.template import base, context
from django.template.backends import django as django_backend
from django.template.context import BaseContext, Context, RequestContext


def _methods(cls: type[Any]) -> list[tuple[Any, str, Any]]:
    """The functions of a class, as (class, name, function)."""
    return [
        (cls, name, getattr(cls, name))
        for name, value in vars(cls).items()
        if inspect.isfunction(value)
    ]


def _members(module: Any, *names: str) -> list[tuple[Any, str, Any]]:
    return [(module, name, getattr(module, name)) for name in names]


def watch(table: list[tuple[str, str, tuple[str, ...]]]) -> dict[str, Any]:
    """Notes the pieces of Django that are run natively, as they are now: (holder, attribute, value)."""
    engine = _members(
        base, "Lexer", "DebugLexer", "Parser", "NodeList", "TextNode", "VariableNode", "FilterExpression", "Variable",
        "Token", "render_value_in_context", "tag_re", "filter_re", "conditional_escape", "localize",
        "template_localtime",
    )  # fmt: skip
    for cls in (
        base.Lexer, base.DebugLexer, base.Parser, base.NodeList, base.Node, base.TextNode, base.VariableNode,
        base.FilterExpression, base.Variable, base.Token,
    ):  # fmt: skip
        engine += _methods(cls)
    engine += [
        item for item in _methods(base.Template) if item[1] in ("__init__", "compile_nodelist")
    ]
    template = [item for item in _methods(base.Template) if item[1] in ("_render", "render")]
    contexts = _members(django_backend, "make_context")
    contexts += _members(context, "Context", "RequestContext")
    for cls in (BaseContext, Context, RequestContext):
        contexts += _methods(cls)
    tags: list[Any] = []
    for module_name, function_name, class_names in table:
        module = import_module(module_name)
        function = getattr(module, function_name, None)
        if function is None:
            tags.append(None)
            continue
        notes = _members(module, *class_names)
        for class_name in class_names:
            notes += _methods(getattr(module, class_name))
        tags.append((function, notes))
    return {
        "engine": engine,
        "template": template,
        "contexts": contexts,
        "tags": tags,
        "signs_in_names": "+-]" in base.filter_raw_string,
    }
