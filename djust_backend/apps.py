"""The app that brings the management commands: `"djust_backend"` in INSTALLED_APPS.

It also loads the engine and gets the store of plans ready when a process starts, so that its first
page need not.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.sql.compiler import SQLCompiler
from django.utils import formats

import djust_backend

from . import later, orm, plan_cache, rehearsal

#: Modules of Django's that an engine with its usual settings imports when it is made.
_OF_ENGINES = (
    "django.template.context_processors",
    "django.template.loaders.app_directories",
    "django.template.loaders.cached",
    "django.template.loaders.filesystem",
    "django.templatetags.cache",
    "django.templatetags.i18n",
    "django.templatetags.l10n",
    "django.templatetags.static",
    "django.templatetags.tz",
)


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
        _load_of_django()
        rehearsal.rehearse()
        if plan_cache.shared_plans() is not None:
            orm.release()


def _load_of_django() -> None:
    """Load what Django itself would load for the first page: modules, formats, and patterns."""
    for name in _OF_ENGINES:
        import_module(name)
    # Modules only, which nobody keeps: a site's own formats are found when they are asked for.
    list(formats.iter_format_modules(settings.LANGUAGE_CODE))
    # Django compiles it when it is touched; a later Django may do without it.
    ordering: Any = getattr(SQLCompiler, "ordering_parts", None)
    _ = getattr(ordering, "pattern", None)
