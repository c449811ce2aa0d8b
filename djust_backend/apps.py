"""The app that brings the management commands: `"djust_backend"` in INSTALLED_APPS."""

from __future__ import annotations

from django.apps import AppConfig


class DjustBackendConfig(AppConfig):
    """Has neither models nor templates; the template engine works without it."""

    name = "djust_backend"
    verbose_name = "djust_backend"
