"""Visits all pages of one site on one engine, in this process, and writes what came back as JSON.

It is started by `run.py`, never by hand: `worker.py <site> <stock|ours> <plain|watched> <result
file>`.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import random
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

HERE = Path(__file__).resolve().parent
STOCK = "django.template.backends.django.DjangoTemplates"
OURS = "djust_backend.django.DjustTemplates"
OUR_FORMS = "djust_backend.forms.DjustTemplates"

#: The moment at which every page is visited.
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)

#: Answers instead of every source of chance, from a new start for each visit.
CHANCE = random.Random(0)

APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

PROCESSORS = [
    "django.template.context_processors.debug",
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]


def settings_of(site: ModuleType, engine: str, mode: str) -> dict[str, Any]:
    """Return the settings for a site; `watched` turns the debug mode of the template engine on."""
    watched = mode == "watched"
    own = dict(site.SETTINGS)
    options = {"context_processors": PROCESSORS, "debug": watched, **own.pop("OPTIONS", {})}
    folder = Path(str(site.__file__)).parent / "templates"
    entry = {
        "BACKEND": OURS if engine == "ours" else STOCK,
        "DIRS": [folder],
        "APP_DIRS": "loaders" not in options,
        "OPTIONS": options,
    }
    # A site changes one line. That forms may go through our engine, too, is tried in one mode.
    forms = {"FORM_RENDERER": OUR_FORMS} if engine == "ours" and watched else {}
    return {
        "SECRET_KEY": "for tests only",
        "ALLOWED_HOSTS": ["testserver"],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "ROOT_URLCONF": f"{site.__name__}.pages",
        "STATIC_URL": "/static/",
        "MIGRATION_MODULES": NoMigrations(),
        "MEDIA_ROOT": tempfile.mkdtemp(),
        "USE_TZ": True,
        **forms,
        **own,
        "INSTALLED_APPS": [*APPS, *own.get("INSTALLED_APPS", [])],
        "MIDDLEWARE": [*MIDDLEWARE, *own.get("MIDDLEWARE", [])],
        "TEMPLATES": [entry],
    }


class NoMigrations(dict[str, None]):
    """A MIGRATION_MODULES under which tables come from the models as they are."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def stop_clock() -> None:
    """Let the clock give the same answer in each process, for good."""
    from django.utils import timezone as clock

    clock.now = lambda: NOW
    time.time = NOW.timestamp


@contextmanager
def repeatable_chance() -> Iterator[None]:
    """Within this, every source of chance gives the same answers in each process."""
    bits = CHANCE.getrandbits
    stand_ins = {
        (secrets, "choice"): CHANCE.choice,
        (secrets, "token_urlsafe"): lambda nbytes=32: f"{bits(nbytes * 8):x}",
        (secrets, "token_hex"): lambda nbytes=32: f"{bits(nbytes * 8):0{nbytes * 2}x}",
        (os, "urandom"): CHANCE.randbytes,
        (uuid, "uuid4"): lambda: uuid.UUID(int=bits(128), version=4),
    }
    with ExitStack() as stack:
        for (module, name), stand_in in stand_ins.items():
            stack.enter_context(mock.patch.object(module, name, stand_in))
        random.seed(0)
        yield


def seed(visit: str) -> None:
    """Start all chance anew for a visit."""
    CHANCE.seed(visit)
    random.seed(visit)


def prepare(site_name: str, engine: str, mode: str) -> ModuleType:
    """Set up a site and fill it; return its module of pages."""
    sys.path.insert(0, str(HERE))
    from django.conf import settings

    site = importlib.import_module(f"sites.{site_name}")
    settings.configure(**settings_of(site, engine, mode))
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)
    pages = importlib.import_module(f"{site.__name__}.pages")
    if hasattr(pages, "prepare"):
        pages.prepare()
    # What migrations left behind would show on pages that list signals.
    gc.collect()
    return pages


def visitor(pages: ModuleType) -> Any:
    """A client, logged in if the site wants it."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    if getattr(pages, "LOGIN", False):
        user, _ = User.objects.get_or_create(
            username="admin",
            defaults={"is_staff": True, "is_superuser": True, "email": "a@example.org"},
        )
        client.force_login(user)
    return client


def steps_of(pages: ModuleType) -> list[tuple[str, Any]]:
    """Name of each page, and its address or a function that takes the client."""
    found = pages.PAGES() if callable(pages.PAGES) else pages.PAGES
    return [page if isinstance(page, tuple) else (page, page) for page in found]


def fetch(client: Any, step: Any) -> Any:
    """The response for one of `steps_of`."""
    return client.get(step) if isinstance(step, str) else step(client)


def visit(client: Any, step: Any, watched: bool) -> dict[str, Any]:
    """Return what one request gave: status, body, templates, or the exception."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    # The log holds some thousands of queries at most; a full one would count none of this page.
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as queries:
        try:
            response = fetch(client, step)
            body = b"".join(response) if response.streaming else response.content
        except Exception as error:  # noqa: BLE001 - any exception is a result, to be compared
            place = getattr(error, "template_debug", None) or {}
            seen: dict[str, Any] = {
                "error": f"{type(error).__module__}.{type(error).__qualname__}: {error}",
                "place": [place.get("name"), place.get("line"), place.get("during")],
            }
            return {**seen, "queries": len(queries)}
    seen = {
        "status": response.status_code,
        "headers": {key: response.get(key) for key in ("Content-Type", "Location")},
        "body": body.decode(errors="backslashreplace"),
        "queries": len(queries),
        "templates": [template.name for template in getattr(response, "templates", ())],
    }
    if watched:
        found = getattr(response, "context", None) or []
        contexts = found if isinstance(found, list) else [found]
        seen["contexts"] = [sorted(map(str, context.flatten())) for context in contexts]
    return seen


def visit_all(pages: ModuleType, watched: bool) -> dict[str, dict[str, Any]]:
    """Return what each page gave, on the first and on the second visit."""
    seen = {}
    client = visitor(pages)
    for name, step in steps_of(pages):
        for turn in ("first", "again"):
            seed(f"{name} {turn}")
            seen[f"{name} ({turn})"] = visit(client, step, watched)
    return seen


def main(site_name: str, engine: str, mode: str, result: str) -> None:
    """Prepare the site, visit its pages and write the result."""
    stop_clock()
    with repeatable_chance():
        pages = prepare(site_name, engine, mode)
        if mode == "watched":
            from django.conf import settings
            from django.test.utils import setup_test_environment

            setup_test_environment(debug=settings.DEBUG)
        found: dict[str, Any] = {"pages": visit_all(pages, mode == "watched")}
    if engine == "ours":
        from djust_backend._native import render_counters

        found["counters"] = render_counters()
    Path(result).write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
