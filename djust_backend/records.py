"""Values that are compared and printed by what they hold, as those of frozen dataclasses are.

The first page of a process waits until all classes are made. A dataclass compiles methods of its
own, for the third of a millisecond, and a `NamedTuple` its constructor, for a sixth of that: these
have theirs in common. What is made at each render stays a `NamedTuple`, which is made sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:
    # Only type checkers ask for it, and Python has it since 3.11.
    def dataclass_transform(**_options: Any) -> Callable[[Any], Any]:
        """Leaves a class as it is."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """A value whose annotated names are the parameters of its constructor, with their defaults.

    Nobody writes to a record that is made, so that it may be a key: its hash is remembered.
    """

    names: ClassVar[tuple[str, ...]]
    _contents: ClassVar[Callable[[Any], Any]]
    _required: ClassVar[frozenset[str]]
    _least: ClassVar[int]

    def __init_subclass__(cls) -> None:
        own = vars(cls)
        if "names" not in own:
            cls.names = tuple(cls.__annotations__)
        cls._contents = attrgetter(*cls.names)
        cls._required = frozenset(name for name in cls.names if name not in own)
        # Enough of them by their positions.
        cls._least = max((at for at, name in enumerate(cls.names, 1) if name not in own), default=0)

    if not TYPE_CHECKING:
        # Attributes are set one by one, and the dictionary of the instance is left alone: CPython
        # keeps those of a class side by side as long as nobody asks for it.

        _hash = None

        def __init__(self, *values: Any, **named: Any) -> None:
            cls = type(self)
            names = cls.names
            if named or not cls._least <= len(values) <= len(names):
                rest = names[len(values) :]
                if (
                    len(values) > len(names)
                    or not named.keys() <= set(rest)
                    or not cls._required.intersection(rest) <= named.keys()
                ):
                    raise TypeError(f"{cls.__qualname__} takes {', '.join(names)}")
            # `setattr` returns None, so that none is left out; a loop takes several times as long.
            any(map(setattr, repeat(self), names, values))
            any(map(setattr, repeat(self), named, named.values()))

        def __hash__(self) -> int:
            known = self._hash
            if known is None:
                known = self._hash = hash(self._key())
            return known

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        contents = type(self)._contents
        return bool(contents(self) == contents(other))

    def __repr__(self) -> str:
        held = ", ".join(f"{name}={value!r}" for name, value in self.contents().items())
        return f"{type(self).__qualname__}({held})"

    def __getstate__(self) -> Mapping[str, Any]:
        # The hash of a text is another one in another process.
        return self.contents()

    def contents(self) -> dict[str, Any]:
        """What is held, by name."""
        return {name: getattr(self, name) for name in self.names}

    def but(self, **changes: Any) -> Self:
        """The same with other values under these names. Error: TypeError for an unknown name."""
        return type(self)(**{**self.contents(), **changes})

    def _key(self) -> Any:
        """What the hash is made of: it must be equal for equal records."""
        return type(self)._contents(self)
