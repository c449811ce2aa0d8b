"""Classes that a site makes for one request (`modelform_factory`) go with it."""

from __future__ import annotations

import contextlib
import gc
import weakref
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator

from djust_backend import DjustTemplates
from tests.template.form_pages import PAGES, renderer_of


def made_form() -> Any:
    """A form of a class that nobody else has."""
    fields = {
        "name": type("OwnField", (forms.CharField,), {})(),
        "kind": forms.ChoiceField(choices=[(1, "one")], widget=type("Own", (forms.Select,), {})()),
    }
    return type("MadeForm", (forms.Form,), fields)(
        {"name": ""}, renderer=renderer_of(DjustTemplates)
    )


def made_object() -> Any:
    """An object of such a class."""
    return type("Made", (), {"name": "<x>", "__str__": lambda self: "made"})()


def made_subclass() -> Any:
    """An object of a subclass of what templates know."""
    return type("MadePaginator", (Paginator,), {})([1, 2, 3], 2)


@pytest.mark.parametrize("make", [made_form, made_object, made_subclass])
def test_classes_are_not_kept(make: Any) -> None:
    engine = DjustTemplates({"NAME": "pages", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    pages = [engine.from_string(page) for page in (*PAGES, "{{ form.name }}{{ form|default:1 }}")]
    classes = []
    for page in pages:
        for _ in range(3):
            form = make()
            classes.append(weakref.ref(type(form)))
            # Not everything can be looped over.
            with contextlib.suppress(TypeError):
                page.render({"form": form})
    del form
    gc.collect()
    assert [kept() for kept in classes if kept() is not None] == []


def test_another_class_at_the_same_address_is_another() -> None:
    engine = DjustTemplates({"NAME": "pages", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    page = engine.from_string("{{ form }}{{ form.name }}")
    bases: list[tuple[type, Any]] = [
        (str, "<a>"),
        (int, 5),
        (object, None),
        (dict, {"name": "<b>"}),
    ]
    for _ in range(6):
        for base, value in bases:
            made = type("Made", (base,), {"__slots__": ()})
            thing = made() if value is None else made(value)
            shown = page.render({"form": thing})
            expected = {
                str: "&lt;a&gt;", int: "5", object: "&lt;", dict: "{&#x27;name&#x27;: &#x27;&lt;b&gt;&#x27;}&lt;b&gt;"
            }[base]  # fmt: skip
            assert shown.startswith(expected)
            del made, thing
            gc.collect()
