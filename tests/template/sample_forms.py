"""Forms that tests show: one with most kinds of field, a plain one, and odd values for them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tests.template.form_pages import Log

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


class Plain(forms.Form):
    name = forms.CharField(help_text="Help", max_length=3)
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    token = forms.CharField(widget=forms.HiddenInput)


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
