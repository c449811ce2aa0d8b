"""The metrics: names, what moves them, bounded labels, many processes, and nothing when off."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from djust_backend import DjustTemplates, backend, metrics
from djust_backend.cache import events

ROOT = Path(__file__).parents[2]
MIDDLEWARE = "djust_backend.middleware.QueryCountMiddleware"


def engine(**templates: str) -> DjustTemplates:
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    params = {"NAME": "measured", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": loaders}}
    return DjustTemplates(params)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("".join(user.username for user in User.objects.all()))


urlpatterns = [path("", include("djust_backend.urls")), path("people/", page, name="people")]


@pytest.fixture
def on() -> Iterator[None]:
    with override_settings(
        DJUST_CONFIG={"JIT_METRICS": True, "JIT_CACHE_BACKEND": "memory"},
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[MIDDLEWARE],
    ):
        yield
    events.observers.clear()


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def moved(name: str, **labels: str) -> Any:
    before = value(name, **labels)
    return lambda: value(name, **labels) - before


@pytest.mark.usefixtures("on")
@pytest.mark.django_db
def test_a_page_is_timed_under_its_name_and_its_queries_are_counted() -> None:
    source = "{% for user in users %}{{ user.username }}{% endfor %}"
    template = engine(**{"people.html": source}).get_template("people.html")
    pages = moved("djust_view_render_duration_seconds_count", template="people.html")
    queries = moved("djust_render_queries_total", template="people.html")
    native = moved("djust_renders_total", engine="native")
    template.render({"users": User.objects.all()})
    template.render({"users": User.objects.all()})
    assert (pages(), queries()) == (2, 2)
    assert native() >= 2


@pytest.mark.usefixtures("on")
@pytest.mark.django_db
def test_plans_are_misses_first_and_hits_later() -> None:
    source = "{% for group in groups %}{{ group }}{{ group.pk }}{% endfor %}"
    template = engine().from_string(source)
    misses = moved("djust_jit_cache_misses_total")
    compiled = moved("djust_jit_compilation_duration_seconds_count", mode="rows")
    template.render({"groups": Group.objects.order_by("-name", "pk")[:7]})
    assert misses() >= 1
    assert compiled() >= 1
    misses = moved("djust_jit_cache_misses_total")
    hits = moved("djust_jit_cache_hits_total", place="memory")
    template.render({"groups": Group.objects.order_by("-name", "pk")[:7]})
    assert misses() == 0
    assert hits() >= 1


@pytest.mark.usefixtures("on")
@pytest.mark.django_db
def test_plans_that_rest_on_no_code_are_no_misses() -> None:
    template = engine().from_string("{% for group in groups %}{{ group.name }}{% endfor %}")
    misses = moved("djust_jit_cache_misses_total")
    decided = moved("djust_jit_plans_decided_total", mode="rows")
    template.render({"groups": Group.objects.order_by("-name", "pk")[:5]})
    assert misses() == 0
    assert decided() >= 1


@pytest.mark.usefixtures("on")
def test_events_of_the_store_are_counted() -> None:
    engine()
    shared = moved("djust_jit_cache_hits_total", place="store")
    errors = moved("djust_jit_store_errors_total", store="redis", operation="get")
    events.tell(events.Hit("store", "auth.User"))
    events.tell(events.StoreError("redis", "get"))
    assert (shared(), errors()) == (1, 1)
    for state, number in (("open", 2), ("half-open", 1), ("closed", 0)):
        events.tell(events.Breaker("redis", state))
        assert value("djust_jit_breaker_state", store="redis") == number


@pytest.mark.usefixtures("on")
@pytest.mark.django_db
def test_requests_are_counted_by_view() -> None:
    requests = moved("djust_database_query_count_count", view="people")
    queries = moved("djust_database_query_count_sum", view="people")
    Client().get("/people/")
    assert (requests(), queries()) == (1, 1)
    unknown = moved("djust_database_query_count_count", view="(none)")
    Client().get("/nowhere/")
    assert unknown() == 1


@pytest.mark.usefixtures("on")
@pytest.mark.django_db
def test_the_view_gives_what_prometheus_reads() -> None:
    engine().from_string("x").render()
    Client().get("/people/")
    response = Client().get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain")
    names = {family.name for family in text_string_to_metric_families(response.text)}
    assert names >= {
        "djust_jit_cache_hits",
        "djust_jit_cache_misses",
        "djust_jit_compilation_duration_seconds",
        "djust_view_render_duration_seconds",
        "djust_database_query_count",
    }
    assert Client().post("/metrics").status_code == 405


@pytest.mark.usefixtures("on")
def test_a_site_behind_a_login_lets_prometheus_in() -> None:
    with override_settings(
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]
    ):
        assert Client().get("/metrics").status_code == 200


@pytest.mark.usefixtures("on")
def test_labels_are_bounded() -> None:
    names = metrics.Names()
    with override_settings(DJUST_CONFIG={"JIT_METRICS_LABELS": 2}):
        found = [names.label(name) for name in ("a", "b", "c", "a", "d")]
    assert found == ["a", "b", "other", "a", "other"]


@pytest.mark.usefixtures("on")
def test_a_page_that_fails_is_timed_and_fails_as_before() -> None:
    pages = moved("djust_view_render_duration_seconds_count", template="(string)")
    template = engine().from_string("{{ broken }}")

    def broken() -> None:
        raise ValueError("in the view's own code")

    with pytest.raises(ValueError, match="own code"):
        template.render({"broken": broken})
    assert pages() == 1


def test_nothing_is_wrapped_when_off() -> None:
    assert type(engine().from_string("x")) is backend.Template
    with override_settings(ROOT_URLCONF=__name__):
        assert Client().get("/metrics").status_code == 404


SITE = """
import sys, django
from django.conf import settings
settings.configure(
    SECRET_KEY="x",
    ROOT_URLCONF="djust_backend.urls",
    ALLOWED_HOSTS=["*"],
    DJUST_CONFIG={"JIT_METRICS": %r, "JIT_CACHE_BACKEND": "memory"},
    TEMPLATES=[{"BACKEND": "djust_backend.DjustTemplates", "NAME": "django"}],
)
django.setup()
from django.core import checks
from django.template import engines
from django.test import Client
"""


def alone(code: str, *, on: bool, **variables: str) -> str:
    """What a fresh process of a small site prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SITE % on + textwrap.dedent(code)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_prometheus_client_is_not_even_imported_when_off() -> None:
    code = """
        engines["django"].from_string("x").render()
        print(Client().get("/metrics").status_code, "prometheus_client" in sys.modules)
    """
    assert alone(code, on=False) == "404 False\n"


def test_a_site_without_prometheus_client_is_told_and_goes_on() -> None:
    code = """
        import importlib.util
        find = importlib.util.find_spec
        from djust_backend import checks as ours, metrics
        def without(name):
            return None if name.startswith("prom") else find(name)
        ours.find_spec = metrics.find_spec = without
        print(engines["django"].from_string("a page").render())
        print([message.id for message in checks.run_checks()])
        print(Client().get("/metrics").status_code, "prometheus_client" in sys.modules)
    """
    assert alone(code, on=True) == "a page\n['djust_backend.E003']\n404 False\n"


def test_processes_are_added_up(tmp_path: Path) -> None:
    code = """
        page = engines["django"].from_string("x")
        for _ in range(3):
            page.render()
        text = Client().get("/metrics").text
        print(next(line for line in text.splitlines() if "seconds_count{template" in line))
    """
    folder = str(tmp_path)
    first, second = (alone(code, on=True, PROMETHEUS_MULTIPROC_DIR=folder) for _ in range(2))
    name = 'djust_view_render_duration_seconds_count{template="(string)"}'
    assert first == f"{name} 3.0\n"
    assert second == f"{name} 6.0\n"
