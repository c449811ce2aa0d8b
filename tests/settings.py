"""One site for all tests; ORM_DATABASE chooses sqlite (default) or postgresql."""

import os
from typing import Any

from tests import services


def _database(name: str) -> dict[str, Any]:
    if os.environ.get("ORM_DATABASE", "sqlite") == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    test = {"NAME": f"djust_{name}_{os.getpid()}"}
    return {**services.postgresql().database(), "TEST": test}


DATABASES = {"default": _database("default"), "other": _database("other")}

# Each test derives its own plans; those of the cache name a store.
# SQL that is used again is compared with what Django compiles.
DJUST_CONFIG = {"JIT_CACHE_BACKEND": "memory", "JIT_SQL_CHECK": True}

SECRET_KEY = "for tests only"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.urls"
STATIC_URL = "static/"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "zoo",
]

# Tables come from the models as they are.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "sessions": None}

_OPTIONS: dict[str, Any] = {
    "context_processors": [
        "django.template.context_processors.debug",
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ],
}

TEMPLATES = [
    {
        "BACKEND": "djust_backend.django.DjustTemplates",
        "NAME": "django",
        "APP_DIRS": True,
        "OPTIONS": _OPTIONS,
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "stock",
        "APP_DIRS": True,
        "OPTIONS": _OPTIONS,
    },
]
