"""Forms of random fields, data and settings look like stock's."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.unwatched import unwatched
from tests.template.form_pages import PAGES, assert_alike

TEXTS = st.sampled_from(
    [
        "",
        "a",
        "<b>",
        "x:",
        "ä&",
        mark_safe("<i>s</i>"),
        gettext_lazy("Yes"),
        "7",
        "  ",
        "2020-01-02",
    ]
)
VALUES = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-5, 10**6),
    st.floats(allow_nan=False),
    st.decimals(-1000, 1000, places=2),
    st.lists(TEXTS, max_size=3),
    st.just(datetime.date(2020, 1, 2)),
    st.just(datetime.datetime(2020, 1, 2, 3, 4, 5, 6)),
)
CHOICES = st.lists(
    st.one_of(
        st.tuples(VALUES.filter(lambda value: not isinstance(value, list)), TEXTS),
        st.tuples(TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=2)),
    ),
    max_size=4,
)
ATTRS = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(
            ["class", "id", "required", "disabled", "data-x", "aria-describedby", "type"]
        ),
        st.one_of(TEXTS, st.booleans(), st.none(), st.integers()),
        max_size=3,
    ),
)
WIDGETS = st.sampled_from(
    [None, forms.TextInput, forms.Textarea, forms.HiddenInput, forms.CheckboxInput, forms.DateInput,
     forms.PasswordInput, forms.NumberInput, forms.FileInput, forms.ClearableFileInput,
     forms.SplitDateTimeWidget, forms.NullBooleanSelect, forms.SelectDateWidget]
)  # fmt: skip
CHOOSERS = st.sampled_from(
    [None, forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple,
     forms.HiddenInput]
)  # fmt: skip
FIELDS = [
    forms.CharField, forms.IntegerField, forms.DecimalField, forms.BooleanField, forms.DateField,
    forms.DateTimeField, forms.EmailField, forms.SlugField, forms.JSONField, forms.DurationField,
    forms.NullBooleanField, forms.UUIDField, forms.SplitDateTimeField,
]  # fmt: skip


@st.composite
def field(draw: Any) -> Any:
    """A function that makes a field."""
    options: dict[str, Any] = {
        "required": draw(st.booleans()),
        "disabled": draw(st.booleans()),
        "localize": draw(st.booleans()),
        "help_text": draw(TEXTS),
        "show_hidden_initial": draw(st.integers(0, 5)) == 0,
    }
    for name, values in (("label", TEXTS), ("label_suffix", TEXTS), ("initial", VALUES)):
        if draw(st.booleans()):
            options[name] = draw(values)
    attrs = draw(ATTRS)
    if draw(st.booleans()):
        cls: Any = draw(st.sampled_from([forms.ChoiceField, forms.MultipleChoiceField]))
        options["choices"] = draw(CHOICES)
        widget = draw(CHOOSERS)
    else:
        cls = draw(st.sampled_from(FIELDS))
        widget = draw(WIDGETS)

    def make() -> Any:
        if widget is None:
            return cls(**options)
        return cls(widget=widget(attrs=dict(attrs) if attrs is not None else None), **options)

    return make


@st.composite
def form(draw: Any) -> Any:
    """A function that makes a form with a renderer."""
    fields = draw(st.lists(field(), min_size=1, max_size=3))
    names = ["name", "b_c", "kind"][: len(fields)]
    attributes = draw(
        st.dictionaries(st.sampled_from(["required_css_class", "error_css_class", "prefix"]), TEXTS)
    )
    options: dict[str, Any] = {
        "auto_id": draw(st.sampled_from(["id_%s", True, False, "", "%s%%", "x"]))
    }
    if draw(st.booleans()):
        options["label_suffix"] = draw(TEXTS)
    if draw(st.booleans()):
        prefix = attributes.get("prefix")
        keys = [f"{prefix}-{name}" if prefix else name for name in names]
        sent = draw(
            st.dictionaries(st.sampled_from([*keys, "name_0", "b_c_1"]), VALUES, max_size=4)
        )
        options["data"] = sent
    if draw(st.booleans()):
        options["initial"] = draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=3))

    def make(renderer: Any, _log: Any) -> Any:
        made = type("Random", (forms.Form,), dict(attributes))
        instance = made(renderer=renderer, **options)
        instance.fields = {name: one() for name, one in zip(names, fields, strict=True)}
        return instance

    return make


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(form(), st.sampled_from(PAGES[:9]), st.sampled_from(["en", "de"]))
def test_random_forms(make: Any, page: str, language: str) -> None:
    with unwatched(), translation.override(language):
        assert_alike(make, page)
