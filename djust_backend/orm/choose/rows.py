"""Whether the needs of a QuerySet can be met by rows without instances, and by which columns."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import FileField, ForeignKey, Model
from django.db.models.fields.files import (
    FieldFile,
    FileDescriptor,
    ImageFieldFile,
    ImageFileDescriptor,
)

from djust_backend.orm import facts, links
from djust_backend.orm.choose import joins
from djust_backend.orm.choose.pushdown import count_refusal, window_refusal
from djust_backend.orm.code_needs import is_code
from djust_backend.orm.display import display_labels
from djust_backend.orm.guards import QueryFacts
from djust_backend.orm.levels import (
    CALL,
    COLUMN,
    DISPLAY,
    FETCHED,
    FILE,
    MANY,
    MISSING,
    ONE,
    Level,
    Shape,
    Slot,
)
from djust_backend.orm.plan import FORMAT, Reason, packed, unpacked
from djust_backend.orm.shared import decided
from djust_backend.orm.usage import (
    COUNTED,
    ITERATED,
    NOTHING,
    PRINTED,
    REACHED,
    SLICED,
    TRUTH,
    Usage,
    is_part,
)
from djust_backend.orm.versions import WhileAllStay
from djust_backend.records import Record

_SOURCE_FLAGS = REACHED | TRUTH | ITERATED | COUNTED
_COLLECTION_FLAGS = _SOURCE_FLAGS | SLICED
_FILE_FLAGS = REACHED | TRUTH | PRINTED
_FILE_ATTRIBUTES = frozenset({"url", "name", "size", "path", "width", "height"})
_COUNTS = frozenset({"count", "exists"})


class Refusal(Record):
    """Why instances are needed, and the path of the attribute that needs them."""

    path: tuple[str, ...]
    reason: Reason


class _RefusedError(Exception):
    def __init__(self, reason: Reason, *path: str) -> None:
        super().__init__(reason.value)
        self.refusal = Refusal(path, reason)


@WhileAllStay
def level(query: QueryFacts, usage: Usage) -> Level | Refusal:
    """The columns that meet these needs of a QuerySet (not of a row), or why there are none."""
    return decided(LEVELS, query, usage, usage.each, partial(_derive, query, usage))


class _Levels:
    """Levels and refusals as they travel between processes."""

    name = "level"

    def pack(self, decision: Level | Refusal) -> bytes:
        if isinstance(decision, Level):
            content: list[Any] = [FORMAT, decision.to_dict()]
        else:
            content = [FORMAT, list(decision.path), decision.reason.name]
        return packed(content)

    def unpack(self, data: bytes) -> Level | Refusal:
        try:
            version, *content = unpacked(data)
            if version != FORMAT:
                raise ValueError(f"a level of format {version!r}, not {FORMAT}")
            if len(content) == 1:
                return Level.from_dict(content[0])
            path, reason = content
            return Refusal(tuple(path), Reason[reason])
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("not a level") from error

    def mode(self, decision: Level | Refusal) -> str:
        return "rows" if isinstance(decision, Level) else "instances"


LEVELS = _Levels()


def _derive(query: QueryFacts, usage: Usage) -> Level | Refusal:
    try:
        return _source_level(query, usage)
    except _RefusedError as refused:
        return refused.refusal


def _source_level(query: QueryFacts, usage: Usage) -> Level:
    if query.rows is not None:
        raise _RefusedError(query.rows)
    if usage.each is None or not _only(usage, _SOURCE_FLAGS, _COUNTS):
        raise _RefusedError(Reason.NEEDS_QUERYSET)
    return _Builder(query).level(usage.each)


def _only(usage: Usage, flags: int, fields: frozenset[str]) -> bool:
    """Whether nothing else is done with a value, and nothing further with those attributes."""
    if (usage.always | usage.maybe) & ~flags:
        return False
    return all(
        is_part(name) or (name in fields and not below.fields and below.each is None)
        for name, below in usage.fields.items()
    )


class _Builder:
    """The columns of one query, while the usage of its rows is walked."""

    def __init__(self, query: QueryFacts, *keys: str) -> None:
        self.query = query
        self.columns = list(keys)
        self.shapes: list[Shape | None] = []
        self.count = 0
        self.same: dict[str, str] = {}
        # By prefix, the position of a column that is NULL only if there is no such row.
        self.present: dict[str, int] = {}

    def level(self, usage: Usage) -> Level:
        if not self.query.ordered:
            if self.query.selected:
                # Stock selects the columns of the related rows as well.
                raise _RefusedError(Reason.ORDER_HAS_TIES)
            self.select_all()
        self.shape(joins.Place(self.query.model, (), self.query.selected), "", usage)
        return Level(tuple(self.columns), tuple(shape for shape in self.shapes if shape))

    def select_all(self) -> None:
        """Select what stock selects: of rows that tie, fewer columns may give another order.

        A database may read such columns from an index alone, in the order of that index.
        """
        for column in self.query.model._meta.concrete_fields:
            if not self.query.defers(column.attname, self.query.model):
                self.column(column.attname)
        for name in self.query.annotations:
            self.column(name)

    def column(self, path: str) -> int:
        path = self.same.get(path, path)
        if path not in self.columns:
            self.columns.append(path)
        return self.columns.index(path)

    def shape(
        self, place: joins.Place, prefix: str, usage: Usage, code: Usage | None = None
    ) -> int:
        """Add the shape of a model's rows; its number.

        `code` is what Python code reads of an instance that has to be made of the row.
        """
        model = place.model
        reason = facts.refuses_rows(model)
        if reason is not None:
            raise _RefusedError(reason, *place.path)
        if (usage.always | usage.maybe) & ~(REACHED | TRUTH | PRINTED) or usage.each is not None:
            raise _RefusedError(Reason.NEEDS_INSTANCE, *place.path)
        code = self.read_code(place, usage, code)
        at = len(self.shapes)
        self.shapes.append(None)
        key = prefix + model._meta.pk.attname
        if not prefix:
            self.present[prefix] = self.column(key)
        slots = [self.slot(place, prefix, name, below) for name, below in usage.fields.items()]
        whole: tuple[int, ...] = ()
        attributes: tuple[str, ...] = ()
        if code is not None:
            whole, attributes = self.whole(place, prefix, code)
            slots = self.with_code(place, prefix, slots, usage, code)
        key = self.same.get(key, key)
        known = self.columns.index(key) if key in self.columns else -1
        self.shapes[at] = Shape(
            model._meta.label, place.path, known, tuple(slots), whole, attributes
        )
        return at

    # Python code of the model, which runs on an instance made of the row

    def read_code(self, place: joins.Place, usage: Usage, code: Usage | None) -> Usage | None:
        """What the model's own code reads of a row used like this; None if none of it runs."""
        names = [name for name in usage.fields if self.is_code(place, name)]
        if (usage.always | usage.maybe) & PRINTED:
            names.append("__str__")
        for name in names:
            # Most pages run no code of models, and need nothing of what reads it.
            from djust_backend.orm.code_reading import reads  # noqa: PLC0415 - see above

            found = reads(place.model, name)
            if found is None or not found.complete:
                raise _RefusedError(Reason.PYTHON_CODE, *place.path, name)
            needs = found.usage
            printed = bool(usage.always & PRINTED)
            if not (printed if name == "__str__" else usage.fields[name].reached()):
                needs = needs.but(always=0, maybe=needs.always | needs.maybe)
                needs = NOTHING.merge(needs)
            code = needs if code is None else code.merge(needs)
        return code

    def is_code(self, place: joins.Place, name: str) -> bool:
        """Whether Python code of the model answers for an attribute of its instances."""
        if not place.path and name in self.query.annotations:
            return False
        return is_code(place.model, name)

    def whole(
        self, place: joins.Place, prefix: str, code: Usage
    ) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Select what an instance needs for code that reads nothing else, and its key."""
        if not place.path and (self.query.deferred or self.query.annotations):
            raise _RefusedError(Reason.DEFERRED)
        names = [place.model._meta.pk.attname]
        for name in code.fields:
            relation = facts.relation(place.model, name)
            if relation is None:
                names.append(name)
            elif relation.kind == facts.TO_ONE:
                names += relation.local
        found = tuple(name for name in dict.fromkeys(names) if facts.is_column(place.model, name))
        return tuple(self.column(prefix + name) for name in found), found

    def with_code(
        self, place: joins.Place, prefix: str, slots: list[Slot], usage: Usage, code: Usage
    ) -> list[Slot]:
        """The slots, with the joined rows that code walks to as well."""
        for name, below in code.fields.items():
            relation = facts.relation(place.model, name)
            if relation is None:
                if name != "pk" and not facts.is_column(place.model, name):
                    raise _RefusedError(Reason.PYTHON_CODE, *place.path, name)
                continue
            used = usage.fields.get(name, NOTHING)
            if relation.kind != facts.TO_ONE or not (below.reached() or used.reached()):
                raise _RefusedError(Reason.PYTHON_CODE, *place.path, name)
            needs = used.but(always=used.always | REACHED)
            slot = self.to_one(place, prefix, relation, needs, below)
            if slot.kind != ONE:
                raise _RefusedError(Reason.PYTHON_CODE, *place.path, name)
            slots = [*(known for known in slots if known.name != name), slot]
        return slots

    def slot(self, place: joins.Place, prefix: str, name: str, usage: Usage) -> Slot:
        model = place.model
        if not place.path and name in self.query.annotations:
            if hasattr(facts.class_attribute(model, name), "__set__"):
                raise _RefusedError(Reason.CUSTOM_COLUMN, name)
            return Slot(name, COLUMN, self.column(name))
        relation = facts.relation(model, name)
        if relation is not None:
            if relation.kind == facts.TO_ONE:
                return self.to_one(place, prefix, relation, usage)
            return self.to_many(place, prefix, relation, usage)
        if facts.is_column(model, name):
            return self.stored(place, prefix, name, name)
        attribute = facts.class_attribute(model, name)
        if attribute is None:
            return self.unknown(place, name)
        if name == "pk" and attribute is Model.pk:
            return self.stored(place, prefix, name, model._meta.pk.attname)
        labels = display_labels(model, name)
        if labels is not None:
            self.check_deferred(place, labels.attname)
            return Slot(name, DISPLAY, self.column(prefix + labels.attname))
        if type(attribute) in (FileDescriptor, ImageFileDescriptor):
            return self.file(place, prefix, attribute.field, usage)
        return Slot(name, CALL)

    def stored(self, place: joins.Place, prefix: str, name: str, attname: str) -> Slot:
        """An attribute that has the value of a column."""
        self.check_deferred(place, attname)
        return Slot(name, COLUMN, self.column(prefix + attname))

    def unknown(self, place: joins.Place, name: str) -> Slot:
        """An attribute that the class does not have is a silent miss."""
        if "__".join((*place.path, name)) in self.query.own_querysets:
            raise _RefusedError(Reason.USER_PREFETCH, *place.path, name)
        return Slot(name, MISSING)

    def file(self, place: joins.Place, prefix: str, field: FileField, usage: Usage) -> Slot:
        stock = field.attr_class in (FieldFile, ImageFieldFile)
        if not stock or not _only(usage, _FILE_FLAGS, _FILE_ATTRIBUTES):
            raise _RefusedError(Reason.CUSTOM_COLUMN, *place.path, field.name)
        self.check_deferred(place, field.attname)
        return Slot(field.name, FILE, self.column(prefix + field.attname))

    def check_deferred(self, place: joins.Place, attname: str) -> None:
        if not place.path and self.query.defers(attname, place.model):
            raise _RefusedError(Reason.DEFERRED, attname)

    # Relations

    def to_one(
        self,
        place: joins.Place,
        prefix: str,
        relation: facts.Relation,
        usage: Usage,
        code: Usage | None = None,
    ) -> Slot:
        """The slot of a single related row; `code` is what Python code reads of its instance."""
        path = (*place.path, relation.name)
        target = relation.target
        assert target is not None
        if "__".join(path) in self.query.own_querysets:
            raise _RefusedError(Reason.USER_PREFETCH, *path)
        if not relation.plain or not relation.direct:
            raise _RefusedError(Reason.BASE_MANAGER, *path)
        if relation.parent_link or target in self.query.apart:
            reason = Reason.PARENT_LINK if relation.parent_link else Reason.OTHER_DATABASE
            raise _RefusedError(reason, *path)
        if relation.forward:
            self.check_deferred(place, relation.field.attname)
            known = not place.path and relation.field.name in self.query.known
            is_own_key = not known or relation.field.name in self.query.same_keys
            if code is None and self.needs_only_key(relation, usage, is_own_key):
                return self.key_only(place, prefix, relation, usage)
            if known:
                raise _RefusedError(Reason.KNOWN, *path)
        refused = (
            self.query.refused
            or joins.refused_relation(self.query, relation, place)
            or joins.refused_size(place, self.count)
        )
        joined = relation.query_name in dict(place.selected)
        told = self.is_told_by_key(relation)
        if joined and not told:
            raise _RefusedError(Reason.NO_CONSTRAINT, *path)
        if joined or (refused is None and told and usage.reached()):
            self.count += not joined
            inner = f"{prefix}{relation.query_name}__"
            self.note_presence(prefix, inner, relation)
            shape = self.shape(place.below(relation), inner, usage, code)
            is_sure = usage.reached()
            return Slot(relation.name, ONE, self.present[inner], shape, is_sure=is_sure)
        return self.fetched(place, prefix, relation, usage)

    def note_presence(self, prefix: str, inner: str, relation: facts.Relation) -> None:
        """Find the column that tells whether a joined row is there: the key, if that is sure."""
        assert relation.target is not None
        if not relation.forward:
            self.present[inner] = self.column(inner + relation.target._meta.pk.attname)
            return
        # Saves a column: a joined row's key is what the foreign key points to.
        there = f"{inner}{relation.field.target_field.attname}"
        self.same[there] = prefix + relation.field.attname
        if relation.nullable:
            self.present[inner] = self.column(prefix + relation.field.attname)
        else:
            # There as sure as the row that points to it.
            self.present[inner] = self.present[prefix]

    def is_told_by_key(self, relation: facts.Relation) -> bool:
        """Whether a foreign key that is not NULL has its row, whose own key reads the same.

        Django reads the key of a joined row from the row that points to it.
        """
        return not relation.forward or (
            relation.guaranteed
            and self.query.constraints
            and links.matches_in_python(relation.field.target_field, self.query.db)
        )

    def needs_only_key(self, relation: facts.Relation, usage: Usage, is_own_key: bool) -> bool:
        """Whether the row's own key answers: nothing else is read, and the target is there.

        `is_own_key`: it is the primary key of the object that stock finds.
        """
        if not is_own_key and "pk" in usage.fields:
            return False
        if not relation.guaranteed or not self.query.constraints:
            return False
        if not relation.field.target_field.primary_key:
            return False
        if (usage.always | usage.maybe) & ~(REACHED | TRUTH) or usage.each is not None:
            return False
        return facts.refuses_rows(relation.target) is None and all(
            facts.id_column(relation.field.model, relation.field.name, name) is not None
            for name in usage.fields
        )

    def key_only(
        self, place: joins.Place, prefix: str, relation: facts.Relation, usage: Usage
    ) -> Slot:
        at = self.column(prefix + relation.field.attname)
        slots = tuple(Slot(name, COLUMN, at) for name in usage.fields)
        below = place.below(relation)
        self.shapes.append(Shape(relation.label(), below.path, at, slots))
        return Slot(relation.name, ONE, at, len(self.shapes) - 1)

    def fetched(
        self, place: joins.Place, prefix: str, relation: facts.Relation, usage: Usage
    ) -> Slot:
        """A second query for the related rows, when the first of them is asked for."""
        path = (*place.path, relation.name)
        assert relation.target is not None
        if len(relation.local) > 1 and relation.forward:
            raise _RefusedError(Reason.CUSTOM_FIELD, *path)
        ends = relation.field.foreign_related_fields[0]
        mine, theirs = (
            (relation.field.attname, ends.attname)
            if relation.forward
            else (ends.attname, relation.field.attname)
        )
        if not links.compares_exactly(ends, self.query.db):
            raise _RefusedError(Reason.INEXACT_KEY, *path)
        builder = _Builder(_second_query(self.query, relation, ordered=True), theirs)
        at = self.column(prefix + mine)
        level = builder.level(_reached(usage))
        how = "forward" if relation.forward else "reverse"
        is_sure = usage.reached()
        return Slot(relation.name, FETCHED, at, level=level, how=how, is_sure=is_sure)

    def to_many(
        self, place: joins.Place, prefix: str, relation: facts.Relation, usage: Usage
    ) -> Slot:
        path = (*place.path, relation.name)
        rows = usage.fields.get("all", NOTHING)
        numbers = _without(usage, "all")
        if not _only(numbers, REACHED, _COUNTS) or not _only(rows, _COLLECTION_FLAGS, _COUNTS):
            raise _RefusedError(Reason.NEEDS_INSTANCE, *path)
        if "__".join(path) in self.query.own_querysets:
            raise _RefusedError(Reason.USER_PREFETCH, *path)
        if relation.target in self.query.apart or not relation.direct:
            raise _RefusedError(Reason.OTHER_DATABASE, *path)
        flags = rows.always | rows.maybe
        # What the view prefetches itself answers everything.
        brought = "__".join(path) in self.query.prefetched
        refusal = window_refusal if flags & SLICED and not brought else count_refusal
        reason = refusal(relation, self.query.db)
        link = links.link(relation)
        if reason is not None or link is None or relation.target is None or link.kind:
            raise _RefusedError(reason or Reason.CUSTOM_RELATION, *path)
        at = self.column(prefix + link.column)
        if not flags & (ITERATED | SLICED) and not brought:
            sizes = [rows] if rows.always & (COUNTED | TRUTH) else []
            sizes += [below for name, below in numbers.fields.items() if name in _COUNTS]
            is_sure = usage.reached() and any(size.reached() for size in sizes)
            return Slot(relation.name, MANY, at, how="numbers", is_sure=is_sure)
        ordered = facts.is_total_order(relation.target, relation.target._meta.ordering or ())
        query = _second_query(self.query, relation, ordered)
        if not brought and not _starts_at_first(rows):
            # Perhaps nobody has rows there: what they point to is asked for when one is read.
            query = query.but(refused=query.refused or Reason.MAYBE)
        builder = _Builder(query, link.path)
        found = builder.level(_reached(rows.each or NOTHING))
        counted = usage.fields.get("count", rows.fields.get("count", NOTHING))
        first = _first_rows(rows)
        if first and counted.reached() and rows.reached() and not brought:
            # One query tells the first rows of each and how many there are.
            is_sure = usage.reached()
            return Slot(relation.name, MANY, at, first, found, how="counted", is_sure=is_sure)
        whole = brought or (rows.reached() and rows.always & ITERATED and not flags & SLICED)
        how = "rows" if whole else ""
        is_sure = bool(whole) and usage.reached() and rows.reached()
        return Slot(relation.name, MANY, at, level=found, how=how, is_sure=is_sure)


def _first_rows(usage: Usage) -> int:
    """How many first rows are sure to be asked for, if that is all that any slice asks for."""
    parts = [name for name in usage.fields if is_part(name)]
    if len(parts) != 1 or not parts[0].startswith("[:") or not usage.fields[parts[0]].reached():
        return 0
    return int(parts[0].strip("[:]"))


def _starts_at_first(usage: Usage) -> bool:
    """Whether every slice of a collection has its first row, if it has any."""
    return all(name.startswith("[:") for name in usage.fields if is_part(name))


def _without(usage: Usage, without: str) -> Usage:
    """The same usage without one of its attributes."""
    fields = {name: below for name, below in usage.fields.items() if name != without}
    return usage.but(fields=fields)


def _second_query(query: QueryFacts, relation: facts.Relation, ordered: bool) -> QueryFacts:
    """The facts of a query for related rows, which know the row that they belong to."""
    assert relation.target is not None
    many_to_many = getattr(relation.field, "many_to_many", False)
    known = frozenset() if relation.forward or many_to_many else frozenset({relation.field.name})
    is_key = isinstance(relation.field, ForeignKey) and (
        relation.field.target_field is relation.owner._meta.pk
    )
    return QueryFacts(
        model=relation.target,
        db=query.db,
        refused=None if ordered else Reason.ORDER_HAS_TIES,
        ordered=ordered,
        constraints=query.constraints,
        known=known,
        same_keys=known if is_key else frozenset(),
        apart=query.apart,
    )


def _reached(usage: Usage) -> Usage:
    """The needs of a row, given that it is there."""
    return usage.but(always=usage.always | REACHED)
