"""Templates that include themselves without end, on stock and on ours."""

from __future__ import annotations

import sys
import threading
from itertools import product
from typing import Any

import pytest
from django import forms
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates
from tests.template.form_pages import renderer_of

BACKENDS = (DjangoTemplates, DjustTemplates)
TEMPLATES = {
    "loop": "{% for x in items %}{% with y=x %}{% include 'loop' %}{% endwith %}{% endfor %}",
    "alone": "x{% include 'alone' only %}",
    "child": "{% extends 'base' %}{% block q %}{{ block.super }}{% include 'child' %}{% endblock %}",
    "base": "{% block q %}d{% endblock %}",
}


def engine(cls: Any, templates: dict[str, str] = TEMPLATES) -> Any:
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    options = {"loaders": [("django.template.loaders.cached.Loader", loaders)]}
    return cls({"NAME": "recursion", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})


@pytest.mark.parametrize("name", ["loop", "alone", "child"])
@pytest.mark.parametrize("cls", [DjangoTemplates, DjustTemplates])
def test_endless_inclusion_is_a_recursion_error(cls: Any, name: str) -> None:
    with pytest.raises(RecursionError):
        engine(cls).get_template(name).render({"items": [1]})


def in_a_thread(
    name: str, stack_size: int = 0, templates: dict[str, str] | None = None
) -> list[Any]:
    """What rendering in a thread with a stack of so many bytes gives: a text or a RecursionError."""
    found: list[Any] = []

    def render() -> None:
        try:
            made = engine(DjustTemplates, templates or TEMPLATES)
            found.append(made.get_template(name).render({"items": [1]}))
        except RecursionError as error:
            found.append(error)

    before = threading.stack_size(stack_size)
    try:
        thread = threading.Thread(target=render)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    return found


@pytest.mark.parametrize("name", ["loop", "alone", "child"])
@pytest.mark.parametrize(
    ("stack_size", "limit"), [(0, 1000), (512 * 1024, 1000), (512 * 1024, 20_000)]
)
def test_endless_inclusion_is_a_recursion_error_in_a_thread(
    name: str, stack_size: int, limit: int
) -> None:
    """In a small one, as C libraries other than glibc give; and Python's limit is not the stack's."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        (found,) = in_a_thread(name, stack_size)
    finally:
        sys.setrecursionlimit(before)
    assert isinstance(found, RecursionError)


NESTED = {
    "if": ("{% if items %}", "{% endif %}"),
    "for": ("{% for x in items %}", "{% endfor %}"),
    "with": ("{% with y=items %}", "{% endwith %}"),
}


CONDITION = f"{{% if {'not ' * 50}items %}}x{{% endif %}}"


@pytest.mark.parametrize("tag", NESTED)
@pytest.mark.parametrize("inner", ["x", CONDITION, "{% include 'self' %}"])
@pytest.mark.parametrize("size", [192, 256, 384, 1024])
def test_tags_that_are_nested_deep_take_no_more_than_the_stack(
    tag: str, inner: str, size: int
) -> None:
    opens, ends = NESTED[tag]
    (found,) = in_a_thread("self", size * 1024, {"self": opens * 118 + inner + ends * 118})
    is_endless = "include" in inner
    assert isinstance(found, RecursionError) or (found == "x" and not is_endless)
    assert size < 1024 or is_endless or found == "x"


def test_a_page_needs_little_of_the_stack() -> None:
    page = {"page": "{% extends 'base' %}{% block q %}{{ items }}{% endblock %}", **TEMPLATES}
    assert in_a_thread("page", 192 * 1024, page) == ["[1]"]


@pytest.mark.parametrize(
    ("operator", "terms"),
    [*product(["or", "and", "==", "in"], [50, 250]), ("or", 20_000), ("and", 20_000)],
)
def test_conditions_of_many_terms(operator: str, terms: int) -> None:
    source = f"{{% if {f'a {operator} ' * terms}b %}}1{{% else %}}0{{% endif %}}"
    for values in ({"a": 0, "b": 1}, {"a": 1, "b": 1}):
        texts = [engine(cls).from_string(source).render(values) for cls in BACKENDS]
        assert texts[0] == texts[1]


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
