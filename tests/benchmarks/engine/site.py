"""The Django site around a measured backend: settings, requests, database rows."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from tests.benchmarks.engine.backends import Backend

APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "tests.benchmarks.engine.shop.apps.ShopConfig",
]
ROWS = 100


def start(backend: Backend, templates: Path) -> None:
    """
    Configure and set up Django with the backend as the only one, under the name `django`.

    Raises ImportError when the backend isn't installed.
    """
    module, _, name = backend.path.rpartition(".")
    entry = {
        "BACKEND": backend.path,
        "NAME": "django",
        "DIRS": [str(templates / backend.language)],
        "APP_DIRS": backend.language == "django",
        "OPTIONS": dict(backend.options),
    }
    settings.configure(
        SECRET_KEY="not a secret: this site answers nobody",
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=[*APPS, *backend.apps],
        TEMPLATES=[entry],
        FORM_RENDERER=backend.form_renderer,
        ROOT_URLCONF="tests.benchmarks.engine.shop.urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        LANGUAGE_CODE="en-us",
        LANGUAGES=[("en", "English"), ("de", "Deutsch")],
        TIME_ZONE="Europe/Berlin",
        USE_TZ=True,
        STATIC_URL="/static/",
        MEDIA_URL="/media/",
        MIDDLEWARE=[],
        DEBUG=False,
    )
    django.setup()
    if not hasattr(importlib.import_module(module), name):
        raise ImportError(f"{module} has no {name}")


def make_request(path: str = "/products/?page=2&sort=name") -> Any:
    """A GET request with what the usual middleware would have put on it."""
    from django.contrib.auth.models import User
    from django.contrib.messages.storage.cookie import CookieStorage
    from django.test import RequestFactory

    request = RequestFactory().get(path)
    request.META["CSRF_COOKIE"] = "c" * 32
    request.user = User(
        pk=7, username="ada", first_name="Ada", is_staff=True, is_superuser=True, is_active=True
    )
    storage = CookieStorage(request)
    request._messages = storage
    storage.add(25, "The order was saved.")
    storage.add(30, "Only <3> lamps are left.", extra_tags="stock")
    return request


def fill_database() -> None:
    """Create all tables, as a real site has them, and a hundred orders."""
    from django.apps import apps
    from django.db import connection

    from tests.benchmarks.engine.shop import sample
    from tests.benchmarks.engine.shop.models import Customer, Order

    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)
    orders = sample.orders("A", ROWS)
    Customer.objects.bulk_create({order.customer.pk: order.customer for order in orders}.values())
    Order.objects.bulk_create(orders)
