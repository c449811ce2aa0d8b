"""The app that brings the management commands: `"djust_backend"` in INSTALLED_APPS.

It also loads the engine and gets the store of plans ready when a process starts, so that its first
page need not.
"""

from __future__ import annotations

import gc

from django.apps import AppConfig

import djust_backend

from . import later, orm, plan_cache, rehearsal, starting


class DjustBackendConfig(AppConfig):
    """Has neither models nor templates; the template engine works without it."""

    name = "djust_backend"
    verbose_name = "djust_backend"

    def ready(self) -> None:
        """Load the engine, all of it, and what the store needs; nothing is connected.

        What is wrong with the store goes into the log.
        """
        # The class, which takes longer to import than a page to render.
        _ = djust_backend.DjustTemplates
        later.import_all()
        starting.load()
        orm.judge_known()
        rehearsal.rehearse()
        # What has been made stays: looked through now, it is not while the first page is rendered.
        gc.collect(1)
        if plan_cache.shared_plans() is not None:
            orm.release()
