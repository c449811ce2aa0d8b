"""A day on a site: pages of the demo site, and of templates with every kind of tag and filter."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from showcase.comparison import showcase_pages

from djust_backend import DjustTemplates

TEMPLATES = Path(__file__).resolve().parent / "templates"

#: Pages that a visitor of the demo site opens, and those of its administrator.
VISITED = ("/", "/blog/", "/engines/")
ADMINISTERED = (
    "/admin/",
    "/admin/blog/post/",
    "/admin/blog/post/add/",
    "/admin/auth/user/1/change/",
)

TEXT = "a flat with <two> rooms & a garden, by the river; Zürich, 東京, naïve café"
WORDS = TEXT.split()


def visit(rounds: int) -> None:
    """Open the demo site's pages, as a visitor and as its administrator."""
    visitor, administrator = Client(), Client()
    administrator.force_login(User.objects.filter(is_superuser=True)[0])
    pages = [(visitor, path) for path in (*VISITED, *showcase_pages().values())]
    pages += [(administrator, path) for path in ADMINISTERED]
    for _round in range(rounds):
        for client, path in pages:
            response = client.get(path, follow=True)
            if response.status_code != 200:
                raise RuntimeError(f"{path}: {response.status_code}")


def render(rounds: int) -> None:
    """Compile and render the templates beside this file."""
    names = sorted(path.name for path in TEMPLATES.glob("page_*.html"))
    options = {
        "context_processors": [
            "django.template.context_processors.request",
            "django.template.context_processors.static",
        ],
        "builtins": ["django.templatetags.i18n", "django.contrib.humanize.templatetags.humanize"],
        "libraries": {"site_tags": "site_tags"},
    }
    params = {"NAME": "training", "DIRS": [TEMPLATES], "APP_DIRS": False, "OPTIONS": options}
    request = RequestFactory().get("/list/?page=3&sort=name")
    context = values()
    with quiet():
        for number in range(rounds):
            # Every now and then a new process: all templates are compiled, and each is met first.
            if number % 5 == 0:
                engine = DjustTemplates(dict(params, OPTIONS=dict(options)))
            with translation.override("de" if number % 3 == 0 else "en"):
                for name in names:
                    engine.get_template(name).render(dict(context), request)


@contextmanager
def quiet() -> Iterator[None]:
    """Warnings about names that are missing are part of the day, and not worth a line each."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


class Place:
    """An object with attributes, a property and a method, as views hand them out."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = WORDS[number % len(WORDS)]

    @property
    def title(self) -> str:
        """The name as a title."""
        return self.name.title()

    def distance(self) -> float:
        """In kilometres."""
        return self.number * 1.25


class Enquiry(forms.Form):
    """A form with the usual fields."""

    name = forms.CharField(max_length=50, help_text="As on the letter box")
    email = forms.EmailField(required=False)
    kind = forms.ChoiceField(choices=[("a", "A question"), ("b", "A & B")])
    since = forms.DateField(initial=date(2024, 2, 29))
    message = forms.CharField(widget=forms.Textarea)
    agreed = forms.BooleanField(label="I agree")


def values() -> dict[str, Any]:
    """A context: texts, numbers, dates, lists, dictionaries, objects, a form."""
    now = datetime(2024, 2, 29, 13, 5, 59, tzinfo=timezone.utc)
    rows = [
        {
            "id": number,
            "name": WORDS[number % len(WORDS)],
            "text": " ".join(WORDS[number % 5 :]),
            "price": Decimal(number * 1999) / 100,
            "share": number / 7,
            "day": date(2024, 1, 1) + timedelta(days=number),
            "at": now - timedelta(hours=number * 7),
            "is_new": number % 3 == 0,
            "tags": WORDS[: number % 4],
            "place": Place(number),
            "none": None,
        }
        for number in range(40)
    ]
    return {
        "title": "Rooms & more",
        "intro": " ".join(WORDS * 6) + "\n\nSee www.example.com or write to a@example.com.\nBye",
        "markup": format_html("<p>As it <b>{}</b>.</p>", "is"),
        "lazy": gettext_lazy("Yes"),
        "rows": rows,
        "places": [Place(number) for number in range(20)],
        "matrix": [[row * column for column in range(8)] for row in range(12)],
        "numbers": {"one": 1, "many": 1234567, "part": 0.125, "big": 2**40},
        "now": now,
        "form": Enquiry(),
        "bound": Enquiry({"name": "<x>", "email": "no", "kind": "b"}),
        "empty": [],
    }
