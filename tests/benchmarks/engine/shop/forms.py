"""The shop's forms: one of usual size, with most kinds of field."""

from __future__ import annotations

from django import forms


class AddressForm(forms.Form):
    """A delivery address with ten fields."""

    name = forms.CharField(max_length=80, help_text="As on the door bell.")
    email = forms.EmailField()
    phone = forms.CharField(required=False, max_length=20)
    street = forms.CharField(max_length=120)
    postcode = forms.RegexField(r"^\d{5}$", error_messages={"invalid": "Five digits, please."})
    country = forms.ChoiceField(
        choices=[("de", "Germany"), ("at", "Austria"), ("ch", "Switzerland"), ("fr", "France")]
    )
    delivery = forms.DateField(widget=forms.DateInput(attrs={"class": "date"}))
    parcels = forms.IntegerField(min_value=1, max_value=20)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    gift = forms.BooleanField(required=False)
