"""The form renderer: forms and widgets through our engine."""

from __future__ import annotations

from django.forms import renderers

from . import DjustTemplates as Backend


class DjustTemplates(renderers.DjangoTemplates):
    """The counterpart of Django's `DjangoTemplates` renderer.

    For `FORM_RENDERER = "djust_backend.forms.DjustTemplates"`.
    """

    backend = Backend
