"""The app that brings the management commands: `"djust_backend"` in INSTALLED_APPS.

It also gets the store of plans ready when a process starts, so that its first page need not.
"""

from __future__ import annotations

from django.apps import AppConfig

from . import plan_cache
from .orm import release


class DjustBackendConfig(AppConfig):
    """Has neither models nor templates; the template engine works without it."""

    name = "djust_backend"
    verbose_name = "djust_backend"

    def ready(self) -> None:
        """Load what the store needs; nothing is connected, and what is wrong goes into the log."""
        if plan_cache.shared_plans() is not None:
            release()
