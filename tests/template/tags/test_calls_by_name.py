"""Functions of Django's and of a site that a tag's function calls by name: what they give, and whose changes are heard."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

import pytest
from django import urls
from django.contrib.staticfiles import storage
from django.http import HttpResponse
from django.template.backends.django import DjangoTemplates
from django.templatetags import static
from django.test import override_settings
from django.urls import base as url_base
from django.urls import path, resolvers
from django.utils import translation
from django.utils.safestring import mark_safe

from djust_backend import DjustTemplates, _native
from djust_backend.site_functions import helped

BACKENDS = (DjangoTemplates, DjustTemplates)

HELPERS = """
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

VERSION = "7"
calls = []

def versioned(path, *, mark="v"):
    '''An address with a version.'''
    calls.append(path)
    return static(path) + "?" + mark + "=" + VERSION

def linked(*args, text="x", **kwargs):
    return format_html('<a href="{}">{}</a>', reverse(*args, **kwargs), text)

def listed(values):
    for value in values:
        yield static(value)

def deep(value):
    return deeper(value)

def deeper(value):
    return deepest(value)

def deepest(value):
    return static(value)

def around(count):
    return format_html("{}{}", count, around(count - 1) if count else "")

def named(value):
    return _("Yes") + _("No") + _(value)

def other(value):
    return "other " + str(value)
"""

TAGS = """
from django.template import Library
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext

from site_helpers import around, deep, linked, listed, named, other, versioned as addressed

register = Library()

@register.simple_tag
def at(*args, **kwargs):
    return reverse(*args, **kwargs)

@register.simple_tag
def at_many(name, *args, **kwargs):
    return "%s|%s|%s" % (reverse(name, args=args), reverse(name, kwargs=kwargs), reverse(name, None, list(args)))

@register.simple_tag
def file(*args, **kwargs):
    return static(*args, **kwargs)

@register.simple_tag
def versioned(*args, **kwargs):
    return addressed(*args, **kwargs)

@register.simple_tag
def link(*args, **kwargs):
    return linked(*args, **kwargs)

@register.simple_tag
def files(*args):
    return " ".join(listed(args))

@register.simple_tag
def deeply(value):
    return deep(value)

@register.simple_tag
def turns(count):
    return around(count)

@register.simple_tag
def others(value):
    return other(value)

@register.simple_tag
def said(*args, **kwargs):
    return gettext(*args, **kwargs)

@register.simple_tag
def answered(value):
    return named(value)

@register.simple_tag
def compared(value):
    return "%s %s" % (addressed.__name__, addressed(value))
"""

SOURCES = """
{% at 'plain' %}{% at 'space:inside' %}{% at 'item' args=one %}{% at 'item' kwargs=named %}{% at 'word' args=words %}
{% at 'item' %}
{% at 'item' args=one kwargs=named %}
{% at 'nowhere' %}
{% at v %}
{% at view %}{% at 'plain' args=none %}{% at 'plain' None none %}{% at 'plain' urlconf=None current_app=None %}
{% at 'space:inside' current_app='space' %}{% at 'plain' current_app='' %}{% at 'plain' query=named %}
{% at 'plain' fragment='x' %}
{% at 'plain' nothing=1 %}
{% at 'plain' nothing=None %}
{% at 'item' args=one nothing=None %}
{% at %}
{% at_many 'item' 5 number=6 %}
{% at_many 'word' v word=v %}
{% at_many 'plain' %}
{% file 'a b.css' %}{% file v %}{% file path='x.js' %}{% file '/x' %}{% file '' %}
{% file 5 %}
{% file %}
{% versioned 'a.css' %}{% versioned 'a.css' mark='w' %}{% versioned v %}
{% versioned 5 %}
{% versioned 'a' 'b' %}
{% link 'plain' %}{% link 'item' args=one text=v %}
{% link 'nowhere' %}
{% files 'a.css' 'b c.css' v %}{% files %}
{% deeply 'a.css' %}{% deeply v %}{% turns 3 %}{% others v %}{% compared 'a.css' %}
{% said 'Yes' %}{% said v %}{% said message='No' %}{% said '' %}
{% said %}
{% said 'Yes' 'No' %}
{% answered v %}
{% answered 'Monday' %}
""".strip().splitlines()


def view(_request: Any, **_rest: Any) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("plain/", view, name="plain"),
    path("item/<int:number>/", view, name="item"),
    path("word/<str:word>/", view, name="word"),
    path("space/", urls.include(([path("inside/", view, name="inside")], "space"))),
]


@pytest.fixture(autouse=True)
def _addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, STATIC_URL="/files/"):
        yield


@pytest.fixture(autouse=True)
def _helpers() -> Iterator[None]:
    made = types.ModuleType("site_helpers")
    exec(HELPERS, vars(made))
    with mock.patch.dict(sys.modules, {"site_helpers": made}):
        yield


def site() -> types.ModuleType:
    made = types.ModuleType("site_tags")
    exec(TAGS, vars(made))
    return made


VALUES = ["<a b>", mark_safe("ä&"), "plain", None, 7]


def run(kind: type[DjangoTemplates], module: Any, source: str) -> list[Any]:
    made = kind({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": []}})
    made.engine.template_builtins.append(module.register)
    found: list[Any] = []
    for value in VALUES:
        values = {"v": value, "view": view, "one": [5], "words": ("a/b",), "named": {"number": 5},
                  "none": []}  # fmt: skip
        try:
            text = made.from_string(source).render(values)
            found.append((text, type(text)))
        except Exception as error:  # noqa: BLE001 - compared
            found.append((type(error), str(error).replace(str(id(view)), "")))
    found.append(list(sys.modules["site_helpers"].calls))  # type: ignore[attr-defined]
    sys.modules["site_helpers"].calls.clear()  # type: ignore[attr-defined]
    return found


@contextmanager
def replaced(function: Any, name: str, value: Any) -> Iterator[None]:
    """Another part of a function, which `mock` would delete in the end."""
    before = getattr(function, name)
    setattr(function, name, value)
    yield
    setattr(function, name, before)


Change = Callable[[Any], AbstractContextManager[Any]]


def same(source: str, change: Change | None = None) -> list[Any]:
    results = []
    for kind in BACKENDS:
        module = site()
        found = run(kind, module, source)
        if change is not None:
            with change(module):
                found += run(kind, module, source)
            found += run(kind, module, source)
        results.append(found)
    assert results[0] == results[1], source
    return results[0]


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    same(source)
    with translation.override("de"):
        same(source)


def test_same_under_a_script_prefix() -> None:
    urls.set_script_prefix("/under/")
    try:
        for source in SOURCES:
            same(source)
    finally:
        urls.set_script_prefix("/")


def helper(name: str, value: Any) -> Change:
    return lambda _: mock.patch.object(sys.modules["site_helpers"], name, value)


def own(name: str, value: Any) -> Change:
    return lambda module: mock.patch.object(module, name, value)


def mine(*args: Any, **kwargs: Any) -> str:
    return f"<mine {len(args)} {sorted(kwargs)}>"


CHANGES: list[Change] = [
    own("reverse", mine),
    own("static", mine),
    own("addressed", mine),
    own("linked", mine),
    own("deep", mine),
    helper("static", mine),
    helper("reverse", mine),
    helper("format_html", mine),
    own("gettext", mine),
    own("named", mine),
    helper("_", mine),
    helper("VERSION", "8"),
    lambda _: mock.patch.object(translation, "gettext", mine),
    lambda _: replaced(translation.gettext, "__code__", mine.__code__),
    helper("deeper", mine),
    helper("deepest", mine),
    lambda _: replaced(sys.modules["site_helpers"].versioned, "__kwdefaults__", {"mark": "k"}),
    lambda _: replaced(sys.modules["site_helpers"].versioned, "__code__", mine.__code__),
    lambda _: replaced(sys.modules["site_helpers"].deepest, "__code__", mine.__code__),
    lambda _: mock.patch.object(static.StaticNode, "handle_simple", mine),
    lambda _: mock.patch.object(static, "urljoin", mine),
    lambda _: mock.patch.object(storage.StaticFilesStorage, "url", mine),
    lambda _: mock.patch.object(url_base, "get_script_prefix", return_value="/p/"),
    lambda _: mock.patch.object(url_base, "get_urlconf", return_value=__name__),
    lambda _: mock.patch.object(resolvers.URLResolver, "_reverse_with_prefix", mine),
    lambda _: override_settings(STATIC_URL="/other/"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_heard(change: Change) -> None:
    for source in SOURCES:
        same(source, change)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the code does not say what is called")
def test_no_python_code_of_django_runs() -> None:
    made = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    made.engine.template_builtins.append(site().register)
    template = made.from_string(
        "{% at 'plain' %}{% at 'item' kwargs=named %}{% file 'x' %}{% versioned 'x' %}{% link 'plain' %}"
    )
    template.render({"named": {"number": 5}})
    found: list[str] = []
    sys.setprofile(lambda frame, event, _: found.append(frame.f_code.co_name))
    try:
        template.render({"named": {"number": 5}})
    finally:
        sys.setprofile(None)
    assert {"at", "file", "versioned", "linked"} <= set(found)
    assert not {"reverse", "static", "format_html"} & set(found)


def test_the_sites_functions_stay_as_they_are() -> None:
    module, helpers = site(), sys.modules["site_helpers"]
    before = helpers.versioned.__code__  # type: ignore[attr-defined]
    run(DjustTemplates, module, "{% versioned 'x' %}")
    assert helpers.versioned.__code__ is before  # type: ignore[attr-defined]
    assert module.addressed is helpers.versioned  # type: ignore[attr-defined]
    assert not [name for name in vars(helpers) if "djust" in name]
    assert not [name for name in vars(builtins) if "djust" in name and name.isidentifier()]


def test_what_is_helped() -> None:
    module = site()
    says_it = sys.version_info >= (3, 11)
    names = ("at", "at_many", "file", "versioned", "link", "turns")
    assert {bool(helped(getattr(module, name))) for name in names} == {says_it}
    # Nothing to be helped with, too deep, or used for something else than a call.
    assert not any(helped(getattr(module, name)) for name in ("others", "deeply", "compared"))
    # A function that its module does not have under its name.
    sys.modules["site_helpers"].versioned.__qualname__ = "elsewhere"  # type: ignore[attr-defined]
    assert helped(module.versioned) is None


def test_a_call_says_what_is_called() -> None:
    def called() -> str:
        return "called"

    call = _native.SiteCall("called", called, called)
    space = {"call": call, "called": lambda *args: f"another {args}"}
    exec("def caller(): return call(1)", space)
    assert space["caller"]() == "another (1,)"  # type: ignore[operator]
    space["called"] = called
    with pytest.raises(TypeError):
        space["caller"]()  # type: ignore[operator]
    del space["called"]
    with pytest.raises(NameError, match="name 'called' is not defined"):
        space["caller"]()  # type: ignore[operator]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the code does not say what is called")
def test_texts_that_are_known_run_no_code_of_django() -> None:
    made = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    made.engine.template_builtins.append(site().register)
    template = made.from_string("{% said v %}{% answered v %}")
    with translation.override("de"):
        # The first pages of a process do without native bodies.
        for _ in range(10):
            template.render({"v": "Monday"})
        found: list[str] = []
        sys.setprofile(lambda frame, event, _: found.append(frame.f_code.co_name))
        try:
            template.render({"v": "Monday"})
        finally:
            sys.setprofile(None)
    assert {"said", "answered", "named"} <= set(found)
    assert "gettext" not in found
