"""The backend under a dotted path for which Django's default NAME is "django".

Other packages ask for the engine of that name.
"""

from __future__ import annotations

from . import DjustTemplates

__all__ = ["DjustTemplates"]
