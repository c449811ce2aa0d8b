"""Who has the time of a page that we render: our renderer, or which Python function that it calls."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from djust_backend._native import NativeProgram, render_to_string_by_name

RENDERER = "the renderer"

#: Functions of our package. They hold what they call of Django, the queries of the ORM room for instance.
OURS = "djust_backend."

#: This is Django's code, with helpers of ours.
BORROWED = "djust_backend.standins."

#: The ways from Python into the renderer, by the names that a profiler sees.
_ENTRIES = {
    f"{NativeProgram.__name__}.{name}"
    for name in ("render", "render_page", "render_list", "render_node", "resolve")
} | {render_to_string_by_name.__qualname__}


class Account:
    """
    A profile function (`sys.setprofile`) that books each moment to one holder.

    The holder is the function that the renderer has called, with all that it calls in turn, until
    that enters the renderer again. Profiling slows Python code down and native code not, so that the
    renderer's share is larger in truth.
    """

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._holder = RENDERER
        # What to go back to, and the frame at whose end; None: a call of the renderer.
        self._stack: list[tuple[FrameType | None, str]] = []
        self._since = time.perf_counter()

    def resume(self) -> None:
        """A render begins; what was before is nobody's."""
        self._since = time.perf_counter()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        self.spent[self._holder] += time.perf_counter() - self._since
        if event == "call" and self._holder == RENDERER and self._stack:
            self._stack.append((frame, RENDERER))
            self._holder = name_of(frame)
        elif event == "return" and self._stack and self._stack[-1][0] is frame:
            self._holder = self._stack.pop()[1]
        elif event == "c_call" and enters(argument):
            self._stack.append((None, self._holder))
            self._holder = RENDERER
        elif event in ("c_return", "c_exception") and enters(argument):
            self._holder = self._stack.pop()[1]
        self._since = time.perf_counter()

    def shares(self, most: int) -> dict[str, Any]:
        """The part of the time that is ours, and the largest holders with theirs."""
        total = sum(self.spent.values())
        own = sum(
            spent
            for name, spent in self.spent.items()
            if name.startswith((RENDERER, OURS)) and not name.startswith(BORROWED)
        )
        held = [(name, spent / total) for name, spent in self.spent.most_common(most)]
        return {"own": own / total, "holders": held}


def enters(function: Any) -> bool:
    """True if a built-in function is a way into the renderer."""
    return getattr(function, "__qualname__", "") in _ENTRIES


def name_of(frame: FrameType) -> str:
    """Module and name of a function."""
    code = frame.f_code
    module = frame.f_globals.get("__name__", Path(code.co_filename).stem)
    return f"{module}.{getattr(code, 'co_qualname', code.co_name)}"
