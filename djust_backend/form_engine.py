"""Django's form renderer where a site has chosen none: it builds its engine, which may be ours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms import renderers
from django.template.backends.django import DjangoTemplates

from .watched import comes_from

_STOCK = f"{DjangoTemplates.__module__}.{DjangoTemplates.__qualname__}"

#: What makes an engine.
_ENGINE_ATTRIBUTES = (
    "dirs", "app_dirs", "autoescape", "context_processors", "debug", "loaders", "string_if_invalid",
    "file_charset", "libraries", "template_libraries", "builtins", "template_builtins",
)  # fmt: skip


def lend(backend: type[DjangoTemplates]) -> None:
    """Lets the default form renderer make its engine of this class.

    Not if the site names a `FORM_RENDERER`, be it the default, or has a stock engine besides ours.
    """
    if settings.is_overridden("FORM_RENDERER") or any(
        entry.get("BACKEND") == _STOCK for entry in settings.TEMPLATES
    ):
        return
    renderer: Any = renderers.get_default_renderer()
    is_stock = (
        type(renderer) is renderers.DjangoTemplates
        and renderers.DjangoTemplates.backend is DjangoTemplates
        and comes_from(vars(renderers.EngineMixin)["engine"].func, renderers.__name__)
    )
    attributes = vars(renderer)
    if not is_stock or attributes.keys() - {"engine"}:
        return
    known = attributes.pop("engine", None)
    renderer.backend = backend
    if known is not None and not _is_alike(known, renderer.engine):
        # Somebody has changed the engine that rendered forms while modules were imported.
        del renderer.backend
        renderer.engine = known


def _is_alike(stock: Any, ours: DjangoTemplates) -> bool:
    """True if an engine is what it was made as."""
    return (
        type(stock) is DjangoTemplates
        and vars(stock).keys() <= vars(ours).keys()
        and stock.name == ours.name
        and all(
            getattr(stock.engine, name) == getattr(ours.engine, name) for name in _ENGINE_ATTRIBUTES
        )
    )
