"""Which methods of forms, fields, widgets and error lists are Django's own, as the renderer knows.

It does natively what these methods do (`native/engine/src/forms/`), for a class that has the very
function of Django's, and if its text is one that was read: a Django with another text runs it.
"""

from __future__ import annotations

import builtins
import sys
from collections import OrderedDict, UserList
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

import django
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import renderers
from django.forms import utils as form_utils
from django.template import engines
from django.template import loader as template_loader
from django.utils import html, safestring
from django.utils.functional import cached_property, keep_lazy
from django.utils.translation import gettext_lazy

from .form_methods import CHAINS, DIGESTS
from .texts import digest

# Its stubs leave out what only Django itself uses.
_forms: Any = forms.forms

_ADMIN = "django.contrib.admin.widgets"

#: Names of Django's modules that its methods find their helpers in, and what these call.
_HELPERS = (
    (html, ("format_html", "conditional_escape", "escape")),
    (safestring, ("mark_safe",)),
    (template_loader, ("_engine_list", "engines")),
)


def form_pieces() -> dict[str, Any]:
    """What the native side needs of Django's forms besides their methods."""
    return {
        "BoundField": forms.BoundField,
        "ErrorList": form_utils.ErrorList,
        "OrderedDict": OrderedDict,
        "ValidationError": ValidationError,
        "boolean_check": forms.widgets.boolean_check,
        "engines": engines,
        "get_default_renderer": renderers.get_default_renderer,
        "non_field_errors": NON_FIELD_ERRORS,
        # The characters after which a label gets no suffix (`BoundField.label_tag`).
        "punctuation": gettext_lazy(":?.!"),
        # A tag without an id has no attributes, and a legend names no element, since Django 6.1.
        "labels_have_attrs": django.VERSION >= (6, 1),
        # A class that adds none of these to its only base has the methods of the base.
        "names": frozenset(("__getattr__", "__getattribute__", *(n for n, _ in CHAINS.values()))),
        "notes": _notes(),
    }


def form_methods_of(cls: type[Any]) -> list[str]:
    """The tokens of `CHAINS` that hold for a class; none if it finds attributes in its own way."""
    if isinstance(cls.__getattribute__, FunctionType) or hasattr(cls, "__getattr__"):
        return []
    bases = set(cls.__mro__)
    return [
        token
        for token, (name, chain, owner) in _chains(_ADMIN in sys.modules).items()
        if owner in bases and _has(cls, name, chain)
    ]


def hidden_errors(name: str, field: Any) -> list[str]:
    """The errors of a hidden field as they stand above a form (`BaseForm.get_context`)."""
    return [
        _forms._("(Hidden field %(name)s) %(error)s") % {"name": name, "error": str(error)}
        for error in field.errors
    ]


def unpacked_choice(choice: Any) -> tuple[Any, Any]:
    """The two items of a choice. Error: that of unpacking something else."""
    value, label = choice
    return value, label


class _Rendered:
    """A widget whose text is there already."""

    def __init__(self, widget: Any, text: Any) -> None:
        self.widget = widget
        self.text = text

    @property
    def is_hidden(self) -> Any:
        """As the widget."""
        return self.widget.is_hidden

    def render(self, *_arguments: Any) -> Any:
        """The text."""
        return self.text


def related_context(wrapper: Any, text: Any, *arguments: Any) -> Any:
    """`RelatedFieldWidgetWrapper.get_context(name, value, attrs)`, the widget inside rendered."""
    twin = object.__new__(type(wrapper))
    vars(twin).update(vars(wrapper))
    twin.widget = _Rendered(wrapper.widget, text)
    return twin.get_context(*arguments)


def _has(cls: type[Any], name: str, chain: tuple[Any, ...]) -> bool:
    found = (vars(base)[name] for base in cls.__mro__ if name in vars(base))
    return all(next(found, None) is piece for piece in chain)


@lru_cache(maxsize=2)
def _chains(has_admin: bool) -> dict[str, tuple[str, tuple[Any, ...], type[Any]]]:
    """By token: a name, what Django's classes have there as far as `super()` leads, and the first.

    Left out is what had been replaced already when the first form was rendered, and the admin's if
    the site has none.
    """
    chains = {}
    for token, (name, owners) in CHAINS.items():
        if not has_admin and owners[0].startswith("contrib.admin."):
            continue
        chain = tuple(_piece(owner, name) for owner in owners)
        if None not in chain:
            chains[token] = (name, chain, _owner(owners[0]))
    return chains


def _piece(owner: str, name: str) -> Any:
    """An attribute of a class, if Django has written it. `owner`: module and class."""
    cls = _owner(owner)
    value = vars(cls).get(name)
    if cls in (UserList, Sequence):
        return value
    function = _function(value)
    if function is None or function.__globals__.get("__name__") != cls.__module__:
        return None
    return value if digest(function) in DIGESTS.get(function.__qualname__, ()) else None


def _owner(path: str) -> type[Any]:
    module, _, name = path.rpartition(".")
    if not module:
        return {"UserList": UserList, "Sequence": Sequence}[name]
    found: type[Any] = getattr(import_module(f"django.{module}"), name)
    return found


def _function(value: Any) -> FunctionType | None:
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, cached_property):
        value = value.func
    elif isinstance(value, staticmethod):
        value = value.__func__
    return value if isinstance(value, FunctionType) else None


def _notes() -> list[tuple[Any, str, Any]]:
    """Globals that these methods name, as (module, name, value); a replaced one never holds."""
    notes = [(module, name, vars(module)[name]) for module, names in _HELPERS for name in names]
    for _, chain, _ in _chains(False).values():
        for piece in chain:
            function = _function(piece)
            if function is not None:
                notes += _globals(function)
    known = {(id(module), name): (module, name, value) for module, name, value in notes}
    return [
        (module, name, value if _is_djangos(value) else object())
        for module, name, value in known.values()
    ]


def _globals(function: FunctionType) -> list[tuple[Any, str, Any]]:
    module = import_module(function.__globals__["__name__"])
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    return [(module, name, vars(module)[name]) for name in names if name in vars(module)]


def _codes(code: CodeType) -> list[CodeType]:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code, *(found for each in inner for found in _codes(each))]


def _is_djangos(value: Any) -> bool:
    """True if a global of a module of Django's is Django's or Python's."""
    if isinstance(value, FunctionType) and value.__globals__ is keep_lazy.__globals__:
        value = getattr(value, "__wrapped__", value)
    if isinstance(value, FunctionType):
        return str(value.__globals__.get("__name__")).startswith("django.")
    home = getattr(value, "__module__", None) or type(value).__module__
    return isinstance(value, ModuleType) or home.partition(".")[0] in _HOMES


_HOMES = {"django", "datetime", "functools", "re", builtins.__name__, "collections"}
