"""Templates that include themselves without end, on stock and on ours."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django import forms
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates
from tests.template.form_pages import renderer_of

TEMPLATES = {
    "loop": "{% for x in items %}{% with y=x %}{% include 'loop' %}{% endwith %}{% endfor %}",
    "alone": "x{% include 'alone' only %}",
    "child": "{% extends 'base' %}{% block q %}{{ block.super }}{% include 'child' %}{% endblock %}",
    "base": "{% block q %}d{% endblock %}",
}


def engine(cls: Any) -> Any:
    loaders = [("django.template.loaders.locmem.Loader", TEMPLATES)]
    options = {"loaders": [("django.template.loaders.cached.Loader", loaders)]}
    return cls({"NAME": "recursion", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})


@pytest.mark.parametrize("name", ["loop", "alone", "child"])
@pytest.mark.parametrize("cls", [DjangoTemplates, DjustTemplates])
def test_endless_inclusion_is_a_recursion_error(cls: Any, name: str) -> None:
    with pytest.raises(RecursionError):
        engine(cls).get_template(name).render({"items": [1]})


@pytest.mark.parametrize("name", ["loop", "alone", "child"])
def test_endless_inclusion_is_a_recursion_error_in_a_thread(name: str) -> None:
    raised: list[BaseException] = []

    def render() -> None:
        try:
            engine(DjustTemplates).get_template(name).render({"items": [1]})
        except RecursionError as error:
            raised.append(error)

    thread = threading.Thread(target=render)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_a_template_renders_after_a_recursion_error() -> None:
    made = engine(DjustTemplates)
    for _ in range(3):
        with pytest.raises(RecursionError):
            made.get_template("alone").render({})
    assert made.get_template("base").render({}) == "d"


class Endless(forms.TextInput):
    """A widget whose template shows the form that it is in."""

    template_name = "own.html"
    form: Any = None

    def get_context(self, *args: Any) -> Any:
        return {**super().get_context(*args), "form": self.form}


@pytest.mark.parametrize(
    "own", ["{{ form }}", "{{ form.as_p }}", "{% for f in form %}{{ f }}{% endfor %}"]
)
def test_a_form_within_itself_is_a_recursion_error(own: str) -> None:
    raised: list[BaseException] = []

    def render() -> None:
        renderer = renderer_of(DjustTemplates, templates={"own.html": own})
        form = type("Own", (forms.Form,), {"name": forms.CharField(widget=Endless)})(
            renderer=renderer
        )
        form.fields["name"].widget.form = form
        with pytest.raises(RecursionError) as caught:
            engine(DjustTemplates).from_string("{{ form }}").render({"form": form})
        raised.append(caught.value)

    render()
    thread = threading.Thread(target=render)
    thread.start()
    thread.join()
    assert len(raised) == 2
