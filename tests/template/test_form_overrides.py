"""Code of a site that overrides or replaces a part of Django's forms is called as stock calls it."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.forms import boundfield, renderers, utils, widgets
from django.http import QueryDict
from django.template.backends.django import DjangoTemplates
from django.utils import safestring
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from djust_backend import DjustTemplates
from tests.template.form_pages import PAGES, Log, assert_alike, replaced, seen
from tests.template.sample_forms import ODD, SENT, Plain, query, visitor


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


@pytest.mark.parametrize("name", ["error_css_class", "required_css_class"])
def test_classes_of_forms_that_are_properties_are_read_as_often(name: str) -> None:
    def make(renderer: Any, log: Log) -> Any:
        names: Log = []
        log.append(names)

        def read(self: Any) -> str:
            names.append((name,))
            return "own"

        return type("Own", (Plain,), {name: property(read)})({"name": "long"}, renderer=renderer)

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
        form["token"].field.widget.get_context = lambda *args: {
            "widget": {"name": "n", "attrs": {}}
        }
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


@pytest.mark.parametrize(
    "text", [5, None, b"<b>", "<b>", mark_safe("<b>"), gettext_lazy("Yes"), ["<"], "\ud800"]
)
def test_widgets_that_return_anything(text: Any) -> None:
    for name in ("render", "_render"):
        cls = type("Own", (forms.TextInput,), {name: lambda self, *args, **kwargs: text})

        def make(renderer: Any, _log: Log, cls: Any = cls) -> Any:
            form = Plain(renderer=renderer)
            form.fields["name"].widget = cls()
            return form

        assert_alike(make)


@pytest.mark.parametrize("text", [5, None, "<b>", mark_safe("<b>"), gettext_lazy("Yes"), len])
def test_renderers_that_return_anything(text: Any) -> None:
    class Own(renderers.DjangoTemplates):
        def render(self, name: str, context: Any, request: Any = None) -> Any:
            return text if "label" in name or "errors" in name else super().render(name, context)

    def make(renderer: Any, _log: Log) -> Any:
        own = Own()
        own.__dict__["engine"] = renderer.engine
        return Plain({"name": "long"}, renderer=own)

    assert_alike(make, *PAGES[:6])


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
        (utils.ErrorList, "__bool__", lambda self: True),
        (utils.ErrorList, "__len__", lambda self: 1),
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
