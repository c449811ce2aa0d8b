"""What the first page of a process would wait for, and may be had before: modules and files.

Nothing is put where Django keeps what it has made of settings: a site may still change them.
"""

from __future__ import annotations

import gettext
import struct
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import django.conf
from django.apps import apps
from django.conf import settings
from django.db.models.sql.compiler import SQLCompiler
from django.utils import formats
from django.utils.translation import to_locale

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

#: What a file of messages that is none raises; the first page that needs it says so.
_NO_MESSAGES = (OSError, ValueError, struct.error)


def load() -> None:
    """Load modules, formats, patterns, and the messages and time zone of the settings."""
    for name in _OF_ENGINES:
        import_module(name)
    # Modules only, which nobody keeps: a site's own formats are found when they are asked for.
    list(formats.iter_format_modules(settings.LANGUAGE_CODE))
    # Django compiles it when it is touched; a later Django may do without it.
    ordering: Any = getattr(SQLCompiler, "ordering_parts", None)
    _ = getattr(ordering, "pattern", None)
    if settings.USE_I18N:
        _read_messages(to_locale(settings.LANGUAGE_CODE))
    if settings.USE_TZ:
        with suppress(ZoneInfoNotFoundError):
            ZoneInfo(settings.TIME_ZONE)


def _read_messages(locale: str) -> None:
    """Have Python's `gettext` keep the files that `DjangoTranslation` merges for this locale."""
    of_django = Path(django.conf.__file__).parent
    of_apps = [Path(app.path) for app in apps.get_app_configs()]
    of_site = [Path(folder) for folder in settings.LOCALE_PATHS]
    for folder in (*[holder / "locale" for holder in (of_django, *of_apps)], *of_site):
        with suppress(*_NO_MESSAGES):
            gettext.translation("django", folder, [locale], fallback=True)
