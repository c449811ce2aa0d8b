"""The columns of the admin's change lists: how the cells of each are made, decided once for a page.

The rows are made natively then (`native/engine/src/admin.rs`), as `results` and `items_for_result`
of the admin make them. Where anything stands between, these functions run themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from types import FunctionType
from typing import Any

import django
from django import forms, urls
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.core.validators import EMPTY_VALUES
from django.db import models
from django.utils import formats, html, safestring, timezone, translation

from . import _native
from .texts import digest
from .watched import comes_from

_LIST = "django.contrib.admin.templatetags.admin_list"

#: The texts of these functions that were read.
_TEXTS = {
    "results": ("147e2ba9",),
    "items_for_result": ("e733c83d", "4b9c3122", "35758cf8"),
    "lookup_field": ("47509c43", "47e03c55"),
    "display_for_field": ("a952626a", "73731d2b", "32215488"),
    "display_for_value": ("438e7eab", "32fd7410"),
    "_coerce_field_name": ("ad193af8",),
}
_GET_FIELD = ("7a483970",)
_EMPTY_VALUE = ("1c209dff",)
_CHECKBOX = ("2e33f78a",)
_ADDRESS = ("fbaae079",)
_FILTERS = ("ccef3da4",)
_QUOTE = ("2c438f52",)

_IS_LATER = django.VERSION >= (6, 1)

#: What is read of a change list, which must stand on the object itself.
_READ = ("formset", "list_display", "list_display_links", "model_admin", "lookup_opts", "opts",
         "preserved_filters", "is_popup", "to_field")  # fmt: skip

#: The classes of fields, in the order in which `display_for_field` asks for them.
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.TimeField, "date"),
    (models.DecimalField, "decimal"),
    (models.IntegerField, "number"),
    (models.FloatField, "number"),
    (models.FileField, "python"),
    (models.URLField, "python"),
    (models.JSONField, "python"),
)


def results(
    original: FunctionType,
    made: FunctionType,
    helped: Callable[[Any], Any],
    named: list[tuple[dict[str, Any], str, Any]],
) -> Any:
    """What makes the rows of a list in place of `made`, the admin's `results` in our namespace.

    `helped` gives the counterpart there of any function; `named` is told what has to stay as it is.
    """
    if original.__module__ != _LIST or original.__name__ != "results":
        return made
    home, space = original.__globals__, made.__globals__
    # Functions import it where they need it, so that none of them names it.
    named.append((home, "_boolean_icon", home.get("_boolean_icon")))
    if not all(_is_known(home.get(name), texts) for name, texts in _TEXTS.items()):
        return made
    below = home["lookup_field"].__globals__
    get_field = below.get("_get_non_gfk_field")
    names_djangos = all(
        holder.get(name) is value
        for holder, name, value in (
            (home, "format_html", html.format_html),
            (home, "models", models),
            (home, "ObjectDoesNotExist", ObjectDoesNotExist),
            (home, "NoReverseMatch", urls.NoReverseMatch),
            (home, "mark_safe", safestring.mark_safe),
            (below, "models", models),
            (below, "formats", formats),
            (below, "timezone", timezone),
            (below, "display_for_value", home["display_for_value"]),
            (below, "EMPTY_VALUES", EMPTY_VALUES),
        )
    )
    if not names_djangos or not _is_known(get_field, _GET_FIELD):
        return made
    pieces = {
        name: space[name]
        for name in ("lookup_field", "display_for_field", "display_for_value",
                     "add_preserved_filters", "ResultList")
    }  # fmt: skip
    pieces |= {
        "_boolean_icon": helped(home["_boolean_icon"]),
        "results": made,
        "columns": lambda cl, model: columns(cl, model, space, get_field),
        "checkbox": checkbox,
        "address": address,
        "adds_nothing": _is_known(home.get("add_preserved_filters"), _FILTERS),
        "ObjectDoesNotExist": ObjectDoesNotExist,
        "NoReverseMatch": urls.NoReverseMatch,
        # Texts are stripped where they are shown, and keys are read once.
        "is_later": _IS_LATER,
    }
    return _native.AdminRows.of(pieces)


@lru_cache(maxsize=64)
def _is_known(function: Any, texts: tuple[str, ...]) -> bool:
    return isinstance(function, FunctionType) and digest(function) in texts


def columns(
    cl: Any, model: type[Any], space: dict[str, Any], get_field: Any
) -> list[tuple[Any, ...]] | None:
    """The columns of a list for rows of a class; `None` if code of the site's stands between.

    Each is (name, its CSS class, field, kind of cell, labels or decimal places, no wrapping).
    """
    own = vars(cl)
    admin = own.get("model_admin")
    method = getattr(type(admin), "get_empty_value_display", None)
    if (
        not all(name in own and not _is_data(cl, name) for name in _READ)
        or not _is_known(method, _EMPTY_VALUE)
        or "get_empty_value_display" in vars(admin)
        or any(isinstance(kind.__getattribute__, FunctionType) for kind in (type(cl), type(admin)))
    ):
        return None
    found = []
    for index, name in enumerate(cl.list_display):
        css = f"field-{space['_coerce_field_name'](name, index)}"
        if _IS_LATER and isinstance(name, str) and "__" in name and name != "__str__":
            # A path through relations, whose last field counts.
            return None
        if not isinstance(name, str) and not callable(name):
            return None
        field = _field_of(model, name, get_field)
        if field is None:
            kind = "called" if callable(name) else "attribute"
            if name == "action_checkbox" and _has_checkbox(admin):
                kind = "checkbox"
            found.append((name, css, None, kind, None, False))
            continue
        nowrap = isinstance(field, (models.DateField, models.TimeField, models.ForeignKey))
        found.append((name, css, field, *_kind_of(field), nowrap))
    return found


def checkbox(row: Any) -> tuple[Any, str, str]:
    """Widget, name and value of the checkbox of a row (`ModelAdmin.action_checkbox`)."""
    home: Any = import_module("django.contrib.admin.options")
    label = _native.format_html(home._("Select this object for an action - {}"), str(row))
    attrs = {"class": "action-select", "aria-label": label}
    widget = forms.CheckboxInput(attrs, lambda _value: False)
    return widget, home.helpers.ACTION_CHECKBOX_NAME, str(row.pk)


def _has_checkbox(admin: Any) -> bool:
    """True if the checkbox of a row is what Django makes it, of what Django makes it with."""
    home: Any = import_module("django.contrib.admin.options")
    return (
        _is_known(getattr(type(admin), "action_checkbox", None), _CHECKBOX)
        and "action_checkbox" not in vars(admin)
        and home.forms.CheckboxInput is forms.CheckboxInput
        and home._ is translation.gettext
        and home.format_html is html.format_html
        and comes_from(translation.gettext, translation.__name__)
        and comes_from(getattr(html.format_html, "__wrapped__", html.format_html), html.__name__)
    )


def address(cl: Any) -> tuple[str, str, str] | None:
    """View, application and key of the addresses of rows. `None`: `url_for_result` is asked."""
    home: Any = import_module("django.contrib.admin.views.main")
    is_known = (
        _is_known(getattr(type(cl), "url_for_result", None), _ADDRESS)
        and "url_for_result" not in vars(cl)
        and home.reverse is urls.reverse
        and _is_known(home.quote, _QUOTE)
    )
    key, app = cl.pk_attname, cl.model_admin.admin_site.name
    if not is_known or type(key) is not str or type(app) is not str:
        return None
    return f"admin:{cl.opts.app_label}_{cl.opts.model_name}_change", app, key


def _is_data(instance: Any, name: str) -> bool:
    return hasattr(type(getattr(type(instance), name, None)), "__set__")


def _field_of(model: type[Any], name: Any, get_field: Any) -> Any:
    """The field of a column. `None`: `lookup_field` finds a method or an attribute."""
    try:
        return get_field(model._meta, name)
    except (FieldDoesNotExist, get_field.__globals__["FieldIsAForeignKeyColumnName"]):
        return None


def _kind_of(field: Any) -> tuple[str, Any]:
    """How `display_for_field` shows values of a field, and what it needs for that."""
    if field.auto_created:
        return "plain", None
    if isinstance(field.remote_field, models.ManyToOneRel):
        return "related", None
    if field.name == "password" or field.empty_values is not models.Field.empty_values:
        return "python", None
    if list(field.empty_values) != list(EMPTY_VALUES):
        return "python", None
    choices = field.choices
    if (
        not isinstance(choices, (list, type(None)))
        or type(field).flatchoices is not models.Field.flatchoices
    ):
        return "python", None
    # Groups may be empty, and then no choice is left.
    if choices and field.flatchoices:
        return "choices", _labels(field, choices)
    for kind, name in _KINDS:
        if isinstance(field, kind):
            return name, getattr(field, "decimal_places", None) if name == "decimal" else None
    return "value", None


def _labels(field: Any, choices: list[Any]) -> dict[Any, Any] | None:
    """The labels of choices. `None`: they are made anew for each cell."""
    if not all(type(pair) is tuple for pair in choices):
        return None
    try:
        return dict(field.flatchoices)
    except TypeError:
        return None
