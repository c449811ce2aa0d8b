"""What a template does with one value, as plain data; knows neither templates nor models."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from djust_backend.records import Record

REACHED = 1
PRINTED = 2
TRUTH = 4
ITERATED = 8
COUNTED = 16
SLICED = 32
INDEXED = 64
COMPARED = 128
ESCAPED = 256
# The value, or its items, go on as part of something else: sorted, grouped, as a default.
PASSED_ON = 512

# What reads every row of a collection, so that fetching the whole of it costs nothing extra.
READS_ALL = TRUTH | ITERATED | COUNTED

Wire: TypeAlias = "tuple[int, int, Mapping[str, Wire], Wire | None]"


class Usage(Record):
    """A tree of needs: the flags of this value, of its attributes, and of each of its items.

    `always` holds what happens in every render in which the parent is reached, `maybe` what may
    happen. A method called without arguments is a field. Usages are immutable and hashable, so
    that plans can be kept under them.
    """

    always: int
    maybe: int
    fields: Mapping[str, Usage]
    each: Usage | None

    if not TYPE_CHECKING:

        def __init__(
            self, always: int, maybe: int, fields: Mapping[str, Usage], each: Usage | None
        ) -> None:
            self.always = always
            self.maybe = maybe
            self.fields = MappingProxyType(dict(fields))
            self.each = each

    def _key(self) -> Any:
        # Children remember theirs.
        return self.always, self.maybe, frozenset(self.fields.items()), self.each

    @classmethod
    def from_wire(cls, wire: Wire) -> Usage:
        """Build the tree from `(always, maybe, {name: wire}, each_wire_or_None)`."""
        always, maybe, fields, each = wire
        return cls(
            always,
            maybe,
            {name: cls.from_wire(below) for name, below in fields.items()},
            None if each is None else cls.from_wire(each),
        )

    def to_wire(self) -> Wire:
        """Give the tree back as nested tuples and dicts."""
        return (
            self.always,
            self.maybe,
            {name: below.to_wire() for name, below in self.fields.items()},
            None if self.each is None else self.each.to_wire(),
        )

    def merge(self, other: Usage) -> Usage:
        """Unite the needs of two names for one value, both used in the same render.

        A certainty below one of them survives only if that one is certainly reached, or if the
        other one says the same: `author` is not sure to be read because one of two loops, which
        may not run, always reads it.
        """
        return _merge(self, other, True, True)

    def doubtful(self) -> Usage:
        """The same needs, none of which is sure."""
        return Usage(
            0,
            self.maybe | self.always,
            {name: below.doubtful() for name, below in self.fields.items()},
            None if self.each is None else self.each.doubtful(),
        )

    def without(self, names: Collection[str]) -> Usage:
        """The same needs, apart from these attributes."""
        if not names or self.fields.keys().isdisjoint(names):
            return self
        fields = {name: below for name, below in self.fields.items() if name not in names}
        return Usage(self.always, self.maybe, fields, self.each)

    def reached(self) -> bool:
        """Whether the value is reached whenever its parent is."""
        return bool(self.always & REACHED)

    def row_needs(self) -> Usage | None:
        """The needs of each item, if it is sure that all items are gone through."""
        if self.each is not None and self.always & ITERATED and self.each.reached():
            return self.each
        return None

    def paths(self) -> tuple[str, ...]:
        """Dotted paths for people: `author.name`, `tags.all[].name`, `?` after a doubtful step."""
        return tuple(sorted(self._leaves("")))

    def _leaves(self, prefix: str) -> Iterator[str]:
        steps: list[tuple[str, Usage]] = []
        for name, below in self.fields.items():
            if not is_part(name):
                steps.append((f"{prefix}.{name}" if prefix else name, below))
        if self.each is not None:
            steps.append((f"{prefix}[]", self.each))
        if not steps and prefix:
            yield prefix
        for step, below in steps:
            yield from below._leaves(step if below.reached() else f"{step}?")


def is_part(name: str) -> bool:
    """Whether a field stands for some rows of a value (`[:3]`, `[?]`), not for an attribute."""
    return name.startswith("[")


NOTHING = Usage(0, 0, {}, None)


def _merge(one: Usage, two: Usage, one_sure: bool, two_sure: bool) -> Usage:
    agreed = one.always & two.always
    always = agreed | (one.always if one_sure else 0) | (two.always if two_sure else 0)
    # Below, one of them speaks for the union if it is reached whenever the union is.
    one_sure = two is NOTHING or (one_sure and one.reached())
    two_sure = one is NOTHING or (two_sure and two.reached())
    fields = {
        name: _merge(
            one.fields.get(name, NOTHING), two.fields.get(name, NOTHING), one_sure, two_sure
        )
        for name in (*one.fields, *(name for name in two.fields if name not in one.fields))
    }
    each = None
    if one.each is not None or two.each is not None:
        each = _merge(one.each or NOTHING, two.each or NOTHING, one_sure, two_sure)
    return Usage(always, one.maybe | two.maybe | one.always | two.always, fields, each)
