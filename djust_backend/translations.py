"""The Python side of translating tags, and of the tags that change language or time zone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template import base as django_base
from django.template.exceptions import TemplateSyntaxError
from django.utils import html, timezone, translation
from django.utils.functional import Promise
from django.utils.safestring import SafeData

# What this module imports itself counts too, which its stubs leave out.
base: Any = django_base


def translate_lazily(value: Any, message_context: Any) -> Any:
    """A value that `{% translate %}` translates (`Variable.resolve`)."""
    message = value.replace("%", "%%")
    if isinstance(value, SafeData):
        message = base.mark_safe(message)
    if message_context:
        return base.pgettext_lazy(message_context, message)
    return base.gettext_lazy(message)


def translate_constant(text: Any, message_context: Any) -> Any:
    """`{% translate "text" %}`: the translation, ready for the page."""
    if isinstance(text, Promise):
        # `{% translate _("text") %}`
        translated = str(translate_lazily(text, message_context))
        return single_percents(html.conditional_escape(translated))
    message = base.mark_safe(text.replace("\\'", "'").replace("\\\\", "\\").replace("%", "%%"))
    if message_context:
        return single_percents(translation.pgettext(message_context, message))
    return single_percents(translation.gettext(message))


def single_percents(value: str) -> str:
    """Takes back the doubling of percent signs."""
    text = value.replace("%%", "%")
    return base.mark_safe(text) if isinstance(value, SafeData) else text


def check_count(count: Any, name: str, tag_name: str) -> None:
    """Error: TemplateSyntaxError if the counter of `{% blocktranslate %}` is no number."""
    if not isinstance(count, (Decimal, float, int)):
        raise TemplateSyntaxError(f"{name!r} argument to {tag_name!r} tag must be a number.")


def translate_text(message_context: Any, text: str, trimmed: bool) -> str:
    """`gettext` or `pgettext` of a block's text."""
    if trimmed:
        text = translation.trim_whitespace(text)
    if message_context:
        return translation.pgettext(message_context, text)
    return translation.gettext(text)


def translate_plural(
    message_context: Any, singular: str, plural: str, count: Any, trimmed: bool
) -> str:
    """`ngettext` or `npgettext` of a block's texts."""
    if trimmed:
        singular = translation.trim_whitespace(singular)
        plural = translation.trim_whitespace(plural)
    if message_context:
        return translation.npgettext(message_context, singular, plural, count)
    return translation.ngettext(singular, plural, count)


def format_translation(text: str, data: dict[str, Any], tag_name: str, nested: bool) -> str | None:
    """A translation with its values; `None` if it cannot be formatted.

    Error: TemplateSyntaxError, in place of `None`, if `nested`.
    """
    try:
        return text % data
    except (KeyError, ValueError):
        if nested:
            raise TemplateSyntaxError(
                f"{tag_name!r} is unable to format string returned by gettext: "
                f"{text!r} using {data!r}"
            ) from None
        return None


def override_language(code: Any) -> Any:
    """`{% language %}`"""
    return translation.override(code)


def activate_language(code: Any) -> None:
    """The end of `{% language %}`, where the native scope may not go back itself."""
    translation.activate(code)


def override_timezone(zone: Any) -> Any:
    """`{% timezone %}`"""
    return timezone.override(zone)


def current_language() -> Any:
    """`{% get_current_language %}`"""
    return translation.get_language()


def current_language_bidi() -> Any:
    """`{% get_current_language_bidi %}`"""
    return translation.get_language_bidi()


def available_languages() -> Any:
    """`{% get_available_languages %}`"""
    return [(code, translation.gettext(name)) for code, name in settings.LANGUAGES]


def is_bidi(code: str) -> bool:
    """`get_language_bidi()` in a language."""
    base = code.split("-")[0] if settings.USE_I18N else code
    return base in settings.LANGUAGES_BIDI


def zone_name(zone: Any) -> str:
    """`get_current_timezone_name()` in a time zone."""
    name: str = zone.tzname(None) or str(zone)
    return name


def current_timezone_name() -> Any:
    """`{% get_current_timezone %}`"""
    return timezone.get_current_timezone_name()
