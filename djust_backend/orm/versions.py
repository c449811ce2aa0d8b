"""When classes were changed last, as far as the interpreter tells; the face says how to ask.

Tests give models other attributes for a while, and take them back: what is known of a class holds
as long as the class stays as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Generic, TypeAlias, TypeVar

_Answer = TypeVar("_Answer")

# A number for each class, which is another one after any change of the class or of its bases. None
# if the interpreter does not tell.
Versions: TypeAlias = "tuple[int, ...] | None"

_REMEMBERED = 4096


def _unknown(classes: tuple[type, ...]) -> Versions:
    return None


def _differ(classes: tuple[type, ...], versions: tuple[int, ...]) -> bool:
    return False


_told: list[Callable[[tuple[type, ...]], Versions]] = [_unknown]
_stayed: list[Callable[[tuple[type, ...], tuple[int, ...]], bool]] = [_differ]


def install(
    told: Callable[[tuple[type, ...]], Versions],
    stayed: Callable[[tuple[type, ...], tuple[int, ...]], bool],
) -> None:
    """Ask these functions for the versions of classes, and whether classes still have theirs."""
    _told[:] = [told]
    _stayed[:] = [stayed]


def versions(classes: tuple[type, ...]) -> Versions:
    """The versions of these classes now."""
    return _told[0](classes)


class _Known:
    """All classes of which anything is remembered, with their versions."""

    def __init__(self) -> None:
        self.seen: tuple[tuple[type, ...], tuple[int, ...]] = ((), ())
        self._lock = threading.Lock()

    def add(self, cls: type, version: int) -> None:
        """Note a class that has been asked about."""
        with self._lock:
            classes, found = self.seen
            if cls in classes:
                return
            if len(classes) >= _REMEMBERED:
                # More than any site has: one that makes classes all the time.
                classes, found = (), ()
                _clear(_of_one)
                _clear(_of_several)
            self.seen = ((*classes, cls), (*found, version))

    def check(self) -> None:
        """Forget everything that rests on several classes, if any class was changed."""
        classes, found = self.seen
        if _stayed[0](classes, found):
            return
        now = [_told[0]((cls,)) for cls in classes]
        with self._lock:
            if self.seen[0] is classes:
                self.seen = (classes, tuple(one[0] if one else 0 for one in now))
        _clear(_of_several)


_known = _Known()
_of_one: list[Callable[[], None]] = []
_of_several: list[Callable[[], None]] = []


def _clear(caches: list[Callable[[], None]]) -> None:
    for clear in caches:
        clear()


def rests_on_all(clear: Callable[[], None]) -> None:
    """Call this when any class is changed that is known by then; see `check_all`."""
    _of_several.append(clear)


def check_all() -> None:
    """Forget what rests on several classes, if any of those that are known was changed."""
    _known.check()


def while_unchanged(answer: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """Remember what a function answers of a class, its first argument, until the class is changed.

    All arguments have to be hashable.
    """

    @lru_cache(maxsize=_REMEMBERED)
    def remembered(now: tuple[int, ...], cls: type, *arguments: Any) -> _Answer:
        _known.add(cls, now[0])
        return answer(cls, *arguments)

    _of_one.append(remembered.cache_clear)

    @wraps(answer)
    def ask(*arguments: Any) -> _Answer:
        now = _told[0](arguments[:1])
        return answer(*arguments) if now is None else remembered(now, *arguments)

    return ask


class WhileAllStay(Generic[_Answer]):
    """Remembers what a function answers until any class is changed that is known by then.

    For answers that rest on what `while_unchanged` answers of several classes.
    """

    def __init__(self, answer: Callable[..., _Answer]) -> None:
        self._remembered = lru_cache(maxsize=_REMEMBERED)(answer)
        self.cache_info = self._remembered.cache_info
        self.cache_clear = self._remembered.cache_clear
        rests_on_all(self._remembered.cache_clear)

    def __call__(self, *arguments: Any) -> _Answer:
        """The answer; raises what giving it raises."""
        _known.check()
        return self._remembered(*arguments)
