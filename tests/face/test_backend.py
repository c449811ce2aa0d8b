"""The backend keeps the contract of Django's: options, names, errors, and what its objects show."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Origin, TemplateDoesNotExist, TemplateSyntaxError, base
from django.template import engine as stock_engine
from django.template.backends import django as stock
from django.template.loaders import locmem
from django.template.utils import EngineHandler
from django.test import RequestFactory, override_settings
from django.utils.functional import lazystr
from django.utils.safestring import SafeString

import djust_backend
import djust_backend.django
from djust_backend import backend as face
from djust_backend.engine import Engine
from djust_backend.template import Template

BOTH = (stock.DjangoTemplates, face.DjustTemplates)
TEMPLATES = {
    "base.html": "<h1>{% block title %}{{ site.name }}{% endblock %}</h1>",
    "page.html": "{% extends 'base.html' %}{% block title %}{{ page.title }}{% endblock %}",
    "row.html": "{{ lease.tenant.user.email }}",
    "rows.html": "{% include 'row.html' %}",
    "gap.html": "{% include 'nowhere.html' %}",
    "orphan.html": "{% extends 'nowhere.html' %}",
    "broken.html": "a\n{% if %}",
}
LOADER = ("django.template.loaders.locmem.Loader", TEMPLATES)


def make(backend: type[stock.DjangoTemplates], **options: Any) -> Any:
    """A backend over `TEMPLATES`."""
    options.setdefault("loaders", [LOADER])
    return backend({"NAME": "made", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})


def error_of(call: Callable[[], object]) -> Exception:
    """The exception of a call that must fail."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - both engines' are compared
        call()
    assert isinstance(caught.value, Exception)
    return caught.value


def seen(error: Any, backend: Any) -> dict[str, Any]:
    """What an error shows, with its backend by identity and its origins by name."""
    return {
        "type": type(error),
        "text": str(error),
        "tried": [(origin.name, reason) for origin, reason in getattr(error, "tried", [])],
        "backend": getattr(error, "backend", None) is backend,
        "chain": [str(link) for link in getattr(error, "chain", [])],
        "cause": type(error.__cause__),
        "debug": getattr(error, "template_debug", None),
    }


# Options


ENGINE_FACTS = (
    "dirs", "app_dirs", "autoescape", "context_processors", "debug", "loaders", "builtins",
    "string_if_invalid", "file_charset", "libraries", "template_builtins", "template_libraries",
    "template_context_processors",
)  # fmt: skip


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("app_dirs", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"autoescape": False},
        {"debug": True},
        {"string_if_invalid": "?"},
        {"file_charset": "latin-1"},
        {"context_processors": ["django.template.context_processors.request"]},
        {"builtins": ["django.templatetags.tz"]},
        {"libraries": {"clock": "django.templatetags.tz"}},
    ],
)
def test_options_mean_what_they_mean_to_django(
    options: dict[str, Any], app_dirs: bool, debug: bool
) -> None:
    params = {"NAME": "made", "DIRS": ["one", "two"], "APP_DIRS": app_dirs, "OPTIONS": options}
    with override_settings(DEBUG=debug):
        theirs, ours = (backend(params) for backend in BOTH)
    for name in ENGINE_FACTS:
        assert getattr(ours.engine, name) == getattr(theirs.engine, name), name
    assert repr(ours.engine) == repr(theirs.engine)
    assert (ours.name, ours.dirs, ours.app_dirs) == (theirs.name, theirs.dirs, theirs.app_dirs)
    assert tuple(ours.template_dirs) == tuple(theirs.template_dirs)


def test_the_entry_of_the_settings_is_left_as_it_is() -> None:
    options: dict[str, Any] = {"libraries": {"clock": "django.templatetags.tz"}}
    params = {"NAME": "made", "DIRS": [], "APP_DIRS": True, "OPTIONS": options}
    face.DjustTemplates(params)
    assert params == {"NAME": "made", "DIRS": [], "APP_DIRS": True, "OPTIONS": options}
    assert options == {"libraries": {"clock": "django.templatetags.tz"}}


@pytest.mark.parametrize(
    ("app_dirs", "options"),
    [
        (False, {"no_such_option": 1}),
        (True, {"loaders": [LOADER]}),
        (False, {"libraries": {"gone": "tests.no_such_library"}}),
        (False, {"builtins": ["tests.no_such_library"]}),
        (False, {"libraries": {"empty": "tests.urls"}}),
    ],
)
def test_wrong_options_are_refused_alike(app_dirs: bool, options: dict[str, Any]) -> None:
    params = {"NAME": "made", "DIRS": [], "APP_DIRS": app_dirs, "OPTIONS": options}
    theirs, ours = (error_of(lambda b=backend: b(params)) for backend in BOTH)
    assert seen(ours, None) == seen(theirs, None)


@pytest.mark.parametrize("loader", [5, None, (), "tests.urls.NoLoader", "no_such_package.Loader"])
def test_wrong_loaders_are_refused_alike(loader: Any) -> None:
    errors = []
    for backend in BOTH:
        made = make(backend, loaders=[loader])
        errors.append(seen(error_of(lambda b=made: b.get_template("page.html")), made))
    assert errors[1] == errors[0]


def test_params_without_options_are_refused_alike() -> None:
    theirs, ours = (error_of(lambda b=backend: b({})) for backend in BOTH)
    assert seen(ours, None) == seen(theirs, None)


# Names


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"BACKEND": "djust_backend.DjustTemplates"}, "djust_backend"),
        ({"BACKEND": "djust_backend.backend.DjustTemplates"}, "backend"),
        ({"BACKEND": "djust_backend.django.DjustTemplates"}, "django"),
        ({"BACKEND": "djust_backend.DjustTemplates", "NAME": "django"}, "django"),
    ],
)
def test_each_path_of_the_class_has_its_name(entry: dict[str, Any], name: str) -> None:
    (found,) = EngineHandler([entry]).all()
    assert (type(found), found.name) == (face.DjustTemplates, name)


def test_every_path_leads_to_one_class() -> None:
    assert djust_backend.DjustTemplates is face.DjustTemplates
    assert djust_backend.django.DjustTemplates is face.DjustTemplates


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="'djust_backend' has no attribute 'Engines'"):
        _ = djust_backend.Engines


def test_the_package_is_imported_without_django_and_the_class_without_settings() -> None:
    program = (
        "import sys, djust_backend\n"
        "assert 'django' not in sys.modules\n"
        "djust_backend.DjustTemplates\n"
        "import djust_backend.django, djust_backend.forms\n"
        "from django.conf import settings\n"
        "assert not settings.configured\n"
    )
    root = Path(djust_backend.__file__).parents[1]
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(
        command, cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("switch", ["enable", "disable"])
@pytest.mark.parametrize("name", ["djust_backend", "djust_backend.django"])
def test_importing_the_class_leaves_the_garbage_collector_as_it_was(name: str, switch: str) -> None:
    program = (
        "import gc, importlib\n"
        f"gc.{switch}()\n"
        f"importlib.import_module({name!r}).DjustTemplates\n"
        "print(gc.isenabled())\n"
    )
    root = Path(djust_backend.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{switch == 'enable'}\n", "")


# The default engine


def entry(backend: str, name: str) -> dict[str, Any]:
    return {"BACKEND": backend, "NAME": name, "OPTIONS": {"loaders": [LOADER]}}


OURS = entry("djust_backend.DjustTemplates", "ours")
STOCK = entry("django.template.backends.django.DjangoTemplates", "stock")


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        ([OURS], Engine),
        ([OURS, STOCK], Engine),
        ([STOCK, OURS], stock_engine.Engine),
    ],
)
def test_the_default_engine_is_that_of_the_first_entry(
    templates: list[dict[str, Any]], expected: type
) -> None:
    with override_settings(TEMPLATES=templates):
        found = stock_engine.Engine.get_default()
        assert type(found) is expected
        assert Engine.get_default() is found
        assert base.Template("{{ a }}").engine is found


def test_without_an_entry_there_is_no_default_engine() -> None:
    with override_settings(TEMPLATES=[]):
        for engine in (stock_engine.Engine, Engine):
            with pytest.raises(ImproperlyConfigured, match="No DjangoTemplates backend"):
                engine.get_default()


def test_templates_find_the_default_engine() -> None:
    with override_settings(TEMPLATES=[OURS]):
        template = Template("{% include 'row.html' %}")
        context = Context({"lease": {"tenant": {"user": {"email": "a@example.com"}}}})
        assert template.engine is stock_engine.Engine.get_default()
        assert template.render(context) == "a@example.com"


# Templates


@pytest.mark.parametrize("source", ["", "plain", "{{ a }}", "{% if a %}1{% endif %}", "é{{ a }}\n"])
def test_from_string_gives_what_django_gives(source: str) -> None:
    theirs, ours = (make(backend).from_string(source) for backend in BOTH)
    assert isinstance(ours, stock.Template)
    assert isinstance(ours.template, Template)
    assert ours.source == ours.template.source == theirs.template.source == source
    assert ours.template.name == theirs.template.name
    assert ours.origin == theirs.origin
    assert ours.origin.template_name == theirs.origin.template_name
    assert repr(ours.template) == repr(theirs.template)
    theirs_nodes, our_nodes = theirs.template.nodelist, ours.template.nodelist
    assert [type(node).__name__ for node in our_nodes] == [
        type(node).__name__ for node in theirs_nodes
    ]
    text = ours.render({"a": "<"})
    assert text == theirs.render({"a": "<"})
    assert type(text) is SafeString


def test_a_lazy_source_is_read_once_as_django_reads_it() -> None:
    theirs, ours = (make(backend).from_string(lazystr("{{ a }}")) for backend in BOTH)
    assert (ours.source, type(ours.source)) == (theirs.template.source, str)


def test_get_template_gives_what_django_gives() -> None:
    made = [make(backend) for backend in BOTH]
    theirs, ours = (backend.get_template("page.html") for backend in made)
    assert ours.backend is made[1]
    assert ours.source == TEMPLATES["page.html"]
    assert ours.template.name == theirs.template.name == "page.html"
    assert (ours.origin.name, ours.origin.template_name) == ("page.html", "page.html")
    assert ours.origin.loader_name == theirs.origin.loader_name
    assert ours.render({"page": {"title": "<b>"}}) == theirs.render({"page": {"title": "<b>"}})


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("name", ["nowhere.html", "broken.html", "", "é.html"])
def test_get_template_fails_as_django_fails(name: str, debug: bool) -> None:
    errors = []
    for backend in BOTH:
        made = make(backend, debug=debug)
        errors.append(seen(error_of(lambda b=made: b.get_template(name)), made))
    assert errors[1] == errors[0]
    assert errors[1]["type"] in (TemplateDoesNotExist, TemplateSyntaxError)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("name", ["gap.html", "orphan.html"])
def test_a_page_that_misses_a_template_fails_as_django_fails(name: str, debug: bool) -> None:
    errors = []
    for backend in BOTH:
        made = make(backend, debug=debug)
        template = made.get_template(name)
        errors.append(seen(error_of(template.render), made))
    assert errors[1] == errors[0]
    assert errors[1]["backend"]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("source", ["{% if %}", "{{ a|nofilter }}", "{% nosuchtag %}", "{% for %}"])
def test_from_string_fails_as_django_fails(source: str, debug: bool) -> None:
    theirs, ours = (
        error_of(lambda b=backend: make(b, debug=debug).from_string(source)) for backend in BOTH
    )
    assert seen(ours, None) == seen(theirs, None)
    assert isinstance(ours, TemplateSyntaxError)


@pytest.mark.parametrize("context", [[], "text", 5, Context({"a": 1})])
@pytest.mark.parametrize("request_", [None, RequestFactory().get("/")], ids=["alone", "request"])
def test_a_context_that_is_no_dictionary_is_refused_alike(context: Any, request_: Any) -> None:
    theirs, ours = (
        error_of(lambda b=backend: make(b).from_string("{{ a }}").render(context, request_))
        for backend in BOTH
    )
    assert seen(ours, None) == seen(theirs, None)
    assert isinstance(ours, TypeError)


def test_a_request_brings_its_processors_and_its_token() -> None:
    request = RequestFactory().get("/found?q=1")
    options = {"context_processors": ["django.template.context_processors.request"]}
    source = "{{ request.path }} {{ csrf_token|length }} {{ a }}"
    theirs, ours = (
        make(backend, **options).from_string(source).render({"a": "&"}, request) for backend in BOTH
    )
    assert ours == theirs == "/found 64 &amp;"


@pytest.mark.parametrize("autoescape", [True, False])
def test_the_engine_says_whether_values_are_escaped(autoescape: bool) -> None:
    theirs, ours = (
        make(backend, autoescape=autoescape).from_string("{{ a }}").render({"a": "<"})
        for backend in BOTH
    )
    assert ours == theirs == ("&lt;" if autoescape else "<")


def test_the_engine_renders_and_selects_as_django_does() -> None:
    values = {"page": {"title": "&"}}
    theirs, ours = (make(backend).engine for backend in BOTH)
    for names in ("page.html", ["nowhere.html", "page.html"]):
        assert ours.render_to_string(names, values) == theirs.render_to_string(names, values)
    assert ours.select_template(["nowhere.html", "row.html"]).name == "row.html"
    for names in ([], ["nowhere.html", "gone.html"]):
        errors = [
            error_of(lambda e=engine, names=names: e.select_template(names))
            for engine in (theirs, ours)
        ]
        assert seen(errors[1], None) == seen(errors[0], None)


class StockTemplates(locmem.Loader):
    """A loader of a site that makes Django's own templates."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Any:
        (origin,) = self.get_template_sources(template_name)
        return base.Template(self.get_contents(origin), origin, template_name, self.engine)


def test_a_template_that_a_loader_made_by_djangos_class_is_a_template_of_ours() -> None:
    made = make(face.DjustTemplates, loaders=[(f"{__name__}.StockTemplates", TEMPLATES)])
    template = made.get_template("row.html")
    assert type(template.template) is base.Template
    assert template.source == TEMPLATES["row.html"]
    assert template.variable_paths == {}
    assert template.render({"lease": {"tenant": {"user": {"email": "<"}}}}) == "&lt;"


# What a template reads


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("text", {}),
        ("{{ a }}", {"a": []}),
        ("{{ a.b }}{{ a.c.d|upper }}", {"a": ["b", "c.d"]}),
        ("{% extends 'base.html' %}", {"site": ["name"]}),
        ("{% extends 'page.html' %}", {"page": ["title"]}),
        (
            "{% for lease in all %}{{ lease.land.name }}{% include 'row.html' %}{% endfor %}",
            {"all": ["land.name", "tenant.user.email"]},
        ),
        ("{% with a=b.c %}{{ a.d }}{% endwith %}", {"b": ["c.d"]}),
    ],
)
def test_variable_paths_are_those_that_the_page_reads(
    source: str, paths: dict[str, list[str]]
) -> None:
    template = make(face.DjustTemplates).from_string(source)
    assert template.variable_paths == template.template.variable_paths == paths


# Lifetime


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize(
    "source",
    [
        "{{ a }}",
        "{% for b in a %}{{ b }}{% endfor %}",
        "{% extends 'base.html' %}",
        "{% now 'Y' %}",
    ],
)
def test_templates_can_be_referred_to_weakly_and_go_with_their_last_use(
    backend: type[stock.DjangoTemplates], source: str
) -> None:
    template = make(backend).from_string(source)
    template.render({"a": "ab"})
    assert len(template.template.nodelist) > 0
    references = [weakref.ref(template), weakref.ref(template.template)]
    references += [weakref.ref(template.template.nodelist[0])]
    if backend is face.DjustTemplates:
        assert template.variable_paths is not None
        references += [weakref.ref(template.template._program)]
    assert all(reference() is not None for reference in references)
    del template
    gc.collect()
    assert [reference() for reference in references] == [None] * len(references)


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("name", ["row.html", "page.html", "rows.html"])
def test_an_engine_goes_with_its_last_use(name: str, backend: type[stock.DjangoTemplates]) -> None:
    made = make(backend)
    made.get_template(name).render({"page": {"title": "a"}})
    references = [weakref.ref(made), weakref.ref(made.engine)]
    del made
    gc.collect()
    assert [reference() for reference in references] == [None, None]
