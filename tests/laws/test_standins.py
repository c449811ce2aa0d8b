"""Functions of the admin that run with native helpers say what they say on their own."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin import utils
from django.contrib.admin.templatetags import admin_list
from django.db import models
from django.template import engines
from django.test import RequestFactory, override_settings
from django.utils import formats, html, timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from zoo.models import Author

from djust_backend import _native
from djust_backend.standins import HOMES, StandIn, stand_in


class Markup:
    """An object with HTML of its own."""

    def __html__(self) -> str:
        return "<i>&</i>"


class Loud(str):
    """A string that formats itself in another way."""

    def __format__(self, spec: str) -> str:
        return self.upper()

    def __html__(self) -> str:
        return self


class LoudText:
    """An object whose text is such a string."""

    def __str__(self) -> str:
        return Loud("<loud>")


class Broken:
    def __str__(self) -> str:
        raise ValueError("no text")


VALUES: list[Any] = [
    "plain", "<a href='x'>&\"", mark_safe("<b>"), "ünï ☃ \U0001f600", "\ud800<", "", 0, -7, 2**70, True, None, 1.5,
    Decimal("1.50"), datetime.date(2026, 1, 2), Markup(), Loud("<x>"), LoudText(), gettext_lazy("Yes & no"),
    ["<"], {"<": ">"}, b"<", Author(name="A <b> & c"), Broken(),
]  # fmt: skip


def outcome(call: Callable[[], Any]) -> tuple[Any, ...]:
    """The type and value of a result, or those of an exception."""
    try:
        found = call()
    except Exception as error:  # noqa: BLE001 - both sides' are compared
        return type(error), str(error)
    return type(found), found


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "pattern", ["{}", "<b>{}</b>", "{}{}", "a{}b{}c", "{{}}{}", "{0}-{1}", "{:>9}", "no field", "{"]
)
def test_format_html(pattern: str, value: Any) -> None:
    for args in ((value,), (value, "<"), ("<", value, 3)):
        expected = outcome(lambda args=args: html.format_html(pattern, *args))
        assert outcome(lambda args=args: _native.format_html(pattern, *args)) == expected


def test_format_html_of_names_and_lazy_patterns() -> None:
    for pattern, kwargs in (("{x}", {"x": "<"}), (gettext_lazy("{x}!"), {"x": mark_safe("<")})):
        assert _native.format_html(pattern, **kwargs) == html.format_html(pattern, **kwargs)
    assert _native.format_html(mark_safe("<{}>"), "<") == html.format_html(mark_safe("<{}>"), "<")


@pytest.mark.parametrize("value", VALUES[:-1], ids=lambda value: type(value).__name__)
def test_mark_safe(value: Any) -> None:
    ours, stock = _native.mark_safe(value), mark_safe(value)
    assert type(ours) is type(stock) or callable(value)
    assert isinstance(ours, SafeString) == isinstance(stock, SafeString)
    assert isinstance(value, Loud) or str(ours) == str(stock)


NUMBERS: list[Any] = [
    0,
    -1234567,
    2**70,
    1234.5,
    -0.005,
    1e22,
    Decimal("1234567.891"),
    Decimal("-0.00"),
    True,
    "12",
]
MOMENTS: list[Any] = [
    datetime.datetime(2026, 7, 8, 9, 10, 11),
    datetime.datetime(2026, 7, 8, 9, 10, tzinfo=datetime.timezone.utc),
    datetime.date(2026, 7, 8),
    datetime.time(23, 59),
]


@pytest.mark.parametrize("language", ["en", "de", "fr", "hi"])
@pytest.mark.parametrize("grouping", [False, True])
def test_numbers_and_dates_in_the_language_of_the_page(language: str, grouping: bool) -> None:
    helpers: Any = _helpers()
    with override_settings(USE_THOUSAND_SEPARATOR=grouping), translation.override(language):
        for value in [*NUMBERS, *MOMENTS, None, "text"]:
            assert outcome(lambda v=value: helpers["formats"].localize(v)) == outcome(
                lambda v=value: formats.localize(v)
            )
        for value in NUMBERS:
            for places in (None, 0, 2, 40, -1, "x"):
                ours, stock = (
                    outcome(lambda v=value, f=f, p=places: f.number_format(v, p))
                    for f in (helpers["formats"], formats)
                )
                assert ours == stock
        for value in [*MOMENTS, None]:
            ours, stock = (
                outcome(lambda v=value, z=z: z.template_localtime(v))
                for z in (helpers["timezone"], timezone)
            )
            assert ours == stock


def _helpers() -> dict[str, Any]:
    """The namespace that the admin's list functions run in."""
    made = stand_in(admin_list.result_list)
    assert isinstance(made, StandIn)
    assert made.made() is not admin_list.result_list
    return dict(made.made().__globals__)


def test_other_modules_in_the_namespace_are_as_they_are() -> None:
    helpers = _helpers()
    assert helpers["formats"].get_format("DATE_FORMAT") == formats.get_format("DATE_FORMAT")
    assert helpers["timezone"].now is timezone.now
    assert helpers["models"] is models


def test_functions_elsewhere_are_called_as_they_are() -> None:
    def own(cl: Any) -> dict[str, Any]:
        return {}

    wrapped = html.format_html
    assert stand_in(own) is own
    assert stand_in(wrapped) is wrapped
    own.__module__ = HOMES[0]
    assert stand_in(own) is own


@pytest.mark.parametrize(
    ("module", "name"),
    [(admin_list, "_boolean_icon"), (admin_list, "format_html"), (html, "conditional_escape"), (html, "escape")],
)  # fmt: skip
def test_a_piece_that_a_site_replaces_is_heard(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    display = stand_in(utils.display_for_field)
    field = models.BooleanField()
    field.set_attributes_from_name("flag")
    field.model = Author
    arguments = (True, field, "-")
    assert display(*arguments) == utils.display_for_field(*arguments)

    before = getattr(module, name)
    calls = []

    def replaced(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return before(*args, **kwargs)

    monkeypatch.setattr(module, name, replaced)
    stock = utils.display_for_field(*arguments)
    expected = len(calls)
    assert display(*arguments) == stock
    assert len(calls) == 2 * expected > 0


def test_a_replaced_source_of_chance_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "choice", lambda characters: characters[7])
    texts = []
    for name in ("stock", "django"):
        request = RequestFactory().get("/")
        request.META["CSRF_COOKIE"] = "c" * 32
        template = engines[name].from_string("{% csrf_token %}")
        texts.append(template.render({}, request))
    assert "csrfmiddlewaretoken" in texts[0]
    assert texts[0] == texts[1]
