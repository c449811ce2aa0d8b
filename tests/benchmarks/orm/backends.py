"""TABLE: who renders the measured pages: an engine, its views, its templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DJANGO = "django.template.backends.django.DjangoTemplates"
OURS = "djust_backend.DjustTemplates"

# A tuned template is there only where the tuned view gives something else to print.
NAIVE = ("naive",)
TUNED = ("tuned", "naive")


@dataclass(frozen=True)
class Backend:
    """One way to make the pages: an engine's dotted path and what to import for it; no path: no engine.

    `views` is a module, `templates` are folders, `apps` are installed with the site's.
    """

    name: str
    path: str
    package: str
    views: str
    templates: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    apps: tuple[str, ...] = ()


BACKENDS = {
    backend.name: backend
    for backend in [
        Backend("stock_naive", DJANGO, "django", "naive", NAIVE),
        Backend("stock_tuned", DJANGO, "django", "tuned", TUNED),
        # Without this option Jinja2 drops the newline at the end of a template.
        Backend(
            "jinja2_tuned",
            "django.template.backends.jinja2.Jinja2",
            "jinja2",
            "tuned",
            ("jinja2",),
            {"keep_trailing_newline": True},
        ),
        Backend("ours_naive", OURS, "djust_backend", "naive", NAIVE),
        Backend("floor", "", "markupsafe", "floor"),
        # All of the engine is imported when the process starts.
        Backend("ours_installed", OURS, "djust_backend", "naive", NAIVE, apps=("djust_backend",)),
        Backend("ours_tuned", OURS, "djust_backend", "tuned", TUNED),
        # Tuned stock once more in a process of its own: how far from 1.00 it is is noise.
        Backend("control", DJANGO, "django", "tuned", TUNED),
    ]
}

DEFAULT = ["stock_naive", "stock_tuned", "jinja2_tuned", "ours_naive", "floor"]

#: Whose text is right, whom the others are measured against, and who is judged.
EXPECTED, BASE, JUDGED = "stock_naive", "stock_tuned", "ours_naive"

#: Who is judged by the first render of a process as well: a site that has our app installed.
INSTALLED = "ours_installed"
