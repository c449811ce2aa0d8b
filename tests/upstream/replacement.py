"""Puts our classes in the place of Django's, in the process of one test run.

It knows where Django keeps the names of its template classes. It must not know what our classes do.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

OUR_BACKEND_PATH = "djust_backend.DjustTemplates"
STOCK_BACKEND_PATH = "django.template.backends.django.DjangoTemplates"

#: Django's class -> ours, both as "module:attribute".
CLASSES = {
    "django.template.base:Template": "djust_backend.template:Template",
    "django.template.engine:Engine": "djust_backend.engine:Engine",
    "django.template.backends.django:DjangoTemplates": "djust_backend.backend:DjustTemplates",
}

BACKEND_ONLY = ("django.template.backends.django:DjangoTemplates",)

#: Modules that keep Django's own `Template`. The first two only ask isinstance(), where the stock
#: class is right for both kinds. The third puts an instrumented `_render` on the stock class: a
#: site's test run does just that to us, so our class has to cope with it as it is.
KEEPS_STOCK_TEMPLATE = (
    "django.template.library",
    "django.template.loader_tags",
    "django.test.utils",
)

FORM_RENDERERS = "django.forms.renderers"


class IncompleteReplacementError(Exception):
    """A module still holds one of Django's classes under a name that should be ours."""


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


class Replacement:
    """The pairs of classes for one run; `install()` before the tests are imported."""

    def __init__(self, *, backend_only: bool, packages: tuple[str, ...]) -> None:
        """Import both sides of each pair while Django's names still mean Django's classes.

        `packages` are prefixes of modules besides Django's which must not keep a stock class.
        """
        self.packages = ("django.", *packages)
        wanted = BACKEND_ONLY if backend_only else tuple(CLASSES)
        self.pairs: list[tuple[Any, Any]] = [(_load(path), _load(CLASSES[path])) for path in wanted]
        for stock, ours in self.pairs:
            if not issubclass(ours, stock) or ours is stock:
                raise TypeError(f"{ours!r} has to be a subclass of {stock!r}")

    def install(self) -> None:
        """Rebind every name of the stock classes; modules loaded later read the new ones."""
        for name in KEEPS_STOCK_TEMPLATE:
            importlib.import_module(name)
        importlib.import_module(FORM_RENDERERS)
        for holder, name, ours in self._stock_names():
            setattr(holder, name, ours)

    def verify(self) -> None:
        """Fail when Django's code or its tests still hold a stock class under some name."""
        left = [f"{holder.__name__}.{name}" for holder, name, _ in self._stock_names()]
        if left:
            raise IncompleteReplacementError("still Django's own: " + ", ".join(sorted(left)))

    def _stock_names(self) -> list[tuple[Any, str, Any]]:
        """Return (module or class, attribute, our class) for each name of a stock class."""
        return [
            (holder, name, ours)
            for holder in self._holders()
            for name, value in list(vars(holder).items())
            for stock, ours in self.pairs
            if value is stock
        ]

    def _holders(self) -> list[Any]:
        modules = [
            module
            for name, module in sorted(sys.modules.items())
            if name.startswith(self.packages) and name not in KEEPS_STOCK_TEMPLATE
        ]
        # The form renderer names the backend in a class attribute.
        renderer = getattr(sys.modules.get(FORM_RENDERERS), "DjangoTemplates", None)
        return modules if renderer is None else [*modules, renderer]


def swap_backend(templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the TEMPLATES setting with our backend, under the NAME that the stock path gives."""
    return [
        {"NAME": "django", **entry, "BACKEND": OUR_BACKEND_PATH}
        if entry["BACKEND"] == STOCK_BACKEND_PATH
        else dict(entry)
        for entry in templates
    ]
