"""Plans as frozen data: which relations come how, and the named reason for every choice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any

from djust_backend.records import Record

from .levels import Level

# Changes with the plain data of plans and levels.
FORMAT = 2


def packed(content: list[Any]) -> bytes:
    """Plain data as a msgpack document."""
    # Loaded with the first plan that travels.
    import msgpack  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

    data: bytes = msgpack.packb(content)
    return data


def unpacked(data: bytes) -> Any:
    """What `packed` wrote. Error: ValueError, for anything else that is no document."""
    import msgpack  # noqa: PLC0415 - as in `packed`

    return msgpack.unpackb(data)


class Reason(Enum):
    """Why a relation is joined, prefetched or left alone; the value is a sentence for people."""

    # chosen
    JOIN = "always walked, and a join keeps rows and order"
    READ_WHOLE = "always read whole: one query for all rows"
    READ_WHOLE_UNORDERED = (
        "always read whole: one query for all rows; the model has no total order, "
        "so that rows of one parent may come in another order"
    )
    ALREADY_JOINED = "the QuerySet joins it itself"
    # the relation
    ONLY_ID = "only its key is needed, which the row holds"
    PARENT_LINK = "the parent is built from the row without a query"
    OF_PARENT_TOO = "read of the parent's row as well, which may have it: left to the peers"
    MAYBE = "not sure to be walked: left to the peers"
    MAY_DANGLE = "without a guarantee that the row exists: left to the peers"
    NOT_READ_WHOLE = "not sure to be read whole: left as it is"
    GENERIC = "points to any model: one query for each type"
    BELOW_SECOND_QUERY = "below a second query, whose manager stays as it is"
    CUSTOM_RELATION = "its descriptor or manager answers in its own way"
    NO_CONSTRAINT = "the database does not guarantee the row: a join could lose it"
    BASE_MANAGER = "the target's base manager is not plain: a join would show what it hides"
    CUSTOM_FIELD = "the field is not a plain ForeignKey: a join may find other rows"
    NAME_CLASH = "its query name also names something else"
    DEFERRED = "its column is deferred in the QuerySet"
    KNOWN = "the related manager has it already"
    USER_PREFETCH = "the QuerySet has its own prefetch for it"
    OTHER_DATABASE = "the router keeps the target elsewhere"
    ROUTED_BY_INSTANCE = "the router looks at each instance to find the database of its relations"
    TOO_DEEP = "further than the joins that pay"
    TOO_MANY = "more joins than pay"
    # a question about a collection
    COUNTED = "only counted: one grouped query for all parents"
    EXISTS = "only asked whether there are rows: one query for all parents"
    PART = "only some rows of each: one window query for all parents"
    CUSTOM_MANAGER = "its rows have a manager of their own, which each parent asks for itself"
    COMPOSITE_KEY = "its rows name their parent by more than one column"
    INEXACT_KEY = "the database may compare its keys otherwise than Python"
    GENERIC_ROWS = "some rows of a generic relation: each parent asks for its own"
    NO_WINDOWS = "the database has no window functions"
    PART_UNORDERED = "which rows come first is not defined where rows tie: left as it is"
    # the QuerySet
    CUSTOM_QUERYSET = "the QuerySet class fetches or clones in its own way"
    NOT_MODELS = "the QuerySet gives no plain model instances"
    CUSTOM_QUERY = "the QuerySet builds its SQL in its own way"
    COMBINED = "union, intersection and difference take no joins"
    LOCKED = "select_for_update would lock more tables"
    JOINS_ALL = "a bare select_related() would be replaced"
    GROUPED = "GROUP BY would need every joined column"
    DISTINCT = "DISTINCT would compare every joined column"
    RAW_SQL = "raw SQL may name columns that a join makes ambiguous"
    FILTERED_RELATION = "a filtered relation names its own joins"
    ONLY = "only() names the columns to load"
    DEFERRED_BEYOND = "defer() reaches into a relation"
    FETCH_MODE = "the QuerySet has a fetch mode of its own that forbids or replaces fetching"
    UNORDERED = "rows without an order could change places"
    ORDER_HAS_TIES = "rows that tie in the order could change places"
    MANY_TABLES = "the query joins many tables already"
    NOT_BUILT = "the query with joins could not be built"
    # row mode
    ROW_MODE = "every use is a plain column: rows instead of instances"
    ROW_MODE_OFF = "the setting JIT_ROW_MODE is off"
    NEEDS_UNKNOWN = "it is not known what all of the page does with it"
    NEEDS_QUERYSET = "the QuerySet itself is needed, not only its rows"
    NEEDS_INSTANCE = "an instance itself is needed: printed, compared or handed to Python code"
    PYTHON_CODE = "Python code of the model answers, which may look at anything"
    CUSTOM_MODEL = "the model makes its instances, or answers for attributes, in its own way"
    INIT_SIGNALS = "a receiver of pre_init or post_init waits for instances"
    CUSTOM_COLUMN = "the attribute is not Django's plain one for a column"


class Step(Record):
    """One relation: its path of accessors from the root, what Django calls it, and why so.

    `lookup` is the name for `select_related` (a query name) or for a prefetch (an accessor).
    `model` is the label of the target, empty where it is only known from the rows.
    """

    path: tuple[str, ...]
    lookup: str
    model: str
    reason: Reason
    nested: tuple[Step, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "path": list(self.path),
            "lookup": self.lookup,
            "model": self.model,
            "reason": self.reason.name,
            "nested": [step.to_dict() for step in self.nested],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Step:
        """Read plain data; KeyError for an unknown reason or a missing key."""
        return cls(
            tuple(data["path"]),
            data["lookup"],
            data["model"],
            Reason[data["reason"]],
            tuple(cls.from_dict(step) for step in data["nested"]),
        )

    def lines(self, indent: str, verb: str) -> list[str]:
        """This step and those below it, one line each."""
        own = f"{indent}{verb} {'.'.join(self.path)}: {self.reason.value}"
        below = [line for step in self.nested for line in step.lines(indent + "  ", verb)]
        return [own, *below]


class Plan(Record):
    """How the rows of one QuerySet are fetched; comparable, printable, made of plain data.

    `joins` go into the first query, `prefetches` follow it (their reason says why they are no
    joins), `left` is what neither is done for. `pushed` are questions about collections: the last
    part of their path says whether it is their `count`, `exists`, `first` or some `part` of them.

    `rows` are the columns of row mode, in which none of this happens; without them, `refused_at`
    is the path of what needs instances, and `refused` the reason.
    """

    model: str
    joins: tuple[Step, ...]
    prefetches: tuple[Step, ...]
    left: tuple[Step, ...]
    pushed: tuple[Step, ...] = ()
    rows: Level | None = None
    refused_at: tuple[str, ...] = ()
    refused: Reason | None = None

    @property
    def mode(self) -> str:
        """`rows` or `instances`."""
        return "instances" if self.rows is None else "rows"

    @property
    def digest(self) -> str:
        """SHA-256 of the plain data in hex: the same in every process for equal plans."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """The plan as a msgpack document, with the version of its format."""
        return packed([FORMAT, self.to_dict()])

    @classmethod
    def from_bytes(cls, data: bytes) -> Plan:
        """Read what `to_bytes` wrote; ValueError for anything else."""
        try:
            version, plan = unpacked(data)
            found = cls.from_dict(plan) if version == FORMAT else None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("not a plan") from error
        if found is None:
            raise ValueError(f"a plan of format {version!r}, not {FORMAT}")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data, fit for msgpack."""
        return {
            "rows": None if self.rows is None else self.rows.to_dict(),
            "refused_at": list(self.refused_at),
            "refused": None if self.refused is None else self.refused.name,
            "model": self.model,
            "joins": [step.to_dict() for step in self.joins],
            "prefetches": [step.to_dict() for step in self.prefetches],
            "left": [step.to_dict() for step in self.left],
            "pushed": [step.to_dict() for step in self.pushed],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """Read plain data; KeyError for an unknown reason or a missing key."""
        return cls(
            data["model"],
            tuple(Step.from_dict(step) for step in data["joins"]),
            tuple(Step.from_dict(step) for step in data["prefetches"]),
            tuple(Step.from_dict(step) for step in data["left"]),
            tuple(Step.from_dict(step) for step in data["pushed"]),
            None if data["rows"] is None else Level.from_dict(data["rows"]),
            tuple(data["refused_at"]),
            None if data["refused"] is None else Reason[data["refused"]],
        )

    def explain(self) -> str:
        """The plan as lines for people."""
        if self.rows is not None:
            return "\n".join([f"{self.model}: {Reason.ROW_MODE.value}", *self.rows.lines("  ")])
        lines = [self.model]
        if self.refused is not None:
            at = f" at {'.'.join(self.refused_at)}" if self.refused_at else ""
            lines[0] += f": instances{at}, because {self.refused.value}"
        count = len(lines)
        for verb, steps in (
            ("join", self.joins),
            ("prefetch", self.prefetches),
            ("ask", self.pushed),
            ("leave", self.left),
        ):
            lines += [line for step in steps for line in step.lines("  ", verb)]
        if len(lines) == count:
            lines.append("  as it is")
        return "\n".join(lines)
