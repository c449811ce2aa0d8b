"""Forms of a site that names no form renderer go through our engine, and look like stock's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.forms import renderers
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.test import override_settings

from djust_backend.backend import DjustTemplates

OURS = {"BACKEND": "djust_backend.django.DjustTemplates", "APP_DIRS": True}
STOCK = {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "stock"}
DEFAULT = "django.forms.renderers.DjangoTemplates"


class Visitor(forms.Form):
    name = forms.CharField(label="Name & <title>", help_text="<b>bold</b>")
    kind = forms.ChoiceField(choices=[("a", "A & B"), ("Group", [("b", "<B>")])])
    tags = forms.MultipleChoiceField(choices=[(1, "x")], widget=forms.CheckboxSelectMultiple)
    when = forms.SplitDateTimeField(required=False)
    note = forms.CharField(widget=forms.Textarea, initial="</textarea>&")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Leave no renderer behind that was made under the settings of a test."""
    yield
    renderers.get_default_renderer.cache_clear()


def engine_of_forms(**settings: Any) -> DjangoTemplates:
    """The engine of the default form renderer in a site of these settings."""
    with override_settings(**settings):
        engines.all()
        return renderers.get_default_renderer().engine


def test_the_backend_line_alone_brings_forms_along() -> None:
    assert type(engine_of_forms(TEMPLATES=[OURS])) is DjustTemplates


@pytest.mark.parametrize("data", [None, {"name": "", "kind": "z", "when_0": "no"}])
def test_forms_look_like_those_of_stock(data: dict[str, str] | None) -> None:
    pages = []
    for entry in (STOCK, OURS):
        with override_settings(TEMPLATES=[entry]):
            engines.all()
            form = Visitor(data)
            pages.append([str(form), form.as_p(), form.as_table(), form.as_ul(), str(form["kind"])])
            pages[-1] += [str(form.errors), *map(str, form["tags"])]
    assert pages[0] == pages[1]


def test_the_engine_keeps_the_name_and_the_folders_of_stock() -> None:
    ours, stock = (engine_of_forms(TEMPLATES=[entry]) for entry in (OURS, STOCK))
    assert (ours.name, ours.template_dirs) == (stock.name, stock.template_dirs)


def test_a_renderer_that_the_site_names_stays_as_it_is() -> None:
    for name in (DEFAULT, "django.forms.renderers.Jinja2"):
        engine = engine_of_forms(TEMPLATES=[OURS], FORM_RENDERER=name)
        assert not isinstance(engine, DjustTemplates)


def test_a_stock_engine_besides_ours_keeps_the_forms() -> None:
    assert type(engine_of_forms(TEMPLATES=[OURS, STOCK])) is DjangoTemplates


def test_an_engine_that_rendered_a_form_while_modules_were_imported_is_made_anew() -> None:
    with override_settings(TEMPLATES=[OURS]):
        str(Visitor())
        assert type(renderers.get_default_renderer().engine) is DjangoTemplates
        engines.all()
        assert type(renderers.get_default_renderer().engine) is DjustTemplates


def test_an_engine_that_somebody_has_changed_stays() -> None:
    with override_settings(TEMPLATES=[OURS]):
        known = renderers.get_default_renderer().engine
        known.engine.string_if_invalid = "?"
        engines.all()
        assert renderers.get_default_renderer().engine is known


def test_a_replaced_engine_class_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(DjangoTemplates):
        pass

    monkeypatch.setattr(renderers.DjangoTemplates, "backend", Own)
    assert type(engine_of_forms(TEMPLATES=[OURS])) is Own
