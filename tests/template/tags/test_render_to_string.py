"""`render_to_string` in the functions and nodes of a site: as stock renders it, whatever surrounds it."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest
from django.http import HttpRequest
from django.template import base, engines, loader
from django.template.backends.django import DjangoTemplates
from django.template.utils import EngineHandler
from django.test import RequestFactory, override_settings
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render
from django.utils.safestring import SafeString, mark_safe

from djust_backend import DjustTemplates, backend, loading
from djust_backend.loading import TEXTS
from djust_backend.site_functions import helped
from djust_backend.texts import digest

BACKENDS = (DjangoTemplates, DjustTemplates)

TAGS = """
from django.template import Library, Node
from django.template.loader import render_to_string

register = Library()

@register.simple_tag
def part(*args, **kwargs):
    return render_to_string(*args, **kwargs)

@register.simple_tag(takes_context=True)
def within(context, name):
    context["seen"] = context.get("seen", 0) + 1
    with context.push(inner=name):
        return render_to_string(name, context.flatten(), context.get("request"))

@register.simple_tag
def caught(name):
    try:
        return render_to_string(name)
    except Exception as error:
        chain = [
            (type(one).__name__, str(one), one.tried, getattr(one.backend, "name", None))
            for one in getattr(error, "chain", ())
        ]
        cause = error.__cause__
        return repr((type(error).__name__, str(error), chain, type(cause).__name__))

class Element(Node):
    def __init__(self, names, nodelist):
        self.names, self.nodelist = names, nodelist

    def render(self, context):
        body = self.nodelist.render(context)
        return render_to_string(self.names, {**context.flatten(), "body": body})

@register.tag
def element(parser, token):
    nodelist = parser.parse(["endelement"])
    parser.delete_first_token()
    return Element(token.split_contents()[1:], nodelist)
"""

SOURCES = {
    "plain.html": "<{{ v }}{{ inner }}{{ body }}>",
    "row.html": "{% for x in 'ab' %}{% cycle 1 2 %}{{ x }}{% endfor %}{{ request.path }}{{ csrf_token|length }}",
    "nested.html": "[{% element nothing.html plain.html %}{{ v }}{% endelement %}]",
    "broken.html": "{{ v|add }}",
    "failing.html": "{% include 'nothing.html' %}",
    "raising.html": "{{ f.boom }}",
    "extends.html": "{% extends 'plain.html' %}",
    "self.html": "{% within 'self.html' %}",
}

PAGES = """
{% part 'plain.html' %}{% part v %}{% part template_name='plain.html' %}
{% part 'plain.html' d %}{% part 'plain.html' context=d request=None %}{% part 'plain.html' d using='django' %}
{% part 'row.html' d r %}{% part 'row.html' request=r %}{% part 'row.html' None r None %}
{% part names %}{% part names d %}{% part one d %}
{% part none %}
{% part 5 %}
{% part %}
{% part 'plain.html' d nothing=1 %}
{% part 'plain.html' d context=d %}
{% part 'plain.html' 1 2 3 4 5 %}
{% part 'plain.html' v %}
{% part 'plain.html' pairs %}
{% part 'nothing.html' %}
{% part 'broken.html' %}
{% part 'failing.html' %}
{% part 'raising.html' d %}
{% part 'extends.html' d %}
{% part 'plain.html' d using='nowhere' %}
{% caught 'nothing.html' %}{% caught names %}{% caught missing %}{% caught none %}{% caught 'failing.html' %}
{% caught 'broken.html' %}{% caught 5 %}{% caught missing2 %}
{% within 'plain.html' %}{{ seen }}{% within 'row.html' %}{{ seen }}
{% element nothing.html plain.html %}{{ v }}{% element plain.html %}x{% endelement %}{% endelement %}
{% element nested.html %}{% endelement %}{% for x in 'ab' %}{% element plain.html %}{{ x }}{% endelement %}{% endfor %}
{% element nothing.html %}{% endelement %}
{% autoescape off %}{% part 'plain.html' d %}{% element plain.html %}{{ v }}{% endelement %}{% endautoescape %}
""".strip().splitlines()


class Boom:
    @property
    def boom(self) -> str:
        raise ZeroDivisionError("boom")


class Name(str):
    """The name of a template that is another one than it looks like."""

    def __str__(self) -> str:
        return "row.html"


def values() -> dict[str, Any]:
    return {
        "v": mark_safe("plain.html"),
        "d": {"v": "<&>", "f": Boom()},
        "r": RequestFactory().get("/<r>"),
        "names": ["nothing.html", SafeString("plain.html"), "row.html"],
        "one": (Name("plain.html"),),
        "none": [],
        "missing": ["nothing.html", "nowhere.html"],
        "missing2": ("nothing.html", 5),
        "pairs": {"v": 1}.items(),
    }


def greeting(_request: HttpRequest) -> dict[str, Any]:
    return {"v": "processed"}


def site() -> types.ModuleType:
    made = types.ModuleType("site_tags")
    exec(TAGS, vars(made))
    return made


def settings_of(backend: type[DjangoTemplates], **options: Any) -> dict[str, Any]:
    """A site with one engine."""
    locmem = ("django.template.loaders.locmem.Loader", SOURCES)
    loaders = [("django.template.loaders.cached.Loader", [locmem])]
    processors = [
        f"{__name__}.greeting",
        "django.template.context_processors.request",
    ]
    options = {"loaders": loaders, "context_processors": processors, **options}
    path = f"{backend.__module__}.{backend.__qualname__}"
    return {"BACKEND": path, "NAME": "django", "OPTIONS": options}


Change = Callable[[Any], Any]


def shown(
    kind: type[DjangoTemplates], pages: list[str], around: Change | None = None, **options: Any
) -> list[Any]:
    """What three renders of each page give; before the last one something is changed."""
    found: list[Any] = []
    with override_settings(TEMPLATES=[settings_of(kind, **options)]):
        module = site()
        engines["django"].engine.template_builtins.append(module.register)
        for turn in range(3):
            with ExitStack() as stack:
                if turn == 2 and around is not None:
                    changed = around(module)
                    if changed is not None:
                        stack.enter_context(changed)
                found += [text_of(page) for page in pages]
    return found


def text_of(page: str) -> Any:
    try:
        text = engines["django"].from_string(page).render(values())
    except Exception as error:  # noqa: BLE001 - compared
        cause = error.__cause__
        chain = [str(one) for one in getattr(error, "chain", ())]
        return type(error), str(error), chain, type(cause), getattr(error, "backend", None) is None
    return text, type(text)


def same(pages: list[str], around: Change | None = None, **options: Any) -> list[Any]:
    results = [shown(kind, pages, around, **options) for kind in BACKENDS]
    for number, (one, other) in enumerate(zip(*results, strict=True)):
        assert one == other, pages[number % len(pages)]
    return results[0]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("page", PAGES)
def test_same(page: str, debug: bool) -> None:
    same([page], debug=debug)


def test_same_without_escaping() -> None:
    same(PAGES, autoescape=False, string_if_invalid="<%s>")


def test_same_without_the_cached_loader() -> None:
    same(PAGES, loaders=[("django.template.loaders.locmem.Loader", SOURCES)])


def shouting(original: Any) -> Any:
    """A function that somebody has wrapped, as tools do."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        return SafeString(f"!{result}") if isinstance(result, str) else result

    return wrapper


def first_only(original: Any) -> Any:
    def wrapper(name: Any, **kwargs: Any) -> Any:
        return original(
            "row.html" if name == "plain.html" or type(name) is list else name, **kwargs
        )

    return wrapper


CHANGES: list[Change] = [
    lambda module: vars(module).update(render_to_string=lambda *args, **kwargs: f"<{len(args)}>"),
    lambda module: vars(module).pop("render_to_string") and None,
    lambda _: mock.patch.object(loader, "render_to_string", shouting(loader.render_to_string)),
    lambda _: mock.patch.object(loader, "get_template", first_only(loader.get_template)),
    lambda _: mock.patch.object(loader, "select_template", first_only(loader.get_template)),
    lambda _: mock.patch.object(loader, "_engine_list", return_value=[]),
    lambda _: mock.patch.object(loader, "engines", types.SimpleNamespace(all=list)),
    lambda _: mock.patch.object(EngineHandler, "all", return_value=[]),
    lambda _: mock.patch.object(EngineHandler, "__iter__", side_effect=lambda: iter(())),
    lambda _: mock.patch.object(engines, "all", list),
    lambda _: mock.patch.object(engines["django"], "get_template", first_only(engines["django"].get_template)),
    lambda _: mock.patch.object(
        type(engines["django"].from_string("")),
        "render",
        shouting(type(engines["django"].from_string("")).render),
    ),
    lambda _: mock.patch.object(base.Template, "_render", instrumented_test_render),
]  # fmt: skip


@pytest.mark.parametrize("around", CHANGES)
def test_what_is_replaced_is_heard(around: Change) -> None:
    same(PAGES, around)


def test_a_second_engine_is_asked(tmp_path: Any) -> None:
    (tmp_path / "second.html").write_text("second {{ v }}")
    (tmp_path / "plain.html").write_text("hidden")
    second = {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "second",
              "DIRS": [tmp_path]}  # fmt: skip
    results = []
    for kind in BACKENDS:
        with override_settings(TEMPLATES=[settings_of(kind), second]):
            engines["django"].engine.template_builtins.append(site().register)
            pages = [
                "{% part 'plain.html' %}{% part 'second.html' d %}",
                "{% part names2 d %}{% part 'plain.html' using='second' %}",
                "{% caught 'nothing.html' %}",
            ]
            found = []
            for _ in range(2):
                for page in pages:
                    template = engines["django"].from_string(page)
                    found.append(
                        template.render({**values(), "names2": ["second.html", "plain.html"]})
                    )
            results.append(found)
    assert results[0] == results[1]


def test_templates_are_announced_to_tests() -> None:
    results = []
    names: list[Any] = []

    def seen(sender: Any, template: Any, **_rest: Any) -> None:
        names.append(template.name)

    for kind in BACKENDS:
        names.clear()
        with override_settings(TEMPLATES=[settings_of(kind)]):
            engines["django"].engine.template_builtins.append(site().register)
            template_rendered.connect(seen)
            try:
                with mock.patch.object(base.Template, "_render", instrumented_test_render):
                    engines["django"].from_string("{% part 'nested.html' d %}").render(values())
            finally:
                template_rendered.disconnect(seen)
        results.append([*names])
    assert results[0] == results[1]
    assert "plain.html" in results[1]


def test_rendering_that_never_ends_is_an_error() -> None:
    for kind in BACKENDS:
        with override_settings(TEMPLATES=[settings_of(kind)]):
            engines["django"].engine.template_builtins.append(site().register)
            with pytest.raises(RecursionError):
                engines["django"].from_string("{% within 'self.html' %}").render({})


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the code does not say what is called")
def test_no_python_code_of_django_runs() -> None:
    """The way that these tests are about is the one that is taken."""
    found: list[str] = []
    with override_settings(TEMPLATES=[settings_of(DjustTemplates)]):
        engines["django"].engine.template_builtins.append(site().register)
        template = engines["django"].from_string("{% part names d %}{% part 'plain.html' %}")
        made = values()
        template.render(dict(made))
        sys.setprofile(lambda frame, event, _: found.append(frame.f_code.co_name))
        try:
            template.render(dict(made))
        finally:
            sys.setprofile(None)
    assert "part" in found
    assert not {"render_to_string", "select_template", "get_template"} & set(found)


def test_every_text_is_known() -> None:
    """A Django that fails here renders with its own functions until somebody has read them."""
    for (holder, name), texts in TEXTS.items():
        assert digest(vars(holder)[name]) in texts
    notes, found = loading.loading_notes()
    assert found is engines
    assert all(getattr(holder, name) is value for holder, name, value in notes)


def test_another_text_is_not_known() -> None:
    with mock.patch.object(loader, "get_template", shouting(loader.get_template)):
        notes, _ = loading.loading_notes()
    assert [name for holder, name, value in notes if getattr(holder, name) is not value] == [
        "get_template"
    ]


def test_the_template_class_is_the_one_that_is_watched() -> None:
    assert backend.Template.render is vars(backend.Template)["render"]
    assert bool(helped(site().part)) == (sys.version_info >= (3, 11))
