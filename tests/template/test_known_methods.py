"""The methods of Django that run natively have texts that were read, on every Django that is supported."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

from django import forms
from django.forms import widgets

from djust_backend import form_classes
from djust_backend.form_methods import CHAINS, DIGESTS
from djust_backend.texts import digest


def test_every_method_is_known() -> None:
    """A Django that fails here runs these methods in Python until somebody has read them."""
    import_module("django.contrib.admin.widgets")
    assert set(form_classes._chains(True)) == set(CHAINS)
    assert set(CHAINS) - set(form_classes._chains(False)) == {
        "context.related",
        "related.get_related_url",
        "related.is_hidden",
    }
    assert all(type(value) is not object for _, _, value in form_classes._notes())


def test_every_digest_belongs_to_a_method() -> None:
    names = {
        f"{owner.rpartition('.')[2]}.{name}" for name, owners in CHAINS.values() for owner in owners
    }
    # `__str__` of these classes is `render` under another name.
    assert set(DIGESTS) <= names | {"RenderableMixin.render"}


def test_another_text_is_not_known() -> None:
    def changed(self: object) -> object:
        """Says the same in other words."""
        return self

    assert digest(changed) is not None
    assert digest(changed) not in DIGESTS["BoundField.get_context"]


def test_a_function_without_a_text_is_not_known() -> None:
    space: dict[str, object] = {}
    exec("def made(self): return 1", space)
    assert digest(space["made"]) is None  # type: ignore[arg-type]


def test_classes_that_override_lose_one_method_each() -> None:
    class Own(forms.TextInput):
        def format_value(self, value: object) -> str:
            return "own"

    class Mixin(widgets.Widget):
        def get_context(self, *args: object) -> dict[str, object]:
            return super().get_context(*args)

    class Between(forms.TextInput, Mixin):
        pass

    stock = set(form_classes.form_methods_of(forms.TextInput))
    assert stock - set(form_classes.form_methods_of(Own)) == {"format.plain"}
    assert stock - set(form_classes.form_methods_of(Between)) == {"context.input"}
    getting = type("Getting", (forms.TextInput,), {"__getattr__": lambda self, name: name})
    assert form_classes.form_methods_of(getting) == []


def test_what_was_replaced_before_we_came_is_not_known() -> None:
    code = """
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.forms"], USE_TZ=True)
django.setup()
from django.forms import boundfield
boundfield.BoundField.auto_id = property(lambda self: "own")
boundfield.format_html = lambda *args: "own"
from djust_backend import form_classes
assert "bound.auto_id" not in form_classes._chains(False)
assert not all(value is vars(module)[name] for module, name, value in form_classes._notes())
"""
    subprocess.run([sys.executable, "-c", code], check=True)
