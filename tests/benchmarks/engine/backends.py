"""TABLE: the template backends that can be measured, and how a site switches each of them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DJANGO = "django.template.backends.django.DjangoTemplates"

# Forms go through the TEMPLATES setting, so that the measured engine renders them too.
TEMPLATES_SETTING = "django.forms.renderers.TemplatesSetting"

CONTEXT_PROCESSORS = [
    "django.template.context_processors.debug",
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "django.template.context_processors.i18n",
    "django.template.context_processors.media",
    "django.template.context_processors.static",
    "django.template.context_processors.tz",
]


@dataclass(frozen=True)
class Backend:
    """One engine under measurement: its `BACKEND` path and what its site needs besides."""

    name: str
    path: str
    form_renderer: str = TEMPLATES_SETTING
    apps: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(
        default_factory=lambda: {"context_processors": CONTEXT_PROCESSORS}
    )
    language: str = "django"
    #: What pip installs for it, in an environment of its own; nothing: the one of all tasks.
    packages: tuple[str, ...] = ()


BACKENDS = {
    backend.name: backend
    for backend in [
        Backend("stock", DJANGO),
        Backend("ours", "djust_backend.DjustTemplates"),
        # Stock once more in a process of its own: how far from 1.00 it is says what is noise.
        Backend("control", DJANGO),
        Backend(
            "djust",
            "djust.template_backend.DjustTemplateBackend",
            apps=("djust",),
            packages=("djust",),
        ),
        Backend(
            "rusty",
            "django_rusty_templates.RustyTemplates",
            packages=("django-rusty-templates-agentic",),
        ),
        # For Python 3.12 and newer.
        Backend(
            "rust_templates",
            "django_rust_templates.RustTemplates",
            packages=("django-rust-templates",),
        ),
        Backend(
            "jinja2",
            "django.template.backends.jinja2.Jinja2",
            options={"keep_trailing_newline": True, "context_processors": CONTEXT_PROCESSORS},
            language="jinja2",
        ),
        # No engine at all: functions of f-strings, one for each page that can be written so.
        Backend("floor", DJANGO, language="python"),
    ]
}

DEFAULT = ["stock", "ours", "djust", "rusty", "rust_templates", "jinja2", "floor"]
