"""Forms look like stock's, and the code of a site is called as stock calls it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import boundfield, renderers, utils, widgets
from django.http import QueryDict
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.test import override_settings
from django.utils import safestring, translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, pgettext_lazy

from djust_backend import DjustTemplates
from djust_backend._native import NativeProgram
from tests.template.form_pages import FIELD, PAGES, Log, assert_alike, renderer_of, replaced, seen

SENT = {
    "name": "Ada & <Co>", "mail": "nowhere", "count": "77", "kind": "b", "tags": ["1", "9"],
    "when": "31.12.99", "note": "a\r\n</textarea>", "gift": "on", "secret": "s3", "token": "",
    "moment_0": "2020-01-01", "moment_1": "x", "answer": "2",
}  # fmt: skip


class Visitor(forms.Form):
    name = forms.CharField(max_length=5, label="Name & <title>", help_text="<b>bold</b>")
    mail = forms.EmailField(label=gettext_lazy("Email address"), label_suffix="?")
    count = forms.IntegerField(min_value=1, max_value=20, label="Really?", initial=0)
    price = forms.DecimalField(required=False, initial=Decimal("12345.60"), localize=True)
    kind = forms.ChoiceField(choices=[("", "-"), ("b", "B & B"), ("Group", [("c", "<C>")])])
    tags = forms.MultipleChoiceField(choices=[(1, "x"), (2, mark_safe("<i>y</i>"))])
    boxes = forms.MultipleChoiceField(
        choices=[(1, "x"), ("g", ((2, "y"), (3, "z")))],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "box"}),
        required=False,
        help_text="Many",
    )
    radio = forms.ChoiceField(choices=[(None, "none"), (True, "yes")], widget=forms.RadioSelect)
    when = forms.DateField(widget=forms.DateInput(attrs={"class": "date"}), required=False)
    moment = forms.SplitDateTimeField(required=False)
    at = forms.DateTimeField(initial=datetime.datetime(2020, 1, 2, 3, 4, 5, 6), required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "id": "own"}), required=False)
    gift = forms.BooleanField(disabled=True, initial=True)
    agreed = forms.BooleanField(required=False)
    answer = forms.NullBooleanField()
    secret = forms.CharField(widget=forms.PasswordInput)
    shown = forms.CharField(widget=forms.PasswordInput(render_value=True), initial="x")
    upload = forms.FileField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, initial=" t ")
    many = forms.CharField(widget=forms.MultipleHiddenInput, required=False, initial=["a", "b"])
    kept = forms.CharField(show_hidden_initial=True, required=False)
    data = forms.JSONField(required=False, initial={"a": "<"})
    key_2 = forms.UUIDField(required=False)
    link = forms.URLField(required=False, assume_scheme="https")
    _odd__name = forms.CharField(required=False, template_name="odd.html")


def visitor(**options: Any) -> Any:
    """Makes a form of this class; its data is a dictionary of texts, or what a request sends."""

    def make(renderer: Any, _log: Log) -> Visitor:
        return Visitor(renderer=renderer, **options)

    return make


ODD = {"odd.html": "[{{ field.label_tag }}{{ field }}]"}


def query(sent: dict[str, Any]) -> QueryDict:
    """What a request would hold."""
    data = QueryDict(mutable=True)
    for name, value in sent.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


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
@pytest.mark.parametrize("language", ["en", "de"])
def test_forms_look_like_those_of_stock(options: dict[str, Any], language: str) -> None:
    with translation.override(language):
        assert_alike(visitor(**options), templates=ODD)


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


class Plain(forms.Form):
    name = forms.CharField(help_text="Help", max_length=3)
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    token = forms.CharField(widget=forms.HiddenInput)


def logged(log: Log, base: type[Any], *names: str, **attributes: Any) -> type[Any]:
    """A subclass whose methods of these names write into the log and call Django's."""

    def method(name: str) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            log.append((name, args[1:], sorted(kwargs)))
            return getattr(super(made, self), name)(*args, **kwargs)

        return call

    made = type(base.__name__, (base,), {**{name: method(name) for name in names}, **attributes})
    return made


FORM_METHODS = (
    "render", "get_context", "_bound_items", "non_field_errors", "add_prefix", "add_initial_prefix",
    "_widget_data_value", "get_initial_for_field", "hidden_fields", "visible_fields", "as_p",
    "as_div", "full_clean", "__getitem__", "__iter__",
)  # fmt: skip
BOUND_METHODS = (
    "as_widget", "build_widget_attrs", "value", "label_tag", "legend_tag", "css_classes", "render",
    "get_context", "as_field_group", "as_hidden", "__getitem__", "__str__",
)  # fmt: skip
WIDGET_METHODS = (
    "render", "_render", "get_context", "format_value", "build_attrs", "id_for_label", "optgroups",
    "use_required_attribute", "value_from_datadict", "create_option", "options", "subwidgets",
)  # fmt: skip


def short(log: Log) -> Log:
    """A log without objects that differ between two runs."""
    return log


@pytest.mark.parametrize("name", FORM_METHODS)
@pytest.mark.parametrize("data", [None, {"name": "long", "token": ""}])
def test_overridden_methods_of_forms_are_called_as_often(name: str, data: Any) -> None:
    def make(renderer: Any, log: Log) -> Any:
        names: Log = []
        form = logged(names, Plain, name)(data, renderer=renderer)
        names.clear()
        log.append(names)
        return form

    check_calls(make)


def check_calls(make: Any) -> None:
    """Compares pages and the names of what is called for them, in order."""
    for page in PAGES:
        results = []
        for backend in (DjangoTemplates, DjustTemplates):
            shown, log = seen(backend, make, page)
            calls = [call[0] for call in log[0]] if log and isinstance(log[0], list) else log
            results.append((shown, calls))
        assert results[0] == results[1], page


@pytest.mark.parametrize("name", BOUND_METHODS)
def test_overridden_methods_of_bound_fields_are_called_as_often(name: str) -> None:
    def make(renderer: Any, log: Log) -> Any:
        names: Log = []
        log.append(names)
        form = Plain({"name": "long"}, renderer=renderer)
        form.bound_field_class = logged(names, forms.BoundField, name)
        return form

    check_calls(make)


@pytest.mark.parametrize("name", ["get_bound_field", "bound_data", "prepare_value", "clean"])
def test_overridden_methods_of_fields_are_called_as_often(name: str) -> None:
    def make(renderer: Any, log: Log) -> Any:
        names: Log = []
        log.append(names)
        form = Plain({"name": "long"}, renderer=renderer)
        for key, cls in (("name", forms.CharField), ("kind", forms.ChoiceField)):
            form.fields[key] = logged(names, cls, name)()
        return form

    check_calls(make)


@pytest.mark.parametrize("name", WIDGET_METHODS)
@pytest.mark.parametrize(
    "cls",
    [forms.TextInput, forms.Select, forms.CheckboxInput, forms.RadioSelect, forms.PasswordInput],
)
def test_overridden_methods_of_widgets_are_called_as_often(name: str, cls: type[Any]) -> None:
    if not hasattr(cls, name):
        # Django has no such method on this class: one of the site's own is called by nobody.
        assert name in {"optgroups", "create_option", "options"}
        return

    def make(renderer: Any, log: Log) -> Any:
        names: Log = []
        log.append(names)
        form = Plain({"name": "long"}, renderer=renderer)
        form.fields["name"].widget = widget = logged(names, cls, name)(attrs={"class": "x"})
        if hasattr(widget, "choices"):
            widget.choices = [("long", "Long"), (1, "One")]
        return form

    check_calls(make)


@pytest.mark.parametrize(
    "name", ["is_hidden", "auto_id", "errors", "use_fieldset", "aria_describedby", "id_for_label",
             "data", "initial", "template_name", "label", "help_text", "html_name"],
)  # fmt: skip
def test_properties_of_bound_fields_are_read_as_often(name: str) -> None:
    def make(renderer: Any, log: Log) -> Any:
        names: Log = []
        log.append(names)

        def read(self: Any) -> Any:
            names.append((name,))
            inherited = getattr(forms.BoundField, name, None)
            if inherited is None:
                return self.__dict__.get(name, "?")
            return getattr(super(cls, self), name)

        def write(self: Any, value: Any) -> None:
            self.__dict__[name] = value

        cls = type("Own", (forms.BoundField,), {name: property(read, write)})
        form = Plain({"name": "long"}, renderer=renderer)
        form.bound_field_class = cls
        return form

    check_calls(make)


def test_attributes_of_instances_go_before_methods() -> None:
    """As django-widget-tweaks has it: methods that are put onto one bound field."""

    def make(renderer: Any, log: Log) -> Any:
        form = Plain({"name": "long"}, renderer=renderer)
        bound = form["name"]
        original = bound.as_widget

        def as_widget(widget: Any = None, attrs: Any = None, only_initial: bool = False) -> str:
            log.append("as_widget")
            return original(widget, {**(attrs or {}), "data-x": "<"}, only_initial)

        bound.as_widget = as_widget
        form["kind"].label_tag = lambda: "my label"
        form["kind"].css_classes = lambda: "my classes"
        form["token"].field.widget.get_context = lambda *args: {"widget": {"name": "n", "attrs": {}}}
        form.non_field_errors = lambda: utils.ErrorList(["none <of> them"], renderer=renderer)
        return form

    assert_alike(make)


def test_own_context_and_template_of_a_widget() -> None:
    class Own(forms.TextInput):
        template_name = "own.html"

        def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
            context = super().get_context(name, value, attrs)
            context["widget"]["more"] = "<more>"
            context["top"] = name
            return context

    def make(renderer: Any, _log: Log) -> Any:
        form = Plain(renderer=renderer)
        form.fields["name"].widget = Own()
        return form

    own = "\n {{ top }}{{ widget.more }}{{ missing }}{% include 'django/forms/widgets/attrs.html' %} \n"
    assert_alike(make, templates={"own.html": own})
    assert_alike(make, templates={"own.html": own}, string_if_invalid="!%s!")
    assert_alike(make, templates={"own.html": own}, autoescape=False)
    assert_alike(make, templates={"own.html": "  constant  "})
    assert_alike(make, templates={"own.html": "{% include 'missing.html' %}"})
    assert_alike(make, templates={"own.html": "{{ top|date:'Y'|nothing }}"})
    assert_alike(make)


def test_a_mixin_between_djangos_classes() -> None:
    class Between(widgets.Widget):
        def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
            context = super().get_context(name, value, attrs)
            context["widget"]["attrs"]["data-between"] = "yes"
            return context

    class Own(forms.TextInput, Between):
        pass

    def make(renderer: Any, _log: Log) -> Any:
        form = Plain(renderer=renderer)
        form.fields["name"].widget = Own()
        return form

    assert "data-between" in assert_alike(make)[0]


class Loud(str):
    """A string that says something else when it is shown."""

    def __str__(self) -> str:
        return "<loud>"

    def __format__(self, spec: str) -> str:
        return "<formatted>"

    def __len__(self) -> int:
        return 3


class Html:
    """A value with a text and with HTML."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def __str__(self) -> str:
        self.log.append("str")
        return "<text>"

    def __html__(self) -> str:
        self.log.append("html")
        return "<html>"


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
    shown = "{% for error in form %}{{ error }}{% empty %}none{% endfor %}{{ form }}{{ form.as_ul }}"
    shown += "{{ form.0 }}{{ form.field_id }}{{ form|length }}{{ form.data }}{{ form|join:', ' }}"
    for errors in ([], ["a", "<b>"], [ValidationError("x")]):
        assert_alike(lambda r, log, e=errors: utils.ErrorList(e, renderer=r), shown)
        assert_alike(lambda r, log, e=errors: utils.ErrorList(e, renderer=r), "{% if form %}y{% endif %}")


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
        return type("Own", (Plain,), {"clean_name": raising(silent("x"))})({"name": "a"}, renderer=renderer)

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
        form.fields["tags"] = forms.MultipleChoiceField(choices=choices, widget=forms.SelectMultiple)
        return form

    assert_alike(make, templates=ODD)


@pytest.mark.parametrize("choices", [[1], ["ab", "cd"], ["abc"], [("a",)], [("a", "b", "c")], [[1, 2]]])
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
    assert_alike(lambda renderer, log: Own({"name": "long"}, renderer=renderer), templates=templates)


def test_tags_of_python_in_templates_of_widgets() -> None:
    libraries = {"form_tags": "tests.template.form_tags"}
    templates = {
        "django/forms/widgets/text.html": "{% load form_tags %}{% layers %}{{ widget.name }}",
        "django/forms/label.html": "{% load form_tags %}{% layers %}{{ label }}",
    }
    make = lambda renderer, log: Plain(renderer=renderer)  # noqa: E731 - as short as the others
    assert_alike(make, templates=templates, libraries=libraries)


def test_what_a_site_replaces_is_heard_between_renders() -> None:
    """A page was rendered before, so that everything is known; then something is replaced."""
    make = visitor(data=SENT)
    assert_alike(make, templates=ODD)
    own: list[tuple[Any, str, Any]] = [
        (boundfield, "format_html", lambda *args: format_html("own {}", args)),
        (utils, "mark_safe", lambda text: mark_safe(text + "<!-- own -->")),
        (safestring, "mark_safe", lambda text: safestring.SafeString(f"{text}!")),
        (boundfield.BoundField, "css_classes", lambda self, extra=None: "own"),
        (boundfield.BoundField, "auto_id", property(lambda self: "own")),
        (boundfield.BoundField, "as_widget", lambda self, *args, **kwargs: "own"),
        (utils.RenderableFieldMixin, "__str__", lambda self: "own"),
        (forms.BaseForm, "add_prefix", lambda self, name: f"own-{name}"),
        (forms.BaseForm, "__getitem__", lambda self, name: f"own-{name}"),
        (forms.Form, "get_context", lambda self: {"form": self, "fields": []}),
        (widgets.Widget, "build_attrs", lambda self, base, extra=None: {"own": 1}),
        (widgets.Widget, "format_value", lambda self, value: "own"),
        (widgets.Input, "get_context", lambda self, *args: {"widget": {"name": "own"}}),
        (widgets.ChoiceWidget, "create_option", lambda self, *args, **kw: {"label": "own"}),
        (widgets.TextInput, "template_name", "django/forms/widgets/textarea.html"),
        (forms.Field, "prepare_value", lambda self, value: f"own {value}"),
        (utils.ErrorList, "__getitem__", lambda self, index: ["own"][index]),
        (utils.ErrorList, "get_context", lambda self: {"errors": ["own"]}),
        (utils.ErrorList, "__bool__", lambda self: False),
        (utils.RenderableMixin, "render", lambda self, *args, **kwargs: "own"),
        (ValidationError, "__iter__", lambda self: iter(["own"])),
        (QueryDict, "get", lambda self, name, default=None: "own"),
        (renderers.BaseRenderer, "render", lambda self, *args, **kwargs: "own"),
        (renderers.BaseRenderer, "form_template_name", "django/forms/ul.html"),
        (forms.Form, "__getattr__", lambda self, name: f"own {name}"),
        (forms.CharField, "__getattribute__", lambda self, name: object.__getattribute__(self, name)),
    ]  # fmt: skip
    for holder, name, value in own:
        with replaced(holder, name, value):
            assert_alike(make, PAGES[0], PAGES[1], PAGES[6], PAGES[8], templates=ODD)
            assert_alike(visitor(data=query(SENT)), PAGES[2], templates=ODD)
    assert_alike(make, templates=ODD)


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
