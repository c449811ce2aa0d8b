"""System checks of the backend: what a site is told when `manage.py check` runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

ID_NAME = "djust_backend.W001"


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


def _has_engine_named_django() -> bool:
    return any(_name(entry) == "django" for entry in settings.TEMPLATES)


def _name(entry: dict[str, Any]) -> str:
    backend = entry.get("BACKEND", "")
    parts = backend.rsplit(".", 2)
    return entry.get("NAME") or (parts[-2] if len(parts) > 1 else "")
