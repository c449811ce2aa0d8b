"""Names of a module whose own modules are imported when somebody first asks for them.

What a page does not use need not be imported before it is there: a process's first page waits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

#: The home of each such name, for each module that has some.
_asked: list[Mapping[str, str]] = []


def from_homes(module: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A `__getattr__` for `module`: by home, a module next to it, the names that are found there.

    Raises what importing raises, and AttributeError for a name without a home.
    """
    package = vars(sys.modules[module])["__package__"]
    places = {name: f"{package}.{home}" for home, names in homes.items() for name in names}
    _asked.append(places)

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        found = getattr(import_module(places[name]), name)
        # From now on it is found without asking here.
        setattr(sys.modules[module], name, found)
        return found

    return find


def import_all() -> None:
    """Import all homes now: what a server does before it has a request."""
    for places in _asked:
        for home in places.values():
            import_module(home)
