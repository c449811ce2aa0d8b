"""djust_backend: a Django TEMPLATES backend that renders in Rust and saves queries."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .backend import DjustTemplates

__all__ = ["DjustTemplates", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Settings name this class before Django is set up: nothing of Django is imported until it is
    # asked for.
    if name == "DjustTemplates":
        # Nothing that an import makes is garbage, and a full collection on its way takes as long
        # as all of it: a page is waiting.
        is_collecting = gc.isenabled()
        gc.disable()
        try:
            from .backend import DjustTemplates  # noqa: PLC0415 - see above
        finally:
            if is_collecting:
                gc.enable()
        # From now on it is found without asking here.
        globals()[name] = DjustTemplates
        return DjustTemplates
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
