"""What Django's `render_to_string` is made of: functions, and the texts of them that were read."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from django.template import engines, loader
from django.template.utils import EngineHandler

from .texts import digest

__all__ = ["loading_notes"]

#: By holder and name: the texts in the Djangos that are known (`texts.digest`).
TEXTS: dict[tuple[Any, str], tuple[str, ...]] = {
    (loader, "render_to_string"): ("5d246515",),
    (loader, "get_template"): ("a5fc302d",),
    (loader, "select_template"): ("914fe00f",),
    (loader, "_engine_list"): ("5c445c37",),
    (EngineHandler, "all"): ("ecadd5f2",),
    (EngineHandler, "__iter__"): ("3dddbe87",),
    (EngineHandler, "__getitem__"): ("6ffd8657",),
}

#: Stands for a function that is not as it was read; no attribute ever holds it.
_UNKNOWN = object()


def loading_notes() -> tuple[list[tuple[Any, str, Any]], Any]:
    """What must hold for templates to be loaded as we know it, and the site's engines."""
    notes = [(holder, name, _known(holder, name)) for holder, name in TEXTS]
    return [*notes, (loader, "engines", engines)], engines


def _known(holder: Any, name: str) -> Any:
    value = vars(holder)[name]
    is_known = isinstance(value, FunctionType) and digest(value) in TEXTS[holder, name]
    return value if is_known else _UNKNOWN
