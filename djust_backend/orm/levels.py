"""Row mode as frozen data: the columns of a query, and what each attribute is in its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from djust_backend.records import Record

# Kinds of slots.
COLUMN = "column"
DISPLAY = "display"
FILE = "file"
ONE = "one"
FETCHED = "fetched"
MANY = "many"
CALL = "call"
MISSING = "missing"


class Slot(Record):
    """What the attribute `name` is in a row.

    `at` is the position in the row of the value, or of the key of a relation. `shape` is the shape
    of a joined row (in the same level), or how many first rows of a collection are wanted;
    `level` are the rows of a second query. `how` says more: for a collection, whether its rows or
    its numbers are wanted first, or its first rows together with their number. `is_sure`: the
    template asks for just this of every row.
    """

    name: str
    kind: str
    at: int = -1
    shape: int = -1
    level: Level | None = None
    how: str = ""
    is_sure: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "name": self.name,
            "kind": self.kind,
            "at": self.at,
            "shape": self.shape,
            "level": None if self.level is None else self.level.to_dict(),
            "how": self.how,
            "is_sure": self.is_sure,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Slot:
        """Read plain data; KeyError for a missing key."""
        level = data["level"]
        return cls(
            data["name"],
            data["kind"],
            data["at"],
            data["shape"],
            None if level is None else Level.from_dict(level),
            data["how"],
            data["is_sure"],
        )


class Shape(Record):
    """How a row stands for an instance of one model.

    `path` leads to it over joined relations. `key` is the position of its primary key, -1 for a
    joined row whose key nobody reads. Where code of the model runs on an instance made of the row,
    `attributes` are the columns that it reads, and `whole` their positions.
    """

    model: str
    path: tuple[str, ...]
    key: int
    slots: tuple[Slot, ...]
    whole: tuple[int, ...] = ()
    attributes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "model": self.model,
            "path": list(self.path),
            "key": self.key,
            "slots": [slot.to_dict() for slot in self.slots],
            "whole": list(self.whole),
            "attributes": list(self.attributes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Shape:
        """Read plain data; KeyError for a missing key."""
        return cls(
            data["model"],
            tuple(data["path"]),
            data["key"],
            tuple(Slot.from_dict(slot) for slot in data["slots"]),
            tuple(data["whole"]),
            tuple(data["attributes"]),
        )


class Part(Record):
    """The rows `[start:stop]` of a collection, to its end without `stop`.

    `by_key` orders rows by their primary key if their model has no order, as `first()` does.
    """

    start: int
    stop: int | None
    by_key: bool = False


class Level(Record):
    """One query in row mode: its columns, as `values_list` takes them, and the shapes of its rows.

    The first shape is that of the rows themselves, the others are joined. The first column of a
    level below another one is the key by which its rows belong to the rows above.
    """

    columns: tuple[str, ...]
    shapes: tuple[Shape, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, fit for msgpack."""
        return {
            "columns": list(self.columns),
            "shapes": [shape.to_dict() for shape in self.shapes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Level:
        """Read plain data; KeyError for a missing key."""
        return cls(
            tuple(data["columns"]), tuple(Shape.from_dict(shape) for shape in data["shapes"])
        )

    def sure_places(self, shape: int = 0) -> Iterator[tuple[int, int]]:
        """The second queries that every row needs, as numbers of a shape and of a slot in it."""
        for number, slot in enumerate(self.shapes[shape].slots):
            if slot.is_sure and slot.kind == ONE:
                yield from self.sure_places(slot.shape)
            elif slot.is_sure and slot.kind in (FETCHED, MANY):
                yield shape, number

    def lines(self, indent: str) -> list[str]:
        """The columns of this query and of those below it, for people."""
        found = [f"{indent}select {', '.join(self.columns)}"]
        for shape in self.shapes:
            for slot in shape.slots:
                if slot.level is not None:
                    name = ".".join((*shape.path, slot.name))
                    found.append(f"{indent}rows of {name}")
                    found += slot.level.lines(indent + "  ")
        return found
