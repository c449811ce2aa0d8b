"""Django's form renderer where a site has chosen none: it builds its engine, which may be ours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms import renderers
from django.template.backends.django import DjangoTemplates

from .watched import comes_from

_STOCK = f"{DjangoTemplates.__module__}.{DjangoTemplates.__qualname__}"


def lend(backend: type[DjangoTemplates]) -> None:
    """Lets the default form renderer make its engine of this class.

    Not if the site names a `FORM_RENDERER`, be it the default, has a stock engine besides ours, or
    has forms rendered already.
    """
    if settings.is_overridden("FORM_RENDERER") or any(
        entry.get("BACKEND") == _STOCK for entry in settings.TEMPLATES
    ):
        return
    renderer: Any = renderers.get_default_renderer()
    attributes = vars(renderer)
    is_stock = (
        type(renderer) is renderers.DjangoTemplates
        and renderers.DjangoTemplates.backend is DjangoTemplates
        and comes_from(renderers.DjangoTemplates.engine.func, renderers.__name__)
    )
    if is_stock and not attributes:
        renderer.backend = backend
