"""The app that brings the management commands: `"djust_backend"` in INSTALLED_APPS.

It also loads the engine and gets the store of plans ready when a process starts, so that its first
page need not.
"""

from __future__ import annotations

from django.apps import AppConfig

import djust_backend

from . import plan_cache
from .orm import release


class DjustBackendConfig(AppConfig):
    """Has neither models nor templates; the template engine works without it."""

    name = "djust_backend"
    verbose_name = "djust_backend"

    def ready(self) -> None:
        """Load the engine, and what the store needs; nothing is connected.

        What is wrong with the store goes into the log.
        """
        # The class, which takes longer to import than a page to render.
        _ = djust_backend.DjustTemplates
        if plan_cache.shared_plans() is not None:
            release()
