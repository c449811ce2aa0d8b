"""The Django site around a measured backend: settings and tables."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from tests.benchmarks.orm.backends import Backend

TEMPLATES = Path(__file__).parent / "templates"
ENGINE = "django"


def start(backend: Backend, database: dict[str, Any]) -> None:
    """
    Configure and set up Django; the engine is made at the first render only, as on any site.

    Raises ImportError when the backend isn't installed.
    """
    # Importing it belongs to the first render of the process, which is measured.
    if importlib.util.find_spec(backend.package) is None:
        raise ImportError(f"{backend.package} is not installed")
    entry = {
        "BACKEND": backend.path,
        "NAME": ENGINE,
        "DIRS": [str(TEMPLATES / folder) for folder in backend.templates],
        "OPTIONS": dict(backend.options),
    }
    settings.configure(
        SECRET_KEY="not a secret: this site answers nobody",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "tests.benchmarks.orm.office.apps.OfficeConfig",
            *backend.apps,
        ],
        TEMPLATES=[entry] if backend.path else [],
        ROOT_URLCONF="tests.benchmarks.orm.office.urls",
        DATABASES={"default": database},
        LANGUAGE_CODE="en-us",
        TIME_ZONE="UTC",
        USE_TZ=True,
        DEBUG=False,
    )
    # As a server's process starts: what any request needs is imported, no engine has been asked for.
    get_wsgi_application()
    importlib.import_module(settings.ROOT_URLCONF)


def create_tables() -> None:
    """Create the tables of all models in the empty database."""
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)


def gather_statistics() -> None:
    """Let the database learn how many rows there are, as it has on a real site."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
