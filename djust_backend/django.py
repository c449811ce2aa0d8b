"""The backend under a dotted path for which Django's default NAME is "django": other packages ask for that name."""

from __future__ import annotations

from .backend import DjustTemplates

__all__ = ["DjustTemplates"]
