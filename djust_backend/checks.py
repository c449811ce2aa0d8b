"""System checks of the backend: what a site is told when `manage.py check` runs."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from . import conf, plan_cache

ID_NAME = "djust_backend.W001"
ID_SETTINGS = "djust_backend.E001"
ID_REDIS = "djust_backend.E002"
ID_METRICS = "djust_backend.E003"


def check_name(name: str) -> list[checks.CheckMessage]:
    """Warns if our engine goes by a name under which other packages do not look for it.

    Django derives the name of a TEMPLATES entry from its BACKEND. Packages such as Django REST
    framework ask for `engines["django"]`.
    """
    if name != "djust_backend" or _has_engine_named_django():
        return []
    return [
        checks.Warning(
            "The template engine is called 'djust_backend', "
            "so packages that ask for the engine 'django' do not find it.",
            hint=(
                "Use 'BACKEND': 'djust_backend.django.DjustTemplates', "
                "or add 'NAME': 'django' to the TEMPLATES entry."
            ),
            id=ID_NAME,
        )
    ]


def check_settings() -> list[checks.CheckMessage]:
    """Tells of keys in DJUST_CONFIG that there are not, and of values of a wrong type."""
    return [checks.Error(text, hint=hint, id=ID_SETTINGS) for text, hint in conf.problems()]


def check_redis() -> list[checks.CheckMessage]:
    """Tells if plans are to be kept in Redis and that cannot be: no redis-py, or a wrong address.

    The server itself may come later; it is not asked.
    """
    if conf.problems() or conf.get("JIT_CACHE_BACKEND") != "redis":
        return []
    if not find_spec("redis"):
        text = "DJUST_CONFIG['JIT_CACHE_BACKEND'] is 'redis', and redis-py is not installed."
        hint = "Run pip install 'djust_backend[redis]', or choose 'filesystem'."
        return [checks.Error(text, hint=hint, id=ID_REDIS)]
    try:
        plan_cache.make_store()
    except (ImproperlyConfigured, ValueError) as error:
        text = f"DJUST_CONFIG['JIT_REDIS_URL'] cannot be used: {error}"
        hint = "Write redis://host:6379/0, or see docs/settings.md for TLS, sentinels and clusters."
        return [checks.Error(text, hint=hint, id=ID_REDIS)]
    return []


def check_metrics() -> list[checks.CheckMessage]:
    """Tells if metrics are wanted and the package that makes them is missing."""
    if conf.problems() or not conf.get("JIT_METRICS") or find_spec("prometheus_client"):
        return []
    text = "DJUST_CONFIG['JIT_METRICS'] is on, and prometheus-client is not installed."
    hint = "Run pip install 'djust_backend[metrics]', or turn the setting off."
    return [checks.Error(text, hint=hint, id=ID_METRICS)]


def _has_engine_named_django() -> bool:
    return any(_name(entry) == "django" for entry in settings.TEMPLATES)


def _name(entry: dict[str, Any]) -> str:
    backend = entry.get("BACKEND", "")
    parts = backend.rsplit(".", 2)
    return entry.get("NAME") or (parts[-2] if len(parts) > 1 else "")
