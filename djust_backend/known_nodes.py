"""Nodes of Django's that Python code compiles and the renderer knows all the same."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.template import defaulttags
from django.template.base import Node
from django.templatetags import i18n as i18n_tags
from django.templatetags import static as static_tags
from django.utils import translation

from .watched import comes_from

__all__ = ["is_stock_querystring", "language_info", "value_node"]


def value_node(node: Node) -> tuple[Any, Any, str | None] | None:
    """Function, argument and variable of a node that prints or stores what the function returns.

    None for other nodes, and where somebody has changed how these work.
    """
    kind = type(node)
    if kind is static_tags.PrefixNode and comes_from(kind.render, static_tags.__name__):
        prefix: Any = node
        return kind.handle_simple, prefix.name, prefix.varname
    if kind is i18n_tags.GetLanguageInfoNode and comes_from(kind.render, i18n_tags.__name__):
        info: Any = node
        return language_info, info.lang_code, info.variable
    return None


def is_stock_querystring(function: Any) -> bool:
    """True for the function of `{% querystring %}`, if query strings are made by Django."""
    known = getattr(defaulttags, "querystring", None)
    methods = (QueryDict.urlencode, QueryDict.copy, QueryDict.__setitem__, QueryDict.__delitem__)
    return function is known and all(
        comes_from(part, home)
        for part, home in (
            (function, defaulttags.__name__),
            *((m, "django.http.request") for m in methods),
        )
    )


def language_info(code: Any) -> Any:
    """`{% getlanguage_info %}`"""
    return translation.get_language_info(code)
