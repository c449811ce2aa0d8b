"""Functions of Django's that have a native body during a render, and the texts that were read."""

from __future__ import annotations

import sys
from types import CodeType, FunctionType
from typing import Any

from django.conf import LazySettings
from django.utils import html as django_html
from django.utils import translation
from django.utils.functional import LazyObject, cached_property

from .texts import digest
from .watched import comes_from

__all__ = ["media_notes", "native_bodies"]

# Its stubs leave out what only Django itself uses.
html: Any = django_html

#: By token: the texts in the Djangos that are known (`texts.digest`).
TEXTS: dict[str, tuple[str, ...]] = {
    "LazyObject.__getattr__": ("b26cbe82",),
    "LazyObject.__getattribute__": ("094dddfc",),
    "LazySettings.__getattr__": ("f5c79da8", "42b68e75"),
    "Media.__str__": ("b5e8ee83",),
    "Media._css": ("a051d1da",),
    "Media._js": ("58b86a62",),
    "Media.absolute_path": ("6f3e27a3",),
    "Media.merge": ("35b31da3",),
    "Media.render": ("a152401d",),
    "Media.render_css": (
        "de034c0a",
        "d13bee4a",
    ),
    "Media.render_js": ("bec9131c",),
    "cached_property.__get__": ("d4c16a27",),
    "gettext": ("cceccb91",),
    "gettext_lazy.__cast": ("ecf0dc66",),
    "gettext_lazy.__str__": ("e475edc2",),
    "html_safe": ("787e3b8f",),
}

#: Methods and properties of `Media`, by which `str(media)` is made.
_OF_MEDIA = ("_css", "_js", "absolute_path", "merge", "render", "render_css", "render_js")

#: Stands for a piece that is not as it was read; no attribute ever holds it.
_UNKNOWN = object()


def native_bodies() -> list[tuple[str, FunctionType]]:
    """The functions as (token, function), as far as they are Django's own and known."""
    proxy: Any = type(translation.gettext_lazy(""))
    found = [
        ("cached_property.__get__", vars(cached_property).get("__get__")),
        ("LazyObject.__getattribute__", vars(LazyObject).get("__getattribute__")),
        ("LazyObject.__getattr__", vars(LazyObject).get("__getattr__")),
        ("LazySettings.__getattr__", vars(LazySettings).get("__getattr__")),
        ("gettext", vars(translation)["gettext"]),
        ("gettext_lazy.__str__", vars(proxy).get("__str__")),
    ]
    known = [(token, function) for token, function in found if _is_known(token, function)]
    return [(token, function) for token, function in known if _means_what_it_says(token, function)]


def media_body() -> list[tuple[str, FunctionType]] | None:
    """The same for forms. `None`: they have not been imported yet."""
    widgets: Any = sys.modules.get("django.forms.widgets")
    media = getattr(widgets, "Media", None)
    if media is None:
        return None
    function = vars(media).get("__str__")
    # `html_safe` has put a lambda around the method.
    is_lambda = (
        comes_from(function, html.__name__)
        and function.__code__ in _codes_in(html.html_safe)
        and _is_known("html_safe", html.html_safe)
        and _is_known("Media.__str__", _closed_over(function, "klass_str"))
    )
    return [("Media.__str__", function)] if is_lambda else []


def media_notes() -> tuple[type[Any], list[tuple[Any, str, Any]]]:
    """Django's class, and what must hold for it to be written as we know it."""
    widgets: Any = sys.modules["django.forms.widgets"]
    notes: list[tuple[Any, str, Any]] = []
    for name in _OF_MEDIA:
        value = vars(widgets.Media).get(name)
        is_known = _is_known(f"Media.{name}", _function(value))
        # As an attribute: what a static method gives is the function.
        notes.append((widgets.Media, name, getattr(widgets.Media, name) if is_known else _UNKNOWN))
    homes = {
        "format_html": html.__name__,
        "mark_safe": "django.utils.safestring",
        "static": "django.templatetags.static",
        "TopologicalSorter": "graphlib",
        "chain": "itertools",
    }
    for name, home in homes.items():
        value = vars(widgets).get(name)
        is_own = value is getattr(sys.modules[home], name)
        notes.append((widgets, name, value if is_own else _UNKNOWN))
    is_known = widgets.MEDIA_TYPES == ("css", "js")
    notes.append((widgets, "MEDIA_TYPES", widgets.MEDIA_TYPES if is_known else _UNKNOWN))
    return widgets.Media, notes


def _is_known(token: str, function: Any) -> bool:
    return isinstance(function, FunctionType) and digest(function) in TEXTS.get(token, ())


def _means_what_it_says(token: str, function: FunctionType) -> bool:
    """True if a function that is made by another one is made of what Django makes it of."""
    if token == "LazyObject.__getattr__":
        return _closed_over(function, "func") is getattr
    if token == "gettext_lazy.__str__":
        proxy: Any = type(translation.gettext_lazy(""))
        cast = vars(proxy).get("_proxy____cast")
        return _is_known("gettext_lazy.__cast", cast) and comes_from(
            _closed_over(cast, "func"), translation.__name__
        )
    return True


def _closed_over(function: FunctionType, name: str) -> Any:
    """The value of a variable of the function around a function."""
    names = function.__code__.co_freevars
    if name not in names:
        return None
    cells = function.__closure__ or ()
    return cells[names.index(name)].cell_contents


def _codes_in(function: FunctionType) -> list[CodeType]:
    """The code of functions that a function makes."""
    return [value for value in function.__code__.co_consts if isinstance(value, CodeType)]


def _function(value: Any) -> Any:
    """The function inside of a property or a static method."""
    return getattr(value, "fget", None) or getattr(value, "__func__", value)
