"""Signs outside of ASCII: in sources, names, constants and values."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.utils.safestring import mark_safe

from djust_backend import DjustTemplates
from tests.template.tables import Table, check, differences

SOURCES = [
    "é😀{{ v }}ß{{ 'é😀<'|upper }}",
    "{{ größe }}{{ v.größe }}{% with größe=v %}{{ größe }}{% endwith %}",
    "\u2028{{ v }}\x85{% if v %}\u3000{% endif %}\x1c",
    "{{\u00a0v\u00a0}}{%\u00a0if v\u00a0%}x{%\u00a0endif\u00a0%}",
    "{% if v == 'é' %}x{% endif %}{% if 'é'\u00a0== v %}y{% endif %}",
    "\ufeff{% extends 'x' %}",
    "a\ud800b{{ v }}",
    "{{ 'a\ud800b' }}",
    "{% translate '\u202eé' %}{% blocktranslate %}é{{ v }}{% endblocktranslate %}",
    "{% filter upper %}ǆßŉ{{ v }}{% endfilter %}",
    "\x00{{ v }}\x00",
    "a\r\n{# é\r #}\r{{ v|nofilter }}\u2028\n",
    "é\n\n😀{% if v %}\n{{ v|add:missing }}{% endif %}",
    "é\n\n😀{% for x in v %}\n{% bad %}",
    "{% verbatim é %}{{ v }}{% endverbatim é %}{% comment é %}{% endcomment %}",
    "{% block é %}{{ block.name }}{% endblock é %}{% regroup v by é as ü %}{{ ü }}",
]


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
def test_same(source: str) -> None:
    check(source)


#: One for each way in which Python keeps characters, and for each length of UTF-8.
LETTERS = ["a", "é", "ж", "漢", "😀", "\ud800"]


def texts() -> dict[str, Any]:
    """Texts of the renderer's chunks (32 characters) and a bit less and more, with one odd letter."""
    made: dict[str, Any] = {}
    for letter in LETTERS:
        for length in (1, 31, 32, 33, 64, 70):
            for place in {0, length // 2, length - 1}:
                text = "x" * place + letter + "<&'\">"[: length - place - 1]
                text += letter * (length - len(text))
                made[f"{letter!a} {length} {place}"] = text
                made[f"{letter!a} {length} {place} safe"] = mark_safe(text)
    return made


def test_texts_of_every_kind_and_length_are_written_as_by_stock() -> None:
    source = (
        "{{ v }}{% autoescape off %}{{ v }}{% endautoescape %}|{{ v|safe }}|{{ v|force_escape }}"
    )
    made = {name: (lambda text=text: text) for name, text in texts().items()}
    assert differences(source, Table(), made) == []


@pytest.mark.parametrize("letter", LETTERS[1:5])
def test_a_text_that_is_written_keeps_no_copy_of_itself(letter: str) -> None:
    text = letter * 200
    before = sys.getsizeof(text)
    template = DjustTemplates(
        {"NAME": "texts", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    ).from_string("{{ v }}{% if v %}{{ v }}{% endif %}")
    assert template.render({"v": text}) == text * 2
    assert sys.getsizeof(text) == before
