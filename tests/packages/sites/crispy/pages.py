"""Forms by tag, by filter, by layout, with errors, in sets, and field by field."""

from typing import Any

from crispy_bootstrap5.bootstrap5 import BS5Accordion, FloatingField, Switch
from crispy_forms.bootstrap import (
    AccordionGroup,
    Alert,
    AppendedText,
    FieldWithButtons,
    FormActions,
    InlineCheckboxes,
    InlineRadios,
    PrependedAppendedText,
    StrictButton,
    Tab,
    TabHolder,
)
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Button, Column, Div, Field, Fieldset, Layout, MultiField, Reset, Row, Submit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from sites.shelf.data import fill
from sites.shelf.models import Book

prepare = fill
CHOICES = [("a", "A & B"), ("b", "<B>")]


class Everything(forms.Form):
    text = forms.CharField(help_text="help <b>me</b>", label="Text & more")
    area = forms.CharField(widget=forms.Textarea, required=False)
    choice = forms.ChoiceField(choices=CHOICES)
    radio = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple, required=False)
    agree = forms.BooleanField()
    switch = forms.BooleanField(required=False)
    upload = forms.FileField(required=False)
    when = forms.SplitDateTimeField(required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="h")
    price = forms.DecimalField(localize=True, initial="1234.5")

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("not <ever>")


class Laid(Everything):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_id = "laid"
        self.helper.attrs = {"data-x": "<1>"}
        self.helper.layout = Layout(
            Fieldset("Legend {{ form_title }}", Field("text", css_class="big", data_y="{{ form_title }}"), "area"),
            Row(Column(FloatingField("choice"), css_class="col-6"), Column(AppendedText("price", "{{ currency }}"))),
            Div(InlineRadios("radio"), InlineCheckboxes("boxes"), Switch("switch"), css_id="d"),
            HTML("{% if form_title %}<i>{{ form_title|upper }}</i>{% endif %}{% for f in form %}{{ f.name }},{% endfor %}"),
            TabHolder(Tab("One", "agree"), Tab("Two", PrependedAppendedText("upload", "@", ".00"))),
            BS5Accordion(AccordionGroup("Group", FieldWithButtons("hidden", StrictButton("Go!")))),
            Alert("careful {{ form_title }}", css_class="alert-warning"),
            MultiField("multi", "when"),
            FormActions(Submit("save", "Save {{ form_title }}"), Button("c", "Cancel"), Reset("r", "Reset")),
        )


class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "author", "kind", "price", "published", "in_print", "notes"]


def page(request: HttpRequest, name: str) -> HttpResponse:
    data = {"text": "", "choice": "zz", "when_0": "no", "boxes": ["a"]} if "bound" in request.GET else None
    many = forms.formset_factory(BookForm, extra=2, can_delete=True)
    horizontal = FormHelper()
    horizontal.form_class, horizontal.label_class, horizontal.field_class = "form-horizontal", "col-2", "col-8"
    horizontal.add_input(Submit("go", "Go"))
    inline = FormHelper()
    inline.template = "bootstrap5/table_inline_formset.html"
    context = {
        "form": Everything(data), "laid": Laid(data), "book": BookForm(instance=Book.objects.first()),
        "formset": many(initial=[{"title": "<t>"}]), "helper": horizontal, "inline": inline,
        "form_title": "T & t", "currency": "€",
    }  # fmt: skip
    return render(request, f"{name}.html", context)


urlpatterns = [path("<slug:name>/", page)]

NAMES = ["tag", "filter", "layout", "fields", "formset", "horizontal", "broken"]
PAGES = [f"/{name}/{query}" for name in NAMES for query in ("", "?bound")]
