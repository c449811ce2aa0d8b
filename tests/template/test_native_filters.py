"""Each filter that has a native counterpart takes it, on every Django that is supported."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.template import defaultfilters
from django.utils import translation
from django.utils.safestring import mark_safe

from djust_backend import DjustTemplates

REGISTRY = Path(__file__).parents[2] / "native/engine/src/filters/registry.rs"

NOW = datetime.now(timezone.utc)
LINKS = "See www.example.org/ä?b=1&c=2, example.com. or (https://example.com) a@example.com."

#: By filter: an expression, and values of `v` of the types that pages have.
SAMPLES: dict[str, tuple[str, list[Any]]] = {
    "add": ("v|add:5", [1, "2"]),
    "addslashes": ("v|addslashes", ["it's"]),
    "capfirst": ("v|capfirst", ["it's"]),
    "center": ("v|center:'9'", ["text", 5]),
    "cut": ("v|cut:' '", ["a text"]),
    "date": ("v|date:'j F Y'", [NOW]),
    "default": ("v|default:'none'", ["", "text", 0]),
    "default_if_none": ("v|default_if_none:'none'", [None, "text"]),
    "dictsort": ("v|dictsort:'a'", [[{"a": 2}, {"a": 1}]]),
    "dictsortreversed": ("v|dictsortreversed:'a'", [[{"a": 2}, {"a": 1}]]),
    "divisibleby": ("v|divisibleby:3", [6, "7"]),
    "escape": ("v|escape", ["<b>", mark_safe("<b>"), 5]),
    "escapejs": ("v|escapejs", ["it's\x7f"]),
    "escapeseq": ("v|escapeseq|join:','", [["<b>", mark_safe("<i>")]]),
    "filesizeformat": ("v|filesizeformat", [12_345, 1]),
    "first": ("v|first", [["a", "b"], "text"]),
    "floatformat": ("v|floatformat:2", [1.5, Decimal("1.555"), 3]),
    "force_escape": ("v|force_escape", ["<b>"]),
    "get_digit": ("v|get_digit:2", [123]),
    "iriencode": ("v|iriencode", ["/ü?"]),
    "join": ("v|join:', '", [["a", "<b>"]]),
    "json_script": ("v|json_script:'id'", [{"a": [1, None, "<b>"]}]),
    "last": ("v|last", [["a", "b"], "text"]),
    "length": ("v|length", [["a", "b"], "text"]),
    "linebreaks": ("v|linebreaks", ["a\n\nb\nc", mark_safe("<b>\n")]),
    "linebreaksbr": ("v|linebreaksbr", ["a\nb<"]),
    "linenumbers": ("v|linenumbers", ["a\nb<"]),
    "ljust": ("v|ljust:'9'", ["text"]),
    "lower": ("v|lower", ["Text Ä"]),
    "make_list": ("v|make_list|join:','", ["text", 123]),
    "phone2numeric": ("v|phone2numeric", ["0800-ABC"]),
    "pluralize": ("v|pluralize:'y,ies'", [1, 2, "1", ["a"]]),
    "rjust": ("v|rjust:'9'", ["text"]),
    "safe": ("v|safe", ["<b>"]),
    "safeseq": ("v|safeseq|join:','", [["<b>"]]),
    "slice": ("v|slice:':2'", [["a", "b", "c"], "text"]),
    "slugify": ("v|slugify", ["A Text, über"]),
    "stringformat": ("v|stringformat:'.1f'", [1.55, 3.0]),
    "striptags": ("v|striptags", ["<p class='x'>a &amp; b</p><br>"]),
    "time": ("v|time:'H:i'", [NOW]),
    "timesince": ("v|timesince", [NOW - timedelta(days=40)]),
    "timeuntil": ("v|timeuntil", [NOW + timedelta(days=40)]),
    "title": ("v|title", ["a text"]),
    "truncatechars": ("v|truncatechars:5", ["a longer text"]),
    "truncatechars_html": ("v|truncatechars_html:5", ["<p>a longer <b>text</b></p>"]),
    "truncatewords": ("v|truncatewords:2", ["a longer text"]),
    "truncatewords_html": ("v|truncatewords_html:2", ["<p>a longer <b>text</b></p>"]),
    "upper": ("v|upper", ["text"]),
    "urlencode": ("v|urlencode", ["a b/ü"]),
    "urlize": ("v|urlize", [LINKS, mark_safe(LINKS)]),
    "urlizetrunc": ("v|urlizetrunc:9", [LINKS]),
    "wordcount": ("v|wordcount", ["a longer text"]),
    "wordwrap": ("v|wordwrap:5", ["a longer text"]),
    "yesno": ("v|yesno:'on,off'", [True, False, None, "x"]),
    "humanize.apnumber": ("v|apnumber", [3, 30]),
    "humanize.intcomma": ("v|intcomma", [12_345, 1.5, Decimal("1234.5"), "12345", "x", "1234.50"]),
    "humanize.intword": ("v|intword", [1_234_567]),
    "humanize.naturaltime": ("v|naturaltime", [NOW - timedelta(days=40)]),
    "humanize.ordinal": ("v|ordinal", [1, 3, 11, 21]),
    "i18n.language_bidi": ("v|language_bidi", ["de"]),
    "i18n.language_name": ("v|language_name", ["de"]),
    "i18n.language_name_local": ("v|language_name_local", ["de"]),
    "i18n.language_name_translated": ("v|language_name_translated", ["de"]),
    "tz.localtime": ("v|localtime", [NOW]),
    "tz.timezone": ("v|timezone:'Europe/Berlin'", [NOW]),
    "tz.utc": ("v|utc", [NOW]),
    "l10n.localize": ("v|localize", [1.5]),
    "l10n.unlocalize": ("v|unlocalize", [1.5]),
}


def entered(source: str, values: dict[str, Any]) -> set[str]:
    """The functions of modules of filters that a warm render of a source enters."""
    engine = DjustTemplates({"NAME": "native", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    template = engine.from_string("{% load humanize i18n l10n tz %}" + source)
    found: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        name = frame.f_globals.get("__name__", "")
        is_filter = name == defaultfilters.__name__ or name.startswith("django.utils.html")
        if event == "call" and (is_filter or "templatetags" in name):
            found.add(f"{name}.{frame.f_code.co_name}")

    with warnings.catch_warnings(), translation.override("en"):
        warnings.simplefilter("ignore")
        template.render(values)
        sys.setprofile(note)
        try:
            template.render(values)
        finally:
            sys.setprofile(None)
    return found


def test_every_native_filter_has_a_sample() -> None:
    table = REGISTRY.read_text(encoding="utf-8").partition("const FILTERS")[2]
    assert set(re.findall(r'^\s+\("([\w.]+)",', table, re.MULTILINE)) == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_filter_runs_natively(name: str) -> None:
    """A Django that fails here runs this filter in Python until somebody has read what changed."""
    expression, values = SAMPLES[name]
    for value in values:
        assert entered(f"[{{{{ {expression} }}}}]", {"v": value}) == set(), repr(value)


def test_instrument_sees_filters_of_django() -> None:
    """An argument that only Python understands is left to Django's function."""
    assert any("truncatewords" in name for name in entered("{{ v|truncatewords:v }}", {"v": "٣"}))


#: Run before any filter has been looked at: what a site has put in the place of helpers is called.
REPLACED = """
import functools
from unittest import mock
import django
from django.conf import settings
settings.configure(USE_TZ=True)
django.setup()
from django.template import defaultfilters as filters
from django.template.backends.django import DjangoTemplates
from djust_backend import DjustTemplates

class Truncator(filters.Truncator):
    def words(self, *args, **kwargs):
        return "own"

filters.strip_tags = lambda value: "own"
filters.Truncator = Truncator
filters._slugify = mock.Mock(return_value="own")
filters.escapejs = functools.wraps(filters.escapejs)(lambda value: "own")
filters.quote = functools.partial(filters.quote, safe="")
filters.wrap = functools.lru_cache(lambda *_: "own")
for name in ("striptags", "truncatewords:2", "slugify", "escapejs", "urlencode", "wordwrap:3"):
    made = []
    for backend in (DjangoTemplates, DjustTemplates):
        engine = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
        made.append(engine.from_string("{{ v|%s }}" % name).render({"v": "a <b>/ b c"}))
    assert made[0] == made[1], (name, made)
    assert "own" in made[0] or "%" in made[0], made
"""


def test_replaced_helpers_of_filters_are_called() -> None:
    subprocess.run([sys.executable, "-c", REPLACED], check=True)
