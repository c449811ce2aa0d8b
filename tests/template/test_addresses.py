"""`{% url %}` and `{% static %}` as `reverse` and the site's storage have it, whatever changes between two pages."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from django import urls
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import converters, include, path, re_path, register_converter
from django.utils import translation
from django.utils.functional import lazy
from django.utils.safestring import mark_safe

from tests.compare import Case, render_on_both


class Hex:
    """A converter of a site's own."""

    regex = "[0-9a-f]+"

    def to_python(self, value: str) -> int:
        return int(value, 16)

    def to_url(self, value: Any) -> str:
        return f"{value:x}"


register_converter(Hex, "hex")


def nothing(request: HttpRequest, **parts: object) -> HttpResponse:
    """Answer with an empty page."""
    return HttpResponse()


inner = [path("", nothing, name="all"), path("<slug:name>/", nothing, name="one")]

urlpatterns = [
    path("plain/", nothing, name="plain"),
    path("100%/<str:part>/", nothing, name="percent"),
    path("i/<int:number>/", nothing, name="whole"),
    path("s/<str:text>/", nothing, name="text"),
    path("g/<slug:slug>/", nothing, name="slug"),
    path("p/<path:rest>", nothing, name="rest"),
    path("u/<uuid:key>/", nothing, name="key"),
    path("h/<hex:number>/", nothing, name="hex"),
    path("d/<int:number>/", nothing, {"fixed": 1}, name="default"),
    path("two/<int:a>/<slug:b>/", nothing, name="two"),
    path("two/<int:a>/", nothing, name="two"),
    path("two/", nothing, name="two"),
    re_path(r"^old/(\d+)/(?:page-(\d+)/)?$", nothing, name="old"),
    re_path(r"^named/(?P<year>[0-9]{4})/$", nothing, name="named"),
    re_path(r"^odd[.]x/(?P<what>a|b)/$", nothing, name="odd"),
    path("/double/", nothing, name="double"),
    path("ünï/<str:text>/", nothing, name="letters"),
    path("shelf/", include((inner, "shelf"), namespace="shelf")),
    path("other/<int:owner>/", include((inner, "shelf"), namespace="other")),
]

VALUES = [
    0, 7, -1, 10**30, True, None, 1.5, "", "7", "a b", "a/b", "x-y_z", "é", "a\nb", "<&'\">", "%s", "..",
    mark_safe("<b>"), uuid.UUID(int=5), str(uuid.UUID(int=5)), "1999", "a", "\ud800",
]  # fmt: skip

ONE = ["percent", "whole", "text", "slug", "rest", "key", "hex", "default", "two", "old", "named"]
ONE += ["odd", "letters", "shelf:one", "other:one", "plain", "nope", "nope:one", ""]


@pytest.fixture(autouse=True)
def own_addresses() -> Iterator[None]:
    """The patterns above, in place of the site's."""
    with override_settings(ROOT_URLCONF=__name__):
        yield


def outcome(source: str, request: HttpRequest | None = None, **context: Any) -> str:
    """The text that both engines agree on, or the exception that they agree on."""
    try:
        return render_on_both(Case(source, context, request))
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001 - compared already
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", ONE)
def test_one_argument_of_any_type(name: str) -> None:
    for value in VALUES:
        outcome(f"{{% url '{name}' v %}}", v=value)
        outcome(f"{{% url '{name}' v as u %}}[{{{{ u }}}}]", v=value)
        for keyword in (
            "number",
            "text",
            "slug",
            "rest",
            "part",
            "key",
            "a",
            "year",
            "what",
            "name",
        ):
            outcome(f"{{% url '{name}' {keyword}=v as u %}}[{{{{ u }}}}]", v=value)


def test_forms_are_tried_in_order() -> None:
    source = "{% url 'two' %} {% url 'two' 1 %} {% url 'two' 1 'b' %} {% url 'two' b='c' a=2 %}"
    assert outcome(source) == "/two/ /two/1/ /two/1/b/ /two/2/c/"
    assert "NoReverseMatch" in outcome("{% url 'two' 1 'no slug!' %}")
    assert outcome("{% url 'old' 5 %} {% url 'old' 5 6 %}") == "/old/5/ /old/5/page-6/"
    assert outcome("{% url 'double' %}") == "/%2Fdouble/"
    assert (
        outcome("{% url 'other:one' 3 'x' %}{% url 'other:all' owner=4 %}")
        == "/other/3/x//other/4/"
    )
    assert "ValueError" in outcome("{% url 'two' 1 b='c' %}")


def test_escaping_and_variables() -> None:
    source = "{% url 'text' v %}{% autoescape off %}{% url 'text' v %}{% endautoescape %}"
    assert outcome(source, v="a&'b") == "/s/a&amp;&#x27;b//s/a&'b/"
    assert outcome("{% url 'text' v as u %}{{ u }}{{ u|length }}", v="&") == "/s/&amp;/5"


def test_current_application() -> None:
    for attributes in (
        {"current_app": "other"},
        {"current_app": None},
        {"current_app": ""},
        {"current_app": 5},
    ):
        request = RequestFactory().get("/")
        vars(request).update(attributes)
        outcome(
            "{% url 'shelf:all' as u %}[{{ u }}]{% url 'shelf:one' 1 'x' as u %}[{{ u }}]", request
        )
    request = RequestFactory().get("/")
    request.resolver_match = urls.resolve("/other/3/x/")
    source = (
        "{% url 'shelf:all' as u %}[{{ u }}]{% url 'shelf:one' owner=1 name='x' as u %}[{{ u }}]"
    )
    assert outcome(source, request) == "[][/other/1/x/]"


def test_script_prefix_urlconf_and_language_of_the_moment() -> None:
    source = "{% url 'plain' as u %}{{ u }} {% url 'text' 'x' as u %}{{ u }}"
    assert outcome(source) == "/plain/ /s/x/"
    urls.set_script_prefix("/a%b/")
    try:
        assert outcome(source) == "/a%25b/plain/ /a%25b/s/x/"
    finally:
        urls.clear_script_prefix()
    assert outcome(source) == "/plain/ /s/x/"
    with module("tests_other_addresses", [path("else/", nothing, name="plain")]) as other:
        urls.set_urlconf(other)
        try:
            assert outcome(source) == "/else/ "
        finally:
            urls.set_urlconf(None)
    assert outcome(source) == "/plain/ /s/x/"


def test_patterns_that_depend_on_the_language() -> None:
    from django.conf.urls.i18n import i18n_patterns

    spoken = lazy(lambda: "^Ja/$" if translation.get_language() == "de" else "^Yes/$", str)
    patterns = i18n_patterns(
        path("p/", nothing, name="plain"), re_path(spoken(), nothing, name="yes")
    )
    source = "{% load i18n %}{% url 'plain' %} {% url 'yes' %} {% language 'de' %}{% url 'plain' %}{% endlanguage %}"
    with (
        module("tests_translated_addresses", patterns) as name,
        override_settings(ROOT_URLCONF=name),
    ):
        with translation.override("en"):
            assert outcome(source) == "/en/p/ /en/Yes/ /de/p/"
        with translation.override("de"):
            assert outcome(source) == "/de/p/ /de/Ja/ /de/p/"
        with translation.override(None):
            outcome(source)


def test_replaced_pieces_are_heard() -> None:
    source = "{% url 'text' 'x' %}"
    assert outcome(source) == "/s/x/"
    with mock.patch("django.urls.reverse", return_value="/patched/"):
        assert outcome(source) == "/patched/"
    with mock.patch.object(
        converters.StringConverter, "to_url", lambda self, value: f"{value}{value}"
    ):
        assert outcome(source) == "/s/xx/"
    assert outcome(source) == "/s/x/"
    urlpatterns.append(path("last/<str:text>/", nothing, name="text"))
    try:
        urls.clear_url_caches()
        assert outcome(source) == "/last/x/"
    finally:
        del urlpatterns[-1]
        urls.clear_url_caches()
    assert outcome(source) == "/s/x/"


STATIC = "{% load static %}{% static 'a b.css' %} {% static v %} {% static v as s %}{{ s }} {% get_static_prefix %}"


def test_static_files_follow_the_settings() -> None:
    first = outcome(STATIC, v="x'y.png")
    assert first.startswith("/static/a%20b.css /static/x&#x27;y.png")
    with override_settings(STATIC_URL="https://cdn.example.org/s/"):
        changed = outcome(STATIC, v="x'y.png")
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "zoo"]
    with override_settings(INSTALLED_APPS=apps, STATIC_URL="/elsewhere/"):
        assert outcome(STATIC, v="/x").startswith("/elsewhere/a%20b.css /x")
    assert outcome(STATIC, v="x'y.png") == first
    assert changed != ""


def test_static_files_follow_the_storage() -> None:
    first = outcome(STATIC, v="x.png")
    from django.contrib.staticfiles import storage

    class Numbered(storage.StaticFilesStorage):
        number = 0

        def url(self, name: str | None) -> str:
            return f"/{name}?{self.number}"

    numbered = Numbered()
    with mock.patch.object(storage, "staticfiles_storage", numbered):
        assert outcome(STATIC, v="x.png").startswith("/a b.css?0 /x.png?0")
        numbered.number = 1
        assert outcome(STATIC, v="x.png").startswith("/a b.css?1 /x.png?1")
    with mock.patch.object(storage.StaticFilesStorage, "url", lambda self, name: f"patched {name}"):
        assert outcome(STATIC, v="x.png").startswith("patched a b.css patched x.png")
    with mock.patch(
        "django.templatetags.static.StaticNode.handle_simple", staticmethod(lambda path: "handled")
    ):
        assert outcome(STATIC, v="x.png").startswith("handled handled")
    assert outcome(STATIC, v="x.png") == first


@contextmanager
def module(name: str, patterns: list[Any]) -> Iterator[str]:
    """A module of patterns, for as long as it is needed."""
    made = ModuleType(name)
    made.urlpatterns = patterns  # type: ignore[attr-defined]
    sys.modules[name] = made
    try:
        yield name
    finally:
        del sys.modules[name]
        urls.clear_url_caches()
