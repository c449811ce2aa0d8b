"""Settings of the demo site; every switch is an environment variable that starts with DEMO_."""

import datetime
import os
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("DEMO_SECRET_KEY", "demo-site-only-never-use-this-key-in-production")
DEBUG = os.environ.get("DEMO_DEBUG", "1") == "1"
ALLOWED_HOSTS = os.environ.get("DEMO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "djust_backend",
    "accounts",
    "blog",
    "rentals",
    "showcase",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.engines.EngineSwitchMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

# The same folders and context processors for both engines, or a comparison would mean nothing.
_TEMPLATE_SOURCES: dict[str, Any] = {
    "DIRS": [BASE_DIR / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.debug",
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "config.context_processors.demo",
        ],
    },
}

# A site of your own needs only the second entry. The first one passes each template on to the
# engine that the request asked for (?engine=stock), the third is what it is compared with.
TEMPLATES = [
    {"NAME": "switch", "BACKEND": "config.engines.EngineSwitch", "OPTIONS": {}},
    {"BACKEND": "djust_backend.django.DjustTemplates", **_TEMPLATE_SOURCES},
    {
        "NAME": "stock",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        **_TEMPLATE_SOURCES,
    },
]

if "DEMO_PG_NAME" in os.environ:
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["DEMO_PG_NAME"],
            "HOST": os.environ.get("DEMO_PG_HOST", ""),
            "PORT": os.environ.get("DEMO_PG_PORT", ""),
            "USER": os.environ.get("DEMO_PG_USER", ""),
            "PASSWORD": os.environ.get("DEMO_PG_PASSWORD", ""),
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("DEMO_SQLITE_PATH", BASE_DIR / "demo.sqlite3"),
        }
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

LOGIN_URL = "admin:login"

# The day on which the demo lives: pages must look the same whenever they are rendered.
DEMO_TODAY = datetime.date(2025, 12, 16)
