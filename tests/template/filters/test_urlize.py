"""The filter `urlize`."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import django
import pytest
from django.conf import settings
from django.core import validators
from django.core.exceptions import ValidationError
from django.template import defaultfilters as django_filters
from django.template.backends.django import DjangoTemplates
from django.test import override_settings
from django.utils import html as django_html
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from djust_backend import DjustTemplates, links
from tests.template.tables import check_filter, check_source

# Their stubs leave out what only Django itself uses.
html: Any = django_html
filters: Any = django_filters

ARGUMENTS = [None]
VALUES: list[object] = [
    "http://a.b/c?d=1&e=<x> www.example.com, (x@y.com) example.org. ftp://n.o",
    'https://ü.de/ä "http://q.de"',
    mark_safe("www.example.com/?a=1&amp;b=<b> (example.org)"),
]

#: Pieces of texts that are put together at random.
PIECES = [
    *["http://", "https://", "HTTP://", "httpſ://", "ftp://", "//", "www.", "WWW.", ".com", ".COM", ".org/", ".net?", ".gov:80", ".ınt"],
    *["x", "a.b", "ex-ample", "-x", "x-", "_x", "1.2", "é", "ü.de", "ä@b.de", "a@b.com", "a..b@c.de", "a@[1.2.3.4]", "xn--a", "[::1]"],
    *["/", "/ä", "/é?ö=ü", "/%C3ä", "%zz", "%41", "?a=1&b=2", "?+%2B", "&", "&amp;", "&amp", "&lt;", "&copy;", "&#65;", "&#x110000;", "&nosuch;"],
    *[";", ";;", ",", ".", ":", "!", ")", "(", "))", "](", "[", "]", "#", "~", "\\", "|", "`", "{", "\x00", "\x7f", "\u200b", "K", "漢", "😀", ".).", ",;", "!:"],
    *[" ", "  ", "\n", "\t", "\xa0", "\x85", "\u2028", "<", ">", '"', "'", "", ""],
    "y" * 64 + ".com", "http://x.y/" + "é" * 2037, "http://x.y/" + "é" * 2038, "x.com" + ".)" * 17,
]  # fmt: skip

SOURCE = (
    "{{ v|urlize }}|{{ v|safe|urlize }}|{{ v|urlizetrunc:9 }}|{{ v|safe|urlizetrunc:1 }}|"
    "{% autoescape off %}{{ v|urlize }}|{{ v|urlizetrunc:'0' }}{% endautoescape %}"
)


def text_of(backend: type[DjangoTemplates], value: object, source: str = SOURCE) -> str:
    """What an engine makes of a value."""
    engine = backend({"NAME": "links", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    return str(engine.from_string(source).render({"v": value}))


def agreed(value: object) -> str:
    """The text on which both engines agree, in production: warnings of later Djangos are ignored."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = text_of(DjustTemplates, value)
        assert text == text_of(DjangoTemplates, value)
    return text


def heard(backend: type[DjangoTemplates], choose: Callable[[], object]) -> list[Any]:
    """Text and warnings of a render with filters of warnings that are chosen."""
    found: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        choose()
        for source in ("{{ v|urlize }}", SOURCE):
            try:
                found.append(text_of(backend, VALUES[0], source))
            except Warning as error:
                found.append(repr(error))
    return found + [(str(w.message), w.category, w.filename, w.lineno) for w in caught]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("urlize", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|urlize:1:2 }}",
        "{{ v|urlize: }}",
        "{{ v|urlize:missing }}",
        "{{ v |urlize }}{{ missing|urlize }}",
        "{{ v|urlize|urlize }}",
        "{% filter urlize %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|urlize:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_pieces_of_links(pieces: list[str]) -> None:
    agreed("".join(pieces))


def test_many_texts_of_pieces() -> None:
    chance = random.Random(7)
    texts = ["".join(chance.choices(PIECES, k=chance.randrange(1, 9))) for _ in range(600)]
    for start in range(0, len(texts), 20):
        agreed(" ".join(texts[start : start + 20]))


@pytest.mark.parametrize("value", [True, False, 1, "", None])
def test_setting_of_the_scheme_is_read_each_time(value: object) -> None:
    with override_settings(URLIZE_ASSUME_HTTPS=value):
        text = agreed("example.com http://a.b")
    # Django 5.2 knows no such setting.
    scheme = "https" if value and django.VERSION >= (6, 0) else "http"
    assert text.startswith(f'<a href="{scheme}://example.com"')


def test_missing_setting_matters_for_links_without_a_scheme_only() -> None:
    with override_settings():
        vars(settings._wrapped)["URLIZE_ASSUME_HTTPS"] = True
        del settings.URLIZE_ASSUME_HTTPS
        for value in ("http://a.b", "example.com"):
            found = []
            for backend in (DjangoTemplates, DjustTemplates):
                try:
                    found.append(text_of(backend, value))
                except AttributeError as error:
                    found.append(repr(error))
            assert found[0] == found[1]


CHOICES: dict[str, Callable[[], object]] = {
    "nothing": lambda: None,
    "always": lambda: warnings.simplefilter("always"),
    "once": lambda: warnings.simplefilter("once"),
    "error": lambda: warnings.simplefilter("error"),
    "of Python": lambda: warnings.simplefilter("ignore", DeprecationWarning),
    "all but Django": lambda: (
        warnings.simplefilter("ignore"),
        warnings.filterwarnings("always", module=r"django\.utils"),
    ),
    "of this text": lambda: warnings.filterwarnings("ignore", message="The default protocol"),
    "of another text": lambda: warnings.filterwarnings("ignore", message="Something else"),
    "of a line": lambda: warnings.filterwarnings("ignore", lineno=1),
    "of another module": lambda: warnings.filterwarnings("ignore", module="site"),
    "ignored, then a module": lambda: (
        warnings.filterwarnings("error", module="site$"),
        warnings.simplefilter("ignore", append=True),
    ),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_warnings_are_heard_as_from_django(choice: str) -> None:
    stock = heard(DjangoTemplates, CHOICES[choice])
    assert heard(DjustTemplates, CHOICES[choice]) == stock
    # Once more, now that the filters are known.
    assert heard(DjustTemplates, CHOICES[choice]) == stock


def test_replaced_warn_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    monkeypatch.setattr(warnings, "warn", lambda *args, **kwargs: found.append(args[0]))
    text_of(DjangoTemplates, VALUES[0])
    stock = len(found)
    text_of(DjustTemplates, VALUES[0])
    assert len(found) == 2 * stock


class OwnUrlizer(html.Urlizer):  # type: ignore[misc]
    """A site's own links."""

    mailto_template = "post:{local}@{domain}"

    def trim_url(self, x: str, *, limit: int | None) -> str:
        """Marks what it has seen."""
        return f"[{x}]"


def refuse(_validator: object, value: object) -> None:
    """A site has no addresses."""
    raise ValidationError(f"{value} is none")


PATCHES: dict[str, tuple[Any, str, Any]] = {
    "urlizer": (html, "urlizer", OwnUrlizer()),
    "the class of urlizer": (html.urlizer, "__class__", OwnUrlizer),
    "a method": (html.Urlizer, "trim_url", OwnUrlizer.trim_url),
    "an attribute of the instance": (html.urlizer, "url_template", "<{href}{attrs}{url}>"),
    "an attribute of the class": (html.Urlizer, "mailto_template", "post:{local}@{domain}"),
    "punctuation": (html.Urlizer, "trailing_punctuation_chars", ".,"),
    "a pattern": (html.Urlizer, "simple_url_re", OwnUrlizer.simple_url_2_re),
    "the function": (filters, "_urlize", lambda value, **_: f"own {value}"),
    "quoting": (html, "smart_urlquote", lambda url: url.upper()),
    "urllib": (html, "quote", lambda text, safe="/": f"<{text}>"),
    "a limit": (html, "MAX_URL_LENGTH", 5),
    "addresses": (validators.EmailValidator, "__call__", refuse),
}


@pytest.mark.parametrize("name", PATCHES)
def test_what_a_site_replaces_is_heard(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{VALUES[0]} xyz.org! a@b"
    before = agreed(text)
    holder, attribute, value = PATCHES[name]
    monkeypatch.setattr(holder, attribute, value)
    assert agreed(text) != before
    monkeypatch.undo()
    assert agreed(text) == before


WAYS: dict[str, Callable[[dict[str, Any]], object]] = {
    "item": lambda names: names.__setitem__("urlizer", OwnUrlizer()),
    "update": lambda names: names.update(urlizer=OwnUrlizer()),
    "union": lambda names: names.__ior__({"urlizer": OwnUrlizer()}),
    "setdefault": lambda names: (names.pop("urlizer"), names.setdefault("urlizer", OwnUrlizer())),
    "clear": lambda names: (
        [names.clear(), names.update(saved, urlizer=OwnUrlizer())]
        if (saved := dict(names))
        else None
    ),
    "global": lambda names: exec(
        "def own():\n global urlizer\n urlizer = urlizer.__class__()\n urlizer.trim_url = lambda x, limit: 'own'\nown()",
        names,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_modules_are_heard_however_they_change(way: str) -> None:
    names, saved = vars(html), dict(vars(html))
    before = agreed(VALUES[0])
    for _ in range(2):
        try:
            WAYS[way](names)
            assert agreed(VALUES[0]) != before
        finally:
            names.clear()
            names.update(saved)
        assert agreed(VALUES[0]) == before


def test_every_piece_of_links_is_known() -> None:
    """A Django that fails here makes links in Python until somebody has read what has changed."""
    notes, *_ = links.link_notes()
    assert [(holder, name) for holder, name, value in notes if value is links._UNKNOWN] == []
