"""When classes were changed last, as far as the interpreter tells; the face says how to ask.

Tests give models other attributes for a while, and take them back: what is known of a class holds
as long as the class stays as it is.
"""

from __future__ import annotations

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
    """All classes of which anything is remembered, with their versions.

    Without a lock: collecting garbage may run code of the site's that comes here again.
    """

    def __init__(self) -> None:
        self._versions: dict[type, int] = {}
        self._seen: tuple[tuple[type, ...], tuple[int, ...]] = ((), ())

    def add(self, cls: type, version: int) -> None:
        """Note a class that has been asked about, as it is now."""
        if len(self._versions) >= _REMEMBERED:
            # More than any site has: one that makes classes all the time.
            self._versions, self._seen = {}, ((), ())
            _clear(_of_one)
            _clear(_of_several)
        # The version that is known already is that of what is remembered.
        self._versions.setdefault(cls, version)

    def check(self) -> None:
        """Forget everything that rests on several classes, if any class was changed."""
        classes, found = self._seen
        if len(classes) != len(self._versions):
            known = self._versions.copy()
            classes, found = self._seen = tuple(known), tuple(known.values())
        if _stayed[0](classes, found):
            return
        _clear(_of_several)
        now = {cls: (_told[0]((cls,)) or (0,))[0] for cls in classes}
        self._versions.update(now)
        self._seen = (tuple(now), tuple(now.values()))


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
