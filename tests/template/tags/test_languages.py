"""Switching languages: what Python code sees inside and afterwards, and who has replaced what."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import locale
from django.template import Library
from django.template.backends.django import DjangoTemplates
from django.test import override_settings
from django.utils import translation
from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import trans_real

from djust_backend import DjustTemplates

BACKENDS = (DjangoTemplates, DjustTemplates)

library = Library()


@library.simple_tag
def seen() -> str:
    """What Python code sees of the language."""
    active = type(getattr(trans_real._active, "value", None)).__name__
    return f"{translation.get_language()} {translation.gettext('Yes')} {active}"


@library.simple_tag
def activate(code: Any) -> str:
    """Leaves another language behind."""
    translation.activate(code)
    return ""


class Text(str):
    """A text of one's own."""


class Value:
    """A value that asks for the language."""

    @property
    def language(self) -> str | None:
        return translation.get_language()

    @property
    def broken(self) -> str:
        raise ZeroDivisionError(str(translation.get_language()))


# As Django made it, whatever a test replaces.
_translation = trans_real.translation


@contextmanager
def english() -> Iterator[None]:
    """English is active, by no function of Django's."""
    before = getattr(trans_real._active, "value", None)
    trans_real._active.value = _translation("en")
    try:
        yield
    finally:
        if before is None:
            del trans_real._active.value
        else:
            trans_real._active.value = before


def run(backend: Any, source: str, values: dict[str, Any]) -> list[Any]:
    """Text or exception of two renders, and the language that is left."""
    options = {"loaders": []}
    made = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
    made.engine.template_builtins.append(library)
    found: list[Any] = []
    template = made.from_string("{% load i18n %}" + source)
    for _ in range(2):
        with english():
            try:
                found.append(template.render(dict(values)))
            except Exception as error:  # noqa: BLE001 - compared
                found.append((type(error), str(error)))
            found.append((translation.get_language(), translation.gettext("Yes")))
    return found


def same(source: str, **values: Any) -> list[Any]:
    """What both engines do alike."""
    stock, ours = (run(backend, source, {"v": Value(), **values}) for backend in BACKENDS)
    assert ours == stock
    return ours


SOURCES = [
    "{% seen %}{% language 'de' %}{% seen %}{{ v.language }}{% translate 'Yes' %}{% endlanguage %}{% seen %}",
    "{% language 'de' %}{% language 'fr' %}{% seen %}{% endlanguage %}{% seen %}{% endlanguage %}{{ v.language }}",
    "{% language 'de' %}{% language None %}{% seen %}{% translate 'Yes' %}{% endlanguage %}{% seen %}{% endlanguage %}{% seen %}",
    "{% language None %}{% language 'de' %}{% seen %}{% endlanguage %}{% seen %}{% endlanguage %}{% seen %}",
    "{% language '' %}{% seen %}{% endlanguage %}{% seen %}",
    "{% language 'xx' %}{% seen %}{% endlanguage %}{% seen %}",
    "{% language 'de' %}{% activate 'fr' %}{% seen %}{% endlanguage %}{% seen %}{% activate 'it' %}{% seen %}",
    "{% language 'de' %}{{ v.broken }}{% endlanguage %}",
    "{% language 'de' %}{% for x in 'ab' %}{% language 'fr' %}{% seen %}{% endlanguage %}{% endfor %}{% endlanguage %}",
    "{% language 'de' %}{{ 1234.5 }}{% endlanguage %}{{ 1234.5 }}{% language 'fr' %}{{ 1234.5 }}{% endlanguage %}",
    "{% get_language_info for 'de' as i %}{{ i.name }} {{ i.name_translated }} {{ i.name_local }} {{ i.bidi }} {{ i.code }}",
    "{% language 'de' %}{% get_language_info for 'fr' as i %}{{ i.name_translated }}{% endlanguage %}{{ i.name_translated }}",
    "{% for c in codes %}{% get_language_info for c as i %}{{ i.name_translated }}{{ c|language_name }}{{ c|language_name_local }}{{ c|language_name_translated }}{{ c|language_bidi }}{% endfor %}",
    "{% language 'de' %}{{ 'fr'|language_name_translated }}{{ 'he'|language_bidi }}{% endlanguage %}",
    "{% get_available_languages as all %}{{ all|length }}{{ all.0 }}{% language 'de' %}{% get_available_languages as all %}{{ all.0 }}{% endlanguage %}",
]


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    same(source, codes=["de", "zh-cn", "zh-hans", "de-ch", "en-gb", mark_safe("fr"), Text("it")])


@pytest.mark.parametrize(
    "code",
    ["de", mark_safe("de"), Text("de"), lazystr("de"), SimpleLazyObject(lambda: "de"), 7, b"de",
     "DE", "de-at", "en-us", False, "nope nope"],
)  # fmt: skip
def test_any_value_may_be_the_code(code: Any) -> None:
    same("{% language code %}{% seen %}{% endlanguage %}{% seen %}", code=code)
    same("{% get_language_info for code as i %}{{ i }}", code=code)
    same("{{ code|language_name }}", code=code)
    same("{{ code|language_name_translated }}{{ code|language_bidi }}", code=code)


@pytest.mark.parametrize("leave", [translation.deactivate, translation.deactivate_all])
def test_a_language_that_was_not_set(leave: Callable[[], None]) -> None:
    found = []
    for backend in BACKENDS:
        made = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": []}})
        made.engine.template_builtins.append(library)
        template = made.from_string(
            "{% load i18n %}{% seen %}{% language 'de' %}{% seen %}{% endlanguage %}{% seen %}"
        )
        with translation.override("en"):
            leave()
            found.append([template.render({}), translation.get_language(), seen()])
            found[-1].append(template.render({}))
    assert found[0] == found[1]


def test_the_names_of_a_language_are_kept_as_django_keeps_them() -> None:
    made = []
    for backend in BACKENDS:
        info: dict[str, Any] = locale.LANG_INFO["de"]
        info.pop("name_translated", None)
        run(backend, "{{ 'de'|language_name }}", {})
        made.append((type(info["name_translated"]), str(info["name_translated"])))
        before = info["name_translated"]
        run(backend, "{% get_language_info for 'de' as i %}{{ i.name }}", {})
        assert info["name_translated"] is not before
    assert made[0] == made[1]


@contextmanager
def replaced(holder: Any, name: str, value: Any) -> Iterator[None]:
    """An attribute with another value."""
    before = vars(holder)[name]
    setattr(holder, name, value)
    try:
        yield
    finally:
        setattr(holder, name, before)


REPLACED: list[tuple[Any, str, Any]] = [
    (translation, "activate", lambda code: trans_real.activate("it")),
    (translation, "get_language", lambda: "nl"),
    (translation, "get_language_info", lambda code: {"name": "?", "name_translated": "!", "bidi": 1}),
    (translation, "gettext_lazy", lambda text: f"lazy {text}"),
    (translation.override, "__enter__", lambda self: translation.activate("es")),
    (translation.override, "__exit__", lambda self, *error: translation.activate("es")),
    (trans_real, "activate", lambda code: None),
    (trans_real, "get_language", lambda: "pl"),
    (trans_real, "translation", lambda code: _translation("it")),
    (trans_real.DjangoTranslation, "to_language", lambda self: "ru"),
    (locale, "LANG_INFO", {"de": {"name": "Mine", "name_local": "mine", "bidi": 1, "code": "x"}}),
    (locale, "LANG_INFO", {"de": {"name_local": "mine"}}),
    (locale, "LANG_INFO", {"de": {}}),
    (locale, "LANG_INFO", {"de": {"fallback": ["fr"]}, "fr": {"name": "F", "bidi": 0}}),
]  # fmt: skip


@pytest.mark.parametrize(("holder", "name", "value"), REPLACED)
def test_a_replaced_function_is_heard(holder: Any, name: str, value: Any) -> None:
    source = (
        "{% seen %}{% language 'de' %}{% seen %}{% endlanguage %}{% seen %}{{ 'de'|language_name }}"
        "{% get_language_info for 'de' as i %}{{ i.name_translated }}{{ i.name }}{{ 'de'|language_bidi }}"
    )
    before = same(source)
    _translation("it")
    with replaced(holder, name, value):
        same(source)
    assert same(source) == before


def test_without_translations() -> None:
    translated = vars(translation._trans)
    before = dict(translated)
    translated.clear()
    try:
        with override_settings(USE_I18N=False):
            same(
                "{% seen %}{% language 'de' %}{% seen %}{% endlanguage %}{% seen %}{{ 'de'|language_name }}"
            )
    finally:
        translated.clear()
        translated.update(before)


def test_threads_have_languages_of_their_own() -> None:
    found: list[Any] = []

    def work() -> None:
        found.append(same("{% language 'fr' %}{% seen %}{% endlanguage %}{% seen %}"))

    with translation.override("de"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert translation.get_language() == "de"
    assert found == [same("{% language 'fr' %}{% seen %}{% endlanguage %}{% seen %}")]


def test_settings_that_change_are_heard() -> None:
    source = "{% language 'de' %}{% translate 'Yes' %}{{ 1234.5 }}{% endlanguage %}"
    before = same(source)
    with override_settings(USE_THOUSAND_SEPARATOR=True, LANGUAGE_CODE="fr"):
        assert same(source) != before
    assert same(source) == before
