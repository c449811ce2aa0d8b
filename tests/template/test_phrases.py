"""Translated phrases with values in them, and lazy translations, in every language a process has spoken before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from tests.compare import Case, render_on_both

LANGUAGES = ["en", "de", "ar", "ru", "pt-br", None]

SOURCES = [
    "{% blocktranslate %}Yes{% endblocktranslate %}",
    "{% blocktranslate %}100% of {{ v }} and %s %(v)s %%{% endblocktranslate %}",
    "{% blocktranslate with a=v b=w %}{{ a }}/{{ b }}/{{ a }}/{{ missing }}{% endblocktranslate %}",
    "{% blocktranslate count n=n %}{{ n }} result{% plural %}{{ n }} results{% endblocktranslate %}",
    "{% blocktranslate count counter=n %}{{ counter }} result{% plural %}{{ counter }} results{% endblocktranslate %}",
    "{% blocktranslate count n=n with a=v %}{{ a }}{% plural %}{{ n }} {{ w }}{% endblocktranslate %}",
    "{% blocktranslate asvar x %}A {{ v }}{% endblocktranslate %}{{ x }}{{ x|length }}",
    "{% autoescape off %}{% blocktranslate asvar x %}A {{ v }}{% endblocktranslate %}{% endautoescape %}{{ x }}",
    "{% blocktranslate trimmed %}\n  A {{ v }}\n  line\n{% endblocktranslate %}",
    "{% blocktranslate context 'alt. month' %}May{% endblocktranslate %}",
    "{% trans v %}{% trans v as x %}[{{ x }}]{% autoescape off %}{% trans v %}{% endautoescape %}",
    "{% trans v|upper %}{% trans v noop %}{% trans w.0 %}",
    "{{ v }}{{ v|upper }}{{ v|length }}{% if v == 'Yes' %}same{% endif %}{% firstof v as x %}{{ x }}",
    "{% firstof w v as x %}{{ x }}|{{ x|length }}",
]

VALUES: list[Callable[[], Any]] = [
    lambda: "Yes",
    lambda: "<&'\">%",
    lambda: mark_safe("<b>Yes</b>"),
    lambda: mark_safe("Yes"),
    lambda: "\ud800",
    lambda: "",
    lambda: None,
    lambda: 1234.5,
    lambda: gettext_lazy("Yes"),
    lambda: gettext_lazy("50% <off>"),
    lambda: gettext_lazy(mark_safe("Yes")),
    lambda: gettext_lazy(message="Yes"),
    lambda: pgettext_lazy("alt. month", "May"),
    lambda: ngettext_lazy("%d result", "%d results", 2) % 2,
    lambda: lazystr("Yes"),
    lambda: ["Yes"],
]

COUNTS = [0, 1, 2, 5, 21, 10**25, -1, True, 1.5, Decimal("2"), "2", None]


def compare(source: str, language: str | None, **context: Any) -> None:
    """Both engines say the same, or raise the same; for all values twice, as the second time is remembered."""
    for _ in range(2):
        with translation.override(language):
            try:
                render_on_both(Case("{% load i18n %}" + source, context))
            except AssertionError:
                raise
            except Exception:  # noqa: BLE001 - compared already
                continue


@pytest.mark.parametrize("source", SOURCES)
def test_values_of_every_type(source: str) -> None:
    for make in VALUES:
        for language in LANGUAGES[:2]:
            compare(source, language, v=make(), w=[], n=2)


@pytest.mark.parametrize("source", [source for source in SOURCES if "count" in source])
def test_counts_of_every_type(source: str) -> None:
    for count in COUNTS:
        for language in LANGUAGES:
            compare(source, language, v="x", w=2, n=count)


def test_string_if_invalid_stands_in_for_values() -> None:
    source = "{% load i18n %}{% blocktranslate %}A {{ missing }}{% endblocktranslate %}{% trans missing %}"
    for invalid in ("", "?", "[%s]"):
        render_on_both(Case(source, options={"string_if_invalid": invalid}))
