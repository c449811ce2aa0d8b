"""Forms look like stock's, and the code of a site is called as stock calls it."""

from __future__ import annotations

import datetime
import sys
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import renderers, utils
from django.http import QueryDict
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.test import override_settings
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, pgettext_lazy

from djust_backend import DjustTemplates
from djust_backend._native import NativeProgram
from tests.template.form_pages import FIELD, Log, assert_alike, renderer_of, replaced, seen
from tests.template.sample_forms import ODD, SENT, Html, Loud, Plain, Visitor, query, visitor


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": SENT},
        {"data": query(SENT)},
        {"data": {}},
        {"data": query({"tags": [], "name": ["", "last"], "gift": "False", "agreed": "faLse"})},
        {"data": SENT, "files": {"upload": SimpleUploadedFile("a.txt", b"")}},
        {"prefix": "p", "data": {f"p-{name}": value for name, value in SENT.items()}},
        {"prefix": 7, "auto_id": False},
        {"auto_id": "100%%_%s"},
        {"auto_id": True},
        {"auto_id": ""},
        {"auto_id": "same"},
        {"auto_id": mark_safe("<%s>")},
        {"label_suffix": ""},
        {"label_suffix": "&"},
        {"label_suffix": mark_safe("&nbsp;")},
        {"label_suffix": gettext_lazy("Yes")},
        {"label_suffix": 0},
        {"initial": {"name": "<&>", "tags": [2, "1"], "kind": "c", "count": 3, "gift": ""}},
        {"initial": {"name": mark_safe("<&>"), "radio": True, "agreed": "x", "when": "heute"}},
        {"initial": {"name": None, "count": 1.5, "when": datetime.date(2020, 2, 29), "tags": None}},
        {"initial": {"name": lambda: "called", "at": lambda: datetime.datetime(1999, 1, 1, 1)}},
        {"initial": {"name": gettext_lazy("Yes"), "kind": gettext_lazy("b"), "mail": b"x"}},
        {"use_required_attribute": False, "empty_permitted": True, "data": {}},
        {"field_order": ["note", "kind", "nothing"]},
        {"data": SENT, "error_class": type("Own", (utils.ErrorList,), {})},
    ],
)
def test_forms_look_like_those_of_stock(options: dict[str, Any]) -> None:
    assert_alike(visitor(**options), templates=ODD)


class Backwards(OrderedDict[str, Any]):
    """Fields that come from the last to the first, and tell who asks."""

    log: Log

    def __iter__(self) -> Iterator[str]:
        self.log.append("iter")
        return reversed(list(super().__iter__()))

    def __getitem__(self, name: str) -> Any:
        self.log.append(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("kind", [OrderedDict, Backwards, defaultdict])
@pytest.mark.parametrize("data", [None, SENT])
def test_fields_in_another_dictionary(kind: Any, data: Any) -> None:
    def make(renderer: Any, log: Log) -> Any:
        form = Visitor(renderer=renderer, data=data)
        fields = kind()
        if kind is Backwards:
            fields.log = log
        fields.update(form.fields)
        if kind is OrderedDict:
            fields.move_to_end("kind", last=False)
            fields.move_to_end("token", last=False)
        form.fields = fields
        return form

    assert_alike(make, templates=ODD)


def test_fields_that_are_put_in_order_are_rendered_natively() -> None:
    form = Plain(renderer=renderer_of(DjustTemplates))
    form.fields = OrderedDict(reversed(form.fields.items()))
    engine = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    template = engine.from_string("{{ form.as_p }}")
    template.render({"form": form})
    entered: list[str] = []
    sys.setprofile(lambda frame, *_rest: entered.append(frame.f_code.co_name))
    try:
        template.render({"form": form})
    finally:
        sys.setprofile(None)
    assert "as_p" not in entered


@pytest.mark.parametrize("data", [None, SENT])
def test_forms_in_another_language(data: Any) -> None:
    with translation.override("de"):
        assert_alike(visitor(data=data), templates=ODD)
        assert_alike(visitor(data=data, label_suffix=gettext_lazy("Yes")), templates=ODD)


def test_thousands_are_grouped_as_the_language_does() -> None:
    with override_settings(USE_THOUSAND_SEPARATOR=True), translation.override("de"):
        assert_alike(visitor(initial={"count": 12345, "name": 12345}), templates=ODD)


def test_without_a_language_labels_are_left_as_they_are() -> None:
    with translation.override(None):
        assert_alike(visitor(data=SENT), templates=ODD)


def test_no_python_code_of_forms_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that these tests are about is the one that is taken."""
    entered = []
    original = renderers.BaseRenderer.render

    class Counting(renderers.DjangoTemplates):
        def render(self, *args: Any, **kwargs: Any) -> Any:
            entered.append(args)
            return original(self, *args, **kwargs)

    shown, _ = seen(DjustTemplates, lambda renderer, log: Plain(renderer=renderer), "{{ form }}")
    assert "<input" in shown[0]
    renderer = renderer_of(DjustTemplates)
    counting = Counting()
    counting.__dict__["engine"] = renderer.engine
    engine = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    assert engine.from_string("{{ form }}").render({"form": Plain(renderer=counting)}) == shown[0]
    # A renderer of the site's own is asked for every template.
    assert len(entered) > 2
    assert isinstance(engine.from_string("").template._program, NativeProgram)


@pytest.mark.parametrize(
    "value",
    [Loud("quiet"), 1.25, Decimal("1.50"), True, False, "", mark_safe(""), b"x", (), [], [""], {},
     {"a": 1}, ("b",), gettext_lazy("Yes"), pgettext_lazy("x", "Yes"), datetime.time(1, 2, 3, 4),
     datetime.date(2020, 1, 1), 10**30, float("nan"), "\ud800", "\x00", "  x  "],
)  # fmt: skip
def test_odd_values_are_shown_alike(value: Any) -> None:
    names = ("name", "count", "kind", "tags", "boxes", "radio", "note", "agreed", "token", "shown")

    def make(renderer: Any, _log: Log) -> Any:
        return Visitor(renderer=renderer, initial=dict.fromkeys(names, value))

    assert_alike(make, templates=ODD)
    assert_alike(visitor(data=dict.fromkeys(names, value)), templates=ODD)


def test_objects_are_asked_as_often() -> None:
    def make(renderer: Any, log: Log) -> Any:
        one = Html(log)
        form = Visitor(renderer=renderer, initial={"name": one, "kind": one, "tags": [one, one]})
        form.fields["mail"].label = one
        form.fields["count"].help_text = one
        form.fields["kind"].widget.choices = [(one, one), ("b", one)]
        form.fields["tags"].choices = [(one, one)]
        form.fields["note"].widget.attrs["title"] = one
        return form

    assert_alike(make, templates=ODD)


@pytest.mark.parametrize(
    "label", ["", None, "x:", "x?", "ähm", Loud("quiet"), mark_safe("<b>"), gettext_lazy("Yes"), 5,
              pgettext_lazy("x", "Yes"), ["a"], "\ud800"],
)  # fmt: skip
def test_odd_labels(label: Any) -> None:
    def make(renderer: Any, _log: Log) -> Any:
        form = Plain(renderer=renderer)
        form.fields["name"].label = label
        form.fields["kind"].label_suffix = label
        form.required_css_class = "required <now>"
        form.error_css_class = "error"
        return form

    assert_alike(make)


def test_classes_of_required_fields_and_errors() -> None:
    class Marked(Visitor):
        required_css_class = "required"
        error_css_class = "error"

    def make(renderer: Any, _log: Log) -> Any:
        return Marked(SENT, renderer=renderer)

    assert_alike(make, templates=ODD)
    with replaced(Marked, "error_css_class", "required"):
        assert_alike(make, templates=ODD)
    with replaced(Marked, "error_css_class", None):
        assert_alike(make, templates=ODD)


def error_of(kind: str, log: Log) -> Any:
    """What a form may have as an error."""
    return {
        "text": "plain <error>",
        "safe": mark_safe("<b>safe</b>"),
        "lazy": gettext_lazy("Yes"),
        "params": ValidationError("%(a)s is <%(b)s>", params={"a": Html(log), "b": 5}),
        "lazy params": ValidationError(gettext_lazy("Enter a number."), params={"a": 1}),
        "list": ValidationError(["one", ValidationError("two", code="x")]),
        "bad params": ValidationError("%(a)s", params={"b": 1}),
        "index": ValidationError("%(a)s", params=Raising(IndexError("x"))),
        "stop": ValidationError("%(a)s", params=Raising(StopIteration("x"))),
        "subclass": type("Own", (ValidationError,), {"__iter__": lambda self: iter(["own"])})("x"),
    }[kind]


class Raising(dict):
    """Parameters that raise."""

    def __init__(self, error: Exception) -> None:
        super().__init__(a=1)
        self.error = error

    def __getitem__(self, key: str) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "kind", ["text", "safe", "lazy", "params", "lazy params", "list", "bad params", "index", "stop",
             "subclass"],
)  # fmt: skip
def test_errors_of_all_kinds(kind: str) -> None:
    def make(renderer: Any, log: Log) -> Any:
        form = Plain({"name": "x", "token": "y"}, renderer=renderer)
        form.is_valid()
        for name in ("name", "token", None):
            form.add_error(name, error_of(kind, log))
        return form

    def direct(renderer: Any, log: Log) -> Any:
        form = Plain({"name": "x", "token": "y"}, renderer=renderer)
        form.errors["name"] = utils.ErrorList([error_of(kind, log), "more"], renderer=renderer)
        form.errors["kind"] = [error_of(kind, log)]
        form.errors["__all__"] = utils.ErrorList([error_of(kind, log)], "own & <class>", renderer)
        return form

    assert_alike(make)
    assert_alike(direct)


def test_lists_of_errors_that_are_none() -> None:
    class Own(utils.ErrorList):
        template_name = "own.html"

        def __str__(self) -> str:
            return "own list"

    class Counting(utils.ErrorDict):
        def get(self, *args: Any) -> Any:
            return super().get(*args) or ["counted"]

    def make(renderer: Any, _log: Log) -> Any:
        form = Plain({}, renderer=renderer, error_class=Own)
        form.is_valid()
        return form

    def of_dict(renderer: Any, _log: Log) -> Any:
        form = Plain({}, renderer=renderer)
        form._errors = Counting(form.errors)
        return form

    assert_alike(make, templates={"own.html": "{{ errors.0 }}"})
    assert_alike(of_dict)
    shown = (
        "{% for error in form %}{{ error }}{% empty %}none{% endfor %}{{ form }}{{ form.as_ul }}"
    )
    shown += "{{ form.0 }}{{ form.field_id }}{{ form|length }}{{ form.data }}{{ form|join:', ' }}"
    for errors in ([], ["a", "<b>"], [ValidationError("x")]):
        assert_alike(lambda r, log, e=errors: utils.ErrorList(e, renderer=r), shown)
        assert_alike(
            lambda r, log, e=errors: utils.ErrorList(e, renderer=r), "{% if form %}y{% endif %}"
        )


def test_exceptions_come_out_as_they_are() -> None:
    def raising(error: Exception) -> Any:
        def call(*_args: Any, **_kwargs: Any) -> Any:
            raise error

        return call

    for name in ("format_value", "get_context", "id_for_label", "use_required_attribute"):
        for error in (ValueError("x"), KeyError("k"), TypeError("t"), AttributeError("a")):
            cls = type("Own", (forms.TextInput,), {name: raising(error)})

            def make(renderer: Any, _log: Log, cls: Any = cls) -> Any:
                form = Plain({"name": "long"}, renderer=renderer)
                form.fields["name"].widget = cls()
                return form

            assert_alike(make)
    silent = type("Silent", (Exception,), {"silent_variable_failure": True})

    def quiet(renderer: Any, _log: Log) -> Any:
        return type("Own", (Plain,), {"clean_name": raising(silent("x"))})(
            {"name": "a"}, renderer=renderer
        )

    assert_alike(quiet, string_if_invalid="?")


def test_choices_that_are_functions_and_iterators() -> None:
    def make(renderer: Any, log: Log) -> Any:
        def choices() -> Any:
            log.append("choices")
            return [("a", "A"), ("G", [("b", "B"), ("c", "C")])]

        form = Visitor(renderer=renderer)
        form.fields["kind"] = forms.ChoiceField(choices=choices, initial="b")
        form.fields["radio"] = forms.TypedChoiceField(
            choices=choices, widget=forms.RadioSelect(attrs={"id": "mine"}), empty_value=None
        )
        form.fields["tags"] = forms.MultipleChoiceField(
            choices=choices, widget=forms.SelectMultiple
        )
        return form

    assert_alike(make, templates=ODD)


@pytest.mark.parametrize(
    "choices", [[1], ["ab", "cd"], ["abc"], [("a",)], [("a", "b", "c")], [[1, 2]]]
)
def test_choices_that_are_no_pairs(choices: Any) -> None:
    def make(renderer: Any, _log: Log) -> Any:
        form = Plain(renderer=renderer)
        form.fields["kind"].required = True
        form.fields["kind"].widget._choices = choices
        return form

    assert_alike(make)


def test_data_that_is_no_dictionary_of_texts() -> None:
    class Own(dict[str, Any]):
        def __missing__(self, key: str) -> str:
            return f"missing {key}"

        def get(self, key: str, default: Any = None) -> Any:
            return f"got {key}"

    values = QueryDict(mutable=True)
    values.setlist("name", [["x"], []])
    values.setlist("kind", [None])
    values.setlist("agreed", [5])
    for data in (Own(), values, {"name": 5, "agreed": [], "kind": None, "tags": "abc"}):
        assert_alike(visitor(data=data), templates=ODD)


def test_formsets_and_their_management_form() -> None:
    from django.forms.formsets import formset_factory

    def make(renderer: Any, _log: Log) -> Any:
        made = formset_factory(Plain, extra=2, can_delete=True, can_order=True, renderer=renderer)
        return made(initial=[{"name": "x"}], prefix="many")

    page = "{{ form }}{{ form.as_p }}{{ form.management_form }}{{ form.non_form_errors }}"
    page += "{% for one in form %}{{ one.as_table }}{% for field in one %}" + FIELD
    page += "{% endfor %}{% endfor %}{{ form.empty_form.as_div }}"
    assert_alike(make, page)


def test_own_templates_of_the_renderer_and_of_forms() -> None:
    class Own(Plain):
        template_name_label = "label.html"
        template_name_p = "p.html"

        @property
        def template_name(self) -> str:
            return "whole.html"

    templates = {
        "label.html": "{{ label }}|{{ attrs }}|{{ tag }}|{{ use_tag }}|{{ field.name }}",
        "p.html": "{% for field, errors in fields %}{{ field.label_tag }}{{ field.legend_tag }}"
        "{{ errors.error_class }}{{ errors }}{% endfor %}{{ errors }}{{ hidden_fields|length }}",
        "whole.html": "{% debug %}{{ form.as_p }}{{ fields|length }}{{ hidden_fields.0 }}",
        "django/forms/widgets/attrs.html": "{{ widget.attrs|safe }}{{ widget.required }}",
        "django/forms/widgets/select_option.html": "{{ widget|safe }}",
    }
    del templates["whole.html"]
    templates["whole.html"] = "{{ form.as_p }}{{ fields|length }}{{ hidden_fields.0 }}"
    assert_alike(
        lambda renderer, log: Own({"name": "long"}, renderer=renderer), templates=templates
    )


def test_tags_of_python_in_templates_of_widgets() -> None:
    libraries = {"form_tags": "tests.template.form_tags"}
    templates = {
        "django/forms/widgets/text.html": "{% load form_tags %}{% layers %}{{ widget.name }}",
        "django/forms/label.html": "{% load form_tags %}{% layers %}{{ label }}",
    }
    make = lambda renderer, log: Plain(renderer=renderer)  # noqa: E731 - as short as the others
    assert_alike(make, templates=templates, libraries=libraries)


def test_hidden_fields_with_errors_stand_above_the_form() -> None:
    def make(renderer: Any, _log: Log) -> Any:
        return Plain({"token": ""}, renderer=renderer)

    shown = assert_alike(make)
    assert "(Hidden field token) This field is required." in shown[0]
    only = type("Only", (forms.Form,), {"token": forms.CharField(widget=forms.HiddenInput)})
    assert_alike(lambda renderer, log: only({}, renderer=renderer))
    assert_alike(lambda renderer, log: only(renderer=renderer))
    assert_alike(lambda renderer, log: forms.Form(renderer=renderer))


def test_fields_with_names_that_are_no_texts_and_fields_that_go() -> None:
    def make(renderer: Any, _log: Log) -> Any:
        form = Plain(renderer=renderer)
        form.fields[5] = forms.CharField(label="five")
        form.fields[Loud("loud")] = forms.CharField(label="loud")
        return form

    def going(renderer: Any, _log: Log) -> Any:
        class Own(Plain):
            def get_initial_for_field(self, field: Any, name: Any) -> Any:
                self.fields.pop("kind", None)
                return super().get_initial_for_field(field, name)

        return Own(renderer=renderer)

    assert_alike(make)
    assert_alike(going)


def test_fields_as_items_and_attributes_of_forms() -> None:
    class Own(forms.Form):
        errors_ = forms.CharField()
        as_p = forms.CharField(required=False)
        errors = forms.CharField(required=False)  # type: ignore[assignment]

    page = "{{ form.as_p }}{{ form.errors_ }}{{ form.errors }}{{ form.as_div }}{{ form.fields.as_p.label }}"
    assert_alike(lambda renderer, log: Own(renderer=renderer), page)


def test_renderers_of_other_engines() -> None:
    page = "{{ form }}{{ form.as_p }}{% for field in form %}{{ field.label_tag }}{% endfor %}"
    assert_alike(lambda renderer, log: Plain(renderer=renderers.Jinja2()), page)
    entries = {
        backend: {
            "BACKEND": f"{backend.__module__}.{backend.__qualname__}",
            "DIRS": [Path(forms.__file__).parent / "templates"],
        }
        for backend in (DjangoTemplates, DjustTemplates)
    }
    shown = []
    for backend, entry in entries.items():
        with override_settings(TEMPLATES=[entry]):
            form = Plain({"name": "long"}, renderer=renderers.TemplatesSetting())
            shown.append([engines.all()[0].from_string(page).render({"form": form}) for _ in "ab"])
        other = {**entry, "NAME": "other", "DIRS": []}
        with override_settings(TEMPLATES=[other, {**entry, "NAME": "second"}]):
            assert type(engines.all()[0]) is backend
            form = Plain({"name": "long"}, renderer=renderers.TemplatesSetting())
            shown.append([engines.all()[0].from_string(page).render({"form": form}) for _ in "ab"])
    assert shown[0] == shown[2]
    assert shown[1] == shown[3]
    # The first engine has no such templates; forms come from the second.
    assert shown[0] == shown[1]
