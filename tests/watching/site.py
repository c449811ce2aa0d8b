"""A small site whose page reads one QuerySet over relations, and its rows."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from djust_backend import DjustTemplates

PERMISSIONS = (
    "{% for permission in permissions %}"
    "{{ permission.name }}: {{ permission.content_type.app_label }}\n"
    "{% endfor %}"
)


def engine(**templates: str) -> DjustTemplates:
    """A backend of these templates, made with the settings as they are now."""
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    params = {"NAME": "watched", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": loaders}}
    return DjustTemplates(params)


def permissions(rows: int, prefix: str) -> QuerySet[Permission]:
    """A QuerySet of new rows, in an order without ties."""
    kind, _ = ContentType.objects.get_or_create(app_label="watching", model="nothing")
    Permission.objects.bulk_create(
        Permission(name=f"{prefix} {number}", codename=f"{prefix}{number}", content_type=kind)
        for number in range(rows)
    )
    return Permission.objects.filter(name__startswith=prefix).order_by("pk")
