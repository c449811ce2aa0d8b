"""The form renderer: forms and widgets through our engine."""

from __future__ import annotations

from django.forms import renderers

from .backend import DjustTemplates as Backend


class DjustTemplates(renderers.DjangoTemplates):
    """For `FORM_RENDERER = "djust_backend.forms.DjustTemplates"`: the counterpart of Django's `DjangoTemplates`."""

    backend = Backend
