"""What the renderer asks about language, formats and time zone, and keeps for each language."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from datetime import timezone as fixed_zone
from typing import Any

import asgiref.local
import django
from django.conf import settings
from django.template import defaultfilters as django_filters
from django.utils import dateformat, dates, formats, html, timezone, translation
from django.utils import timesince as django_timesince
from django.utils.translation import pgettext
from django.utils.translation import trans_real as django_trans_real

__all__ = [
    "ambient", "counted_text", "date_format_string", "date_names", "humanize_now", "local_variable",
    "now_like", "number_formats", "surroundings", "translated_text", "version",
]  # fmt: skip

# What these modules import themselves counts too, which their stubs leave out.
defaultfilters: Any = django_filters
timesince: Any = django_timesince
trans_real: Any = django_trans_real
zones: Any = timezone


def version() -> tuple[int, int]:
    """The Django series."""
    return django.VERSION[:2]


def ambient() -> tuple[Any, ...]:
    """What formats depend on.

    Language, its catalogue, the cache of formats, `USE_THOUSAND_SEPARATOR`, `USE_TZ`, the current
    time zone. A language is the same as before if catalogue and cache are the same objects: Django
    replaces them when settings change.
    """
    return (
        translation.get_language(),
        _catalogue(),
        formats._format_cache,  # type: ignore[attr-defined]
        settings.USE_THOUSAND_SEPARATOR,
        settings.USE_TZ,
        timezone.get_current_timezone(),
    )


def surroundings() -> tuple[Any, ...] | None:
    """Where the renderer finds what formats depend on.

    The context variables behind the active language and time zone, the module of formats, the
    modules with their `Local` objects that the variables belong to, and asgiref's class for what
    such a variable holds (None if the values themselves are there). None if asgiref keeps the
    values of a `Local` in a way that the renderer does not know.
    """
    language, zone = trans_real._active, zones._active
    variables = [local_variable(local) for local in (language, zone)]
    if None in variables:
        return None
    storage = getattr(asgiref.local, "_Storage", None)
    return (*variables, formats, trans_real, language, zones, zone, storage)


def local_variable(local: Any) -> ContextVar[Any] | None:
    """The context variable behind a `Local` of asgiref; None if it is built in another way."""
    storage = getattr(local, "_storage", None)
    if type(storage) is not getattr(asgiref.local, "_CVar", None):
        return None
    variable = vars(storage).get("_data")
    if not isinstance(variable, ContextVar):
        return None
    tagged = getattr(asgiref.local, "_Storage", None)
    # Older versions keep a dictionary in the variable, newer ones a dictionary and its thread.
    known = tagged is None or tagged.__slots__ == ("thread_id", "data")
    return variable if known else None


def _catalogue() -> Any:
    # The functions of `_trans` come from `trans_real` or, without USE_I18N, from `trans_null`,
    # which has no catalogues.
    module = sys.modules.get(translation._trans.gettext.__module__)  # type: ignore[attr-defined]
    catalog = getattr(module, "catalog", None)
    return None if catalog is None else catalog()


def number_formats(localized: bool) -> tuple[Any, Any, Any]:
    """Decimal separator, grouping and thousand separator (`formats.number_format`)."""
    language = translation.get_language() if localized else None
    return (
        formats.get_format("DECIMAL_SEPARATOR", language, use_l10n=localized),
        formats.get_format("NUMBER_GROUPING", language, use_l10n=localized),
        formats.get_format("THOUSAND_SEPARATOR", language, use_l10n=localized),
    )


def date_format_string(name: str, localized: bool) -> str:
    """The format string that a name or a format string stands for (`formats.date_format`)."""
    return str(formats.get_format(name, use_l10n=localized))


def date_names(tables: int) -> list[list[str]]:
    """The translated names that date formats use: the lists whose bits are set in `tables`."""
    return [names() for at, names in enumerate(_DATE_NAMES) if tables >> at & 1]


def _names(table: dict[int, Any]) -> list[str]:
    return [str(name) for name in table.values()]


def _translated(*messages: str) -> list[str]:
    return [dateformat._(message) for message in messages]  # type: ignore[attr-defined]


# In the order of the bits.
_DATE_NAMES: tuple[Callable[[], list[str]], ...] = (
    lambda: _names(dates.MONTHS),
    lambda: _names(dates.MONTHS_3),
    lambda: [name.title() for name in _names(dates.MONTHS_3)],
    lambda: _names(dates.MONTHS_AP),
    lambda: _names(dates.MONTHS_ALT),
    lambda: _names(dates.WEEKDAYS),
    lambda: _names(dates.WEEKDAYS_ABBR),
    lambda: _translated("a.m.", "p.m."),
    lambda: _translated("AM", "PM"),
    lambda: _translated("midnight", "noon"),
)


def now_like(zone: Any) -> datetime:
    """The time now, in a zone or without one.

    As `timesince` sees it, whose clock tests may have replaced.
    """
    now: datetime = timesince.datetime.datetime.now(zone)
    return now


_TEXTS: dict[str, Callable[[], str]] = {
    "ellipsis": lambda: pgettext("String to return when truncating text", "%(truncated_text)s…"),
    "yesno": lambda: defaultfilters.gettext("yes,no,maybe"),
    "comma": lambda: timesince.gettext(", "),
    "KB": lambda: defaultfilters.gettext("%s KB"),
    "MB": lambda: defaultfilters.gettext("%s MB"),
    "GB": lambda: defaultfilters.gettext("%s GB"),
    "TB": lambda: defaultfilters.gettext("%s TB"),
    "PB": lambda: defaultfilters.gettext("%s PB"),
    "now": lambda: str(_humanize().NaturalTimeFormatter.time_strings["now"]),
    "past-day": lambda: str(_humanize().NaturalTimeFormatter.time_strings["past-day"]),
    "future-day": lambda: str(_humanize().NaturalTimeFormatter.time_strings["future-day"]),
}


def translated_text(name: str) -> str:
    """A text of Django's filters in the active language."""
    return _TEXTS[name]()


def counted_text(name: str, count: int) -> str:
    """A text of Django's filters with a number in it."""
    if name == "bytes":
        text = defaultfilters.ngettext("%(size)d byte", "%(size)d bytes", count)
        return html.avoid_wrapping(text % {"size": count})
    if name in timesince.TIME_STRINGS:
        return html.avoid_wrapping(timesince.TIME_STRINGS[name] % {"num": count})
    if name == "ordinal":
        return str(_humanize().ordinal(count))
    if name == "apnumber":
        return str(_humanize().apnumber(count))
    kind, _, rest = name.partition("-")
    if kind == "intword":
        return dict(_humanize().intword_converters)[int(rest)](count)  # type: ignore[no-any-return]
    formatter = _humanize().NaturalTimeFormatter
    if kind == "delta":
        tense, _, unit = rest.partition("-")
        units = formatter.past_substrings if tense == "past" else formatter.future_substrings
        return html.avoid_wrapping(units[unit] % {"num": count})
    return str(formatter.time_strings[name] % {"count": count})


def humanize_now(aware: bool) -> datetime:
    """The time now, as `naturaltime` sees it."""
    return _humanize().datetime.now(fixed_zone.utc if aware else None)  # type: ignore[no-any-return]


def _humanize() -> Any:
    # Only sites that use it load it.
    from django.contrib.humanize.templatetags import humanize  # noqa: PLC0415

    return humanize
