"""The pieces of Django that run natively, as Django made them.

A site may have replaced them, before or after us.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import logging
import re
import secrets
import string
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from django import urls
from django.core.cache import utils as cache_utils
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.db.models.fields import related_descriptors
from django.db.models.manager import BaseManager, Manager
from django.db.models.query import ModelIterable, RawQuerySet
from django.db.models.query_utils import DeferredAttribute
from django.middleware import csrf
from django.template import base, context, context_processors, defaultfilters
from django.template.backends import django as django_backend
from django.template.context import BaseContext, Context, RequestContext
from django.templatetags import cache as cache_tags
from django.urls import base as url_base
from django.urls import converters, resolvers
from django.utils import (
    dateformat,
    formats,
    functional,
    html,
    numberformat,
    regex_helper,
    safestring,
    translation,
)
from django.utils.translation import trans_real

logger = logging.getLogger("djust_backend.jit")

#: Stands for the value of a piece that was replaced before we came; no attribute ever holds it.
_REPLACED = object()

_TO_ONE = ("__get__", "is_cached", "get_queryset", "get_object", "get_prefetch_querysets")

#: By these QuerySets, instances, relations and pages are read.
_READERS: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (
        QuerySet,
        (
            "__bool__", "__getitem__", "__iter__", "__len__", "_chain", "_clone", "_fetch_all",
            "_iterator", "_prefetch_related_objects", "_values", "all", "count", "exists", "first",
            "iterator", "last", "values_list",
        ),
    ),
    (RawQuerySet, ("__bool__", "__getitem__", "__iter__", "__len__", "_fetch_all", "iterator")),
    (ModelIterable, ("__iter__",)),
    (Page, ("__getitem__", "__len__")),
    (BaseManager, ("all", "get_queryset")),
    (Manager, ("all", "get_queryset")),
    (Model, ("__init__", "_get_FIELD_display", "get_deferred_fields", "refresh_from_db")),
    (DeferredAttribute, ("__get__", "_check_parent_chain")),
    (related_descriptors.ForwardManyToOneDescriptor, _TO_ONE),
    (related_descriptors.ForwardOneToOneDescriptor, _TO_ONE),
    (related_descriptors.ReverseOneToOneDescriptor, _TO_ONE),
    (related_descriptors.ReverseManyToOneDescriptor, ("__get__",)),
)  # fmt: skip

#: By these a context is read and written.
_CONTEXT_METHODS = (
    "__contains__", "__getitem__", "__setitem__", "flatten", "get", "new", "pop", "push",
    "set_upward", "setdefault", "update",
)  # fmt: skip

#: The expressions that Django splits a source and a filter with: text and flags.
_TAG_RE = (r"({%.*?%}|{{.*?}}|{#.*?#})", re.UNICODE)
_JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
_FILTER_FLAGS = re.VERBOSE | re.UNICODE


def comes_from(function: Any, module: str) -> bool:
    """True if a function was written in a module.

    A wrapper may bear another's name, but not its globals.
    """
    if isinstance(function, FunctionType) and function.__globals__ is vars(contextlib):
        # `@contextmanager`: the generator function counts.
        function = inspect.unwrap(function)
    return isinstance(function, FunctionType) and function.__globals__.get("__name__") == module


def is_function_of(module: ModuleType, value: Any) -> bool:
    """True if a function was written in a module, perhaps under `@keep_lazy` or `lazy`."""
    if comes_from(value, functional.__name__):
        # What is inside counts.
        value = getattr(value, "__wrapped__", None)
    return comes_from(value, module.__name__)


@lru_cache
def _keeps_answers() -> None:
    """Is of the class of functions that keep their answers."""


def asked_for_answers(value: Any) -> Any:
    """What is asked for the answers that `lru_cache` keeps; anything else is given back."""
    return value.__wrapped__ if type(value) is type(_keeps_answers) else value


def uses_djangos_own(function: FunctionType) -> bool:
    """True if what a function of Django's finds in its module was written by Django or for Python.

    A site may have put something else there; a filter that would call it has to be called.
    """
    home = function.__globals__
    codes = [function.__code__]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    names = {name for code in codes for name in code.co_names}
    return all(_is_djangos_or_pythons(home[name]) for name in names if callable(home.get(name)))


def _is_djangos_or_pythons(value: Any) -> bool:
    value = asked_for_answers(value)
    if not inspect.isclass(value) and not isinstance(value, (FunctionType, BuiltinFunctionType)):
        return False
    home = str(getattr(value, "__module__", ""))
    package = home.partition(".")[0]
    if package == "unittest" or package not in {"django", *sys.stdlib_module_names}:
        return False
    return not isinstance(value, FunctionType) or is_function_of(sys.modules[home], value)


def is_genuine(holder: Any, name: str, value: Any) -> bool:
    """True if an attribute of a class or module of Django's has the value that Django gave it.

    A site that patches Django in `AppConfig.ready()` does so before its first template, and with it
    us, is loaded.
    """
    if inspect.isclass(holder):
        return comes_from(value, holder.__module__)
    if name == "filter_re":
        return _expression(value) == (base.filter_raw_string, _FILTER_FLAGS)
    home = str(getattr(value, "__module__", ""))
    if not home.startswith("django.") or getattr(value, "__name__", "") != name:
        return False
    return inspect.isclass(value) or comes_from(value, home)


def tags_span_lines(tag_re: Any) -> bool | None:
    """Whether an expression finds tags that go on over the end of a line.

    False for Django's own `django.template.base.tag_re`, True for the same with `re.DOTALL`, as
    sites put it there to write long tags in several lines; None for any other.
    """
    try:
        found = _expression(tag_re)
    except AttributeError:
        # It is no regular expression of Python's.
        return None
    over_lines = (_TAG_RE[0], _TAG_RE[1] | re.DOTALL)
    return found == over_lines if found in (_TAG_RE, over_lines) else None


def _expression(value: Any) -> tuple[Any, int]:
    """Text and flags of a regular expression.

    Django compiles its own when they are first used: the renderer does without these two, and the
    first page without compiling them.
    """
    if type(value) is functional.SimpleLazyObject and vars(value)["_wrapped"] is functional.empty:
        setup = vars(value)["_setupfunc"]
        if comes_from(setup, regex_helper.__name__) and setup.__closure__:
            cells = (cell.cell_contents for cell in setup.__closure__)
            known = dict(zip(setup.__code__.co_freevars, cells, strict=True))
            if known.keys() == {"flags", "regex"} and isinstance(known["regex"], str):
                return known["regex"], known["flags"] | re.UNICODE
    return value.pattern, value.flags


def _note(holder: Any, name: str) -> tuple[Any, str, Any]:
    value = getattr(holder, name)
    return holder, name, value if is_genuine(holder, name, value) else _REPLACED


def _function(
    module: ModuleType, name: str, home: ModuleType | None = None
) -> tuple[Any, str, Any]:
    """A note on a function of a module that `home`, or the module itself, is the home of."""
    value = vars(module)[name]
    return module, name, value if is_function_of(home or module, value) else _REPLACED


def noted(module: Any, name: str) -> tuple[Any, str, Any]:
    """A note on a member of a module; of anything but functions and classes, the value it has."""
    value = getattr(module, name)
    known = callable(value) and hasattr(value, "__name__")
    return _note(module, name) if known else (module, name, value)


def _constant(module: Any, name: str, known: Any) -> tuple[Any, str, Any]:
    """A note on a constant of a module, which must have the value that Django gives it."""
    value = getattr(module, name)
    return module, name, value if value == known else _REPLACED


def _methods(cls: type[Any]) -> list[tuple[Any, str, Any]]:
    """What is called on a class, as (class, name, function)."""
    notes = []
    for name, value in vars(cls).items():
        # Of most it is enough to ask this; there are some hundred.
        if type(value) is FunctionType and value.__globals__.get("__name__") == cls.__module__:
            notes.append((cls, name, value))
        elif callable(value) and not isinstance(value, type):
            notes.append(_note(cls, name))
    return notes


def _members(module: Any, *names: str) -> list[tuple[Any, str, Any]]:
    return [_note(module, name) for name in names]


def _addresses() -> list[tuple[Any, str, Any]]:
    """What `{% url %}` is made with."""
    notes = _members(urls, "reverse")
    notes += _members(url_base, "get_resolver", "get_urlconf", "get_script_prefix")
    notes += _members(resolvers, "get_language", "escape_leading_slashes")
    # Cached functions and Python's own hide where they were written.
    notes += [(url_base, "get_ns_resolver", vars(url_base)["get_ns_resolver"])]
    notes += [(resolvers, "quote", vars(resolvers)["quote"])]
    notes += [_note(resolvers.URLResolver, name) for name in ("_reverse_with_prefix", "_populate")]
    notes += [
        _note(cls, "to_url")
        for cls in (
            converters.IntConverter, converters.StringConverter, converters.SlugConverter,
            converters.PathConverter, converters.UUIDConverter,
        )
    ]  # fmt: skip
    return notes


def _choice() -> tuple[Any, str, Any]:
    """What draws the characters of a token: a method of the system's source of randomness."""
    value = secrets.choice
    is_own = isinstance(getattr(value, "__self__", None), secrets.SystemRandom)
    return secrets, "choice", value if is_own else _REPLACED


def _token_and_key_makers() -> dict[str, list[tuple[Any, str, Any]]]:
    """What CSRF tokens, and the keys of `{% cache %}`, are made with."""
    return {
        "tokens": [
            *_members(csrf, "get_token", "_get_new_csrf_string", "_mask_cipher_secret"),
            *_members(csrf, "get_random_string", "_add_new_csrf_cookie"),
            *_members(context_processors, "get_token"),
            *(
                _note(functional.SimpleLazyObject, name)
                for name in ("_setup", "__bool__", "__eq__", "__str__", "__getattribute__")
            ),
            _choice(),
            _constant(csrf, "CSRF_SECRET_LENGTH", 32),
            _constant(csrf, "CSRF_ALLOWED_CHARS", string.ascii_letters + string.digits),
        ],
        "fragment_keys": [
            *_members(cache_tags, "make_template_fragment_key"),
            (cache_utils, "md5", vars(cache_utils)["md5"]),
            _constant(cache_utils, "TEMPLATE_FRAGMENT_KEY_TEMPLATE", "template.cache.%s.%s"),
        ],
    }


def _languages() -> list[tuple[Any, str, Any]]:
    """What switches languages, and tells about them."""
    notes = _members(translation, "override", "activate", "get_language", "get_language_info")
    notes += [_function(translation, "gettext_lazy")]
    notes += [(translation, "_trans", vars(translation)["_trans"])]
    notes += _members(trans_real, "DjangoTranslation", "activate", "get_language", "translation")
    notes += [_note(translation.override, name) for name in ("__init__", "__enter__", "__exit__")]
    return [*notes, _note(trans_real.DjangoTranslation, "to_language")]


def _safe_text() -> list[tuple[Any, str, Any]]:
    """What `format_html` and `mark_safe` are made of."""
    notes = [_function(html, name) for name in ("format_html", "conditional_escape", "escape")]
    return [*notes, _function(html, "mark_safe", safestring), _function(safestring, "mark_safe")]


def _string_filters() -> list[tuple[Any, str, Any]]:
    """What the wrappers that `stringfilter` makes are made of."""
    module: Any = defaultfilters
    unwrap = module.unwrap if comes_from(module.unwrap, inspect.__name__) else _REPLACED
    return [
        _note(module, "SafeData"),
        _function(module, "mark_safe", safestring),
        (module, "unwrap", unwrap),
        _note(safestring.SafeString, "__str__"),
    ]


def _json() -> list[tuple[Any, str, Any]]:
    """What makes the JSON of `json_script`, as long as the encoder is asked for nothing unusual."""
    module = import_module("django.core.serializers.json")
    encoder: Any = module.DjangoJSONEncoder
    known = encoder if encoder.__mro__[1:] == (json.JSONEncoder, object) else _REPLACED
    methods = ("__init__", "encode", "iterencode")
    return [
        (module, "DjangoJSONEncoder", known),
        *(
            (holder, name, value if comes_from(value, "json.encoder") else _REPLACED)
            for holder in (encoder, json.JSONEncoder)
            for name in methods
            for value in (getattr(holder, name),)
        ),
        (json, "dumps", json.dumps if comes_from(json.dumps, "json") else _REPLACED),
        _constant(html, "json", json),
        _constant(html, "_json_script_escapes", _JSON_ESCAPES),
        _function(html, "json_script"),
    ]


def _lexers() -> list[tuple[Any, str, Any]]:
    """Django's lexers; where they are others, the tokens are asked of them."""
    notes = _members(base, "Lexer", "DebugLexer")
    return notes + _methods(base.Lexer) + _methods(base.DebugLexer)


def _partials() -> list[tuple[Any, str, Any]]:
    """What renders a partial; there are none before Django 6.0."""
    cls = getattr(base, "PartialTemplate", None)
    return [] if cls is None else [_note(cls, "_render"), _note(cls, "render")]


def _contexts() -> list[tuple[Any, str, Any]]:
    """By what contexts are made, read and written."""
    contexts = _members(django_backend, "make_context")
    contexts += _members(context, "Context", "RenderContext", "RequestContext")
    for cls in (Context, RequestContext):
        # A method of the base class may be replaced in one of these.
        contexts += [_note(cls, name) for name in _CONTEXT_METHODS]
    for kind in (BaseContext, Context, RequestContext):
        contexts += _methods(kind)
    return contexts


def _sources() -> list[tuple[Any, str, Any]]:
    """By what QuerySets, instances, relations and pages are read."""
    notes = [_note(cls, name) for cls, names in _READERS for name in names if hasattr(cls, name)]
    # A page is iterated as sequences are.
    return [*notes, *((Page, name, vars(Sequence)[name]) for name in ("__contains__", "__iter__"))]


def tell_replaced_sources() -> None:
    """Say in the log which of them somebody has replaced: nothing is fetched ahead then."""
    replaced = [
        f"{cls.__name__}.{name} by {getattr(getattr(cls, name), '__module__', 'an object')}"
        for cls, name, value in _sources()
        if getattr(cls, name) is not value
    ]
    logger.warning(
        "Django's way of reading QuerySets was replaced (%s): rows are read as the templates ask "
        "for them, without plans",
        ", ".join(replaced),
    )


def watch(table: list[tuple[str, str, tuple[str, ...]]]) -> dict[str, Any]:
    """Notes the pieces of Django that are run natively: (holder, attribute, value).

    The value of a piece that is not Django's own any more is one that the attribute will never
    have.
    """
    engine = _members(
        base, "Parser", "NodeList", "TextNode", "VariableNode",
        "FilterExpression", "Variable", "Token", "render_value_in_context", "filter_re",
        "conditional_escape", "localize", "template_localtime",
    )  # fmt: skip
    cls: type[Any]
    for cls in (
        base.Parser, base.NodeList, base.Node, base.TextNode,
        base.VariableNode, base.FilterExpression, base.Variable, base.Token,
    ):  # fmt: skip
        engine += _methods(cls)
    engine += _members(
        formats, "localize", "date_format", "time_format", "number_format", "get_format"
    )
    engine += _members(dateformat, "DateFormat", "TimeFormat", "format", "time_format")
    engine += _methods(dateformat.DateFormat) + _methods(dateformat.TimeFormat)
    engine += [*_members(numberformat, "format"), _function(html, "escape")]
    engine += [
        item for item in _methods(base.Template) if item[1] in ("__init__", "compile_nodelist")
    ]
    template = [item for item in _methods(base.Template) if item[1] in ("_render", "render")]
    tags: list[Any] = []
    for module_name, function_name, class_names in table:
        module = import_module(module_name)
        function = getattr(module, function_name, None)
        if function is None or not comes_from(function, module_name):
            tags.append(None)
            continue
        notes = _members(module, *class_names)
        for class_name in class_names:
            notes += _methods(getattr(module, class_name))
        tags.append((function, notes))
    return {
        "engine": engine,
        "sources": _sources(),
        "template": template,
        "lexers": _lexers(),
        "contexts": _contexts(),
        "addresses": _addresses(),
        "languages": _languages(),
        "safe_text": _safe_text(),
        "string_filters": _string_filters(),
        "json": _json(),
        "partials": _partials(),
        **_token_and_key_makers(),
        "tags": tags,
        "signs_in_names": "+-]" in base.filter_raw_string,
    }
