"""Rows of a QuerySet without instances: fetches a level, and what hangs below it when asked."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, finalize

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import NotSupportedError, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from . import facts, guards, links
from .conversions import Stored, ready
from .display import Labels, display_labels
from .levels import CALL, DISPLAY, FILE, MANY, ONE, Level, Part, Shape, Slot
from .sending import may_send
from .shapes import Simple
from .statements import NOTHING, Fetched, Request, request_of_keys, request_selected
from .undeclared import without_types
from .versions import Versions, rests_on_all, versions

logger = logging.getLogger("djust_backend.orm")

Row: TypeAlias = "tuple[Any, ...]"

#: Logged when a row turns out to be needed as an instance.
INSTANCES_AFTER_ALL = "Instances of %s after all: Python code asks"

#: What building SQL raises when a column cannot be selected; nothing was asked of the database.
BUILD_ERRORS = (FieldError, NotSupportedError, AttributeError, KeyError, TypeError, ValueError)

# As the result cache of a QuerySet, rows live as long as it does.
_fetched: WeakKeyDictionary[QuerySet[Any], tuple[Level, Fetched]] = WeakKeyDictionary()


class CannotBuildError(Exception):
    """The columns cannot be selected; no query was run."""


def fetch(queryset: QuerySet[Any], level: Level, simple: Simple | None) -> Fetched:
    """The rows of a QuerySet in the order of `level.columns`; the QuerySet stays as it is.

    CannotBuildError if Django makes no SQL of it; what running it raises as it comes.
    """
    try:
        request = request_selected(queryset, level.columns, level, simple)
    except BUILD_ERRORS as error:
        raise CannotBuildError(str(error)) from error
    if request is not None and request.connection.execute_wrappers:
        # Of pages that have fetched an instance's relations together.
        from .kept import kept  # noqa: PLC0415 - see above

        if (found := kept(request)) is not None:
            return found
    return _run(request)


def request_of_rows(queryset: QuerySet[Any], level: Level, simple: Simple | None) -> Request | None:
    """The query that `rows_of` would run; None if none, or if it is not sure which."""
    if not bind(level).may_be_read() or queryset in _fetched:
        return None
    try:
        return request_selected(queryset, level.columns, level, simple)
    except BUILD_ERRORS:
        # Reported when it is run.
        return None


def rows_of(queryset: QuerySet[Any], level: Level, simple: Simple | None) -> RowSet | None:
    """The rows of the view's own QuerySet: those that a render has fetched before, or fetched now.

    `simple` is what `shapes` says of the QuerySet. None if instances are waited for, or if the
    columns cannot be selected.
    """
    bound = bind(level)
    if not bound.may_be_read():
        return None
    known = _fetched.get(queryset)
    # `update()` and its like forget a result; this is how they show that they ran.
    is_written = queryset._for_write  # type: ignore[attr-defined]
    if known is not None and known[0] == level and not is_written:
        return RowSet(bound, known[1], queryset.db, queryset)
    try:
        found = fetch(queryset, level, simple)
    except CannotBuildError as error:
        # Reported in the log; the page is rendered from instances.
        logger.warning("No rows for %s: %s", queryset.model._meta.label, error)
        return None
    _fetched[queryset] = (level, found)
    return RowSet(bound, found, queryset.db, queryset)


def rows_read(queryset: QuerySet[Any]) -> int | None:
    """How many rows have been fetched of a QuerySet, as instances or without; None if not read."""
    instances = guards.is_evaluated(queryset)
    known = queryset._result_cache if instances else _fetched.get(queryset, (None, None))[1]
    if known is None:
        return None
    return len(known.rows if isinstance(known, Fetched) else known)


# Rows of a second query, and those of each key.
Index: TypeAlias = "tuple[RowSet, dict[Any, list[Row]]]"


class RowSet:
    """Rows of one level, and the related rows that a render has asked for so far.

    `bound` tells what is in them. `source` is the QuerySet that they were fetched by, None for
    related rows. Lives as long as a render.
    """

    __slots__ = (
        "__weakref__",
        "_built",
        "_is_announced",
        "_made",
        "_related",
        "_windows",
        "bound",
        "rows",
        "source",
        "stored",
        "using",
    )

    def __init__(
        self, bound: Bound, found: Fetched, using: str, source: QuerySet[Any] | None
    ) -> None:
        self.bound = bound
        self.rows = found.rows
        self.stored = found.stored
        self.using = using
        self.source = source
        self._built: dict[tuple[int, Any], Model] = {}
        self._made: dict[tuple[int, int], Model] = {}
        self._related: dict[tuple[int, int], tuple[RowSet, dict[Any, Any]]] = {}
        self._windows: dict[tuple[int, int, int, int | None], Index] = {}
        self._is_announced = False

    def related(self, shape: int, slot: int) -> tuple[RowSet, dict[Any, Any]]:
        """The related rows of all rows in one query, and where each key's are.

        The value of a key is a row for a single related object, and a list of rows for many.
        """
        known = self._related.get((shape, slot))
        if known is not None:
            return known
        self._announce((shape, slot))
        bound = self.bound.below(shape, slot)
        rows = self._fetch(bound, None)
        index: dict[Any, Any]
        if bound.slot.kind == MANY:
            index = _by_key(rows.rows)
        else:
            index = {row[0]: row for row in rows.rows}
        found = (rows, index)
        self._related[shape, slot] = found
        return found

    def _fetch(self, bound: Related, part: Part | None, counted: bool = False) -> RowSet:
        """The rows that belong to all of ours, or a part of each one's, and how many there are."""
        rows: list[Row] = []
        stored: tuple[Stored, ...] = ()
        for keys in _batches(self.keys(bound.slot.at), self.using):
            found = _run(bound.request(keys, self.using, part, counted))
            stored = found.stored or stored
            rows += found.rows
        return RowSet(bound.level, Fetched(rows, stored), self.using, None)

    def counts(self, shape: int, slot: int) -> dict[Any, int]:
        """How many related rows each key has, in one query; no entry for none."""
        if self.bound.level.shapes[shape].slots[slot].how == "counted":
            _, index = self._counted_window(shape, slot)
            return {key: int(first[0][-1]) for key, first in index.items()}
        self._announce((shape, slot))
        bound = self.bound.numbers(shape, slot)
        counts: dict[Any, int] = {}
        for keys in _batches(self.keys(bound.slot.at), self.using):
            counts.update(_run(bound.request_numbers(keys, self.using)).rows)
        return counts

    def _announce(self, asked: tuple[int, int]) -> None:
        """Have the queries that every row needs sent with the first of them."""
        if self._is_announced:
            return
        self._is_announced = True
        places = self.bound.sure_places
        if len(places) < 2 or asked not in places or not may_send(connections[self.using]):
            return
        requests = [self._request(*place) for place in places if place != asked]
        queries = [(request.sql, request.params) for request in requests if request is not None]
        if queries:
            # On PostgreSQL only.
            from .pipelines import expect  # noqa: PLC0415 - see above

            announced = expect(connections[self.using], queries)
            finalize(self, announced.stop).atexit = False

    def _request(self, shape: int, slot: int) -> Request | None:
        """The query of a sure place; None if it takes none, or more than one."""
        wanted = self.bound.level.shapes[shape].slots[slot]
        keys = self.keys(wanted.at)
        if not keys or len(keys) > guards.batch_size(self.using):
            return None
        if wanted.how == "numbers":
            return self.bound.numbers(shape, slot).request_numbers(keys, self.using)
        counted = wanted.how == "counted"
        part = Part(0, wanted.shape) if counted else None
        return self.bound.below(shape, slot).request(keys, self.using, part, counted)

    def _counted_window(self, shape: int, slot: int) -> Index:
        """The first related rows of each key; the last value of each row is how many there are."""
        bound = self.bound.below(shape, slot)
        known = self._windows.get((shape, slot, 0, bound.slot.shape))
        if known is not None:
            return known
        self._announce((shape, slot))
        rows = self._fetch(bound, Part(0, bound.slot.shape), counted=True)
        index = _by_key(rows.rows)
        self._windows[shape, slot, 0, bound.slot.shape] = (rows, index)
        return rows, index

    def window(self, shape: int, slot: int, start: int, stop: int | None) -> Index:
        """The related rows from `start` to `stop` of each key, or to the last, in one query."""
        known = self._windows.get((shape, slot, start, stop))
        if known is not None:
            return known
        bound = self.bound.below(shape, slot)
        if bound.slot.how == "counted" and (start, stop) == (0, bound.slot.shape):
            return self._counted_window(shape, slot)
        rows = self._fetch(bound, Part(start, stop))
        found = (rows, _by_key(rows.rows))
        self._windows[shape, slot, start, stop] = found
        return found

    def keys(self, at: int) -> list[Any]:
        """The values of a column, each once, without NULL."""
        found = dict.fromkeys(row[at] for row in self.rows)
        found.pop(None, None)
        return list(found)

    def instance(self, row: Row, shape: int) -> Model:
        """The model instance that a row stands for: what Python code is given.

        Made of the row's own columns where the level says that code of the model is to run.
        Otherwise fetched by one query for all rows: nothing that the usage analysis knows of.
        """
        if self.bound.level.shapes[shape].whole:
            known = self._made.get((shape, id(row)))
            if known is None:
                known = self._made[shape, id(row)] = self.bound.make(
                    ready(row, self.stored), shape, self.using
                )
            return known
        return self._fetched_instance(row, shape)

    def _fetched_instance(self, row: Row, shape: int) -> Model:
        model, key = self.bound.models[shape], self.bound.level.shapes[shape].key
        if key < 0:
            found_one: Any = self._fetched_instance(row, 0)
            for name in self.bound.level.shapes[shape].path:
                found_one = getattr(found_one, name)
            there: Model = found_one
            return there
        if not self._built or (shape, row[key]) not in self._built:
            logger.warning(INSTANCES_AFTER_ALL, model._meta.label)
            path = self.bound.level.shapes[shape].path
            if not path and self.source is not None:
                found: Iterable[Model] = self.source._chain()  # type: ignore[attr-defined]
            else:
                keys = self.keys(key)
                found = (
                    one
                    for batch in _batches(keys, self.using)
                    for one in model._base_manager.using(self.using).filter(pk__in=batch)
                )
            for one in found:
                self._built.setdefault((shape, one.pk), one)
        return self._built[shape, row[key]]


class Numbers:
    """A collection that may be counted without its rows."""

    __slots__ = ("key", "relation", "slot")

    def __init__(self, slot: Slot, relation: facts.Relation) -> None:
        self.slot = slot
        self.relation = relation
        self.key: Any = links.key_field(relation)

    def request_numbers(self, keys: Sequence[Any], using: str) -> Request | None:
        """Asks for pairs of a key and how many rows it has, for the keys that have any."""
        # Imported by pages with such a collection only.
        from .pushdown import counting  # noqa: PLC0415 - see above

        return request_of_keys(
            lambda keys: counting(self.relation, keys, using),
            keys,
            using,
            (self, "count"),
            self.prepare,
        )

    def prepare(self, key: Any, connection: Any) -> Any:
        """A key as the driver takes it."""
        if type(key) is int:
            return key
        return self.key.get_db_prep_value(key, connection, prepared=False)


class Related(Numbers):
    """A slot whose rows come by a second query: how to ask for them."""

    __slots__ = ("level",)

    def __init__(self, slot: Slot, relation: facts.Relation) -> None:
        super().__init__(slot, relation)
        assert slot.level is not None
        self.level = bind(slot.level)

    def request(
        self, keys: Sequence[Any], using: str, part: Part | None, counted: bool
    ) -> Request | None:
        """Asks for the related rows that belong to these keys, or a part of each key's."""

        def make(keys: Sequence[Any]) -> QuerySet[Any]:
            columns = self.level.level.columns
            if part is None:
                rows = self._queryset(keys, using)
                return rows.values_list(*without_types(rows.query, columns, connections[using]))
            # As in `request_numbers`.
            from . import pushdown  # noqa: PLC0415 - see above

            if sought := pushdown.seeking(self.relation, keys, using, part, counted):
                rows, name = sought
                columns = tuple(f"{name}__{column}" for column in columns)
            else:
                rows = pushdown.windowing(self.relation, keys, using, part, counted=counted)
            typed = without_types(rows.query, columns, connections[using])
            return rows.values_list(*typed, *([pushdown.COUNT] if counted else []))

        return request_of_keys(make, keys, using, (self, part, counted), self.prepare)

    def _queryset(self, keys: Sequence[Any], using: str) -> QuerySet[Any]:
        """The related rows in the order that lazy access gives."""
        target = self.relation.target
        assert target is not None
        to_one = self.relation.kind == facts.TO_ONE
        manager = target._base_manager if to_one else target._default_manager
        key = self.level.level.columns[0]
        rows: QuerySet[Any] = manager.using(using).filter(**{f"{key}__in": keys})
        return rows


class Bound:
    """A level together with the classes, labels and exceptions of this process."""

    __slots__ = (
        "_below",
        "_found",
        "_labels",
        "_numbers",
        "_seen",
        "_to_one",
        "level",
        "models",
        "sure_places",
        "wire",
    )

    def __init__(self, level: Level) -> None:
        self.level = level
        self.models: tuple[type[Model], ...] = tuple(
            apps.get_model(shape.model) for shape in level.shapes
        )
        self._labels: list[Labels | None] = []
        self.wire = self._wires()
        self._below: dict[tuple[int, int], Related] = {}
        self._numbers: dict[tuple[int, int], Numbers] = {}
        self._to_one: dict[int, list[tuple[Slot, facts.Relation]]] = {}
        self.sure_places = tuple(level.sure_places())
        # Asked for first: what changes meanwhile is seen.
        self._seen: Versions = versions(self.models)
        self._found = [
            (model, name, facts.class_attribute(model, name))
            for model, shape in zip(self.models, level.shapes, strict=True)
            for name in (*facts.INSTANCE_METHODS, *(slot.name for slot in shape.slots))
        ]

    def may_be_read(self) -> bool:
        """Whether rows may stand for instances, here and now."""
        return not self.has_listeners() and self.is_current()

    def is_current(self) -> bool:
        """Whether the classes still are as they were when the level was chosen.

        Methods and descriptors may be replaced at any time, by tests above all.
        """
        now = versions(self.models)
        if now is None or now != self._seen:
            for model, name, found in self._found:
                if facts.class_attribute(model, name) is not found:
                    return False
            self._seen = now
        if not self._has_labels():
            return False
        return all(self.below(*place).level.is_current() for place in self._places())

    def _has_labels(self) -> bool:
        """Whether the labels of all choices are known; they are read again if they were changed."""
        if not all(labels is not None and labels.are_current() for labels in self._labels):
            self._labels = []
            self.wire = self._wires()
        return None not in self._labels

    def below(self, shape: int, slot: int) -> Related:
        """How to ask for the rows of a slot."""
        known = self._below.get((shape, slot))
        if known is None:
            found = self.level.shapes[shape].slots[slot]
            known = self._below[shape, slot] = Related(found, self.relation(shape, slot))
        return known

    def numbers(self, shape: int, slot: int) -> Numbers:
        """How to ask for the numbers of rows of a slot."""
        known = self._numbers.get((shape, slot))
        if known is None:
            found = self.level.shapes[shape].slots[slot]
            known = self._numbers[shape, slot] = Numbers(found, self.relation(shape, slot))
        return known

    def relation(self, shape: int, slot: int) -> facts.Relation:
        """The relation that a slot stands for."""
        name = self.level.shapes[shape].slots[slot].name
        relation = facts.relation(self.models[shape], name)
        assert relation is not None
        return relation

    def make(self, row: Row, shape: int, using: str) -> Model:
        """An instance of a row's columns, with the joined rows that code may walk to."""
        made = self.level.shapes[shape]
        model = self.models[shape]
        # As `Model.from_db` with some columns deferred would leave it: nobody overrides that, and
        # nobody waits for its signals.
        instance = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, using
        values = instance.__dict__
        values["_state"] = state
        for name, at in zip(made.attributes, made.whole, strict=True):
            values[name] = row[at]
        for slot, relation in self._walked(shape):
            there = None if row[slot.at] is None else self.make(row, slot.shape, using)
            state.fields_cache[relation.cache] = there
            if there is not None and not relation.forward:
                there._state.fields_cache[relation.field.cache_name] = instance
        return instance

    def _walked(self, shape: int) -> list[tuple[Slot, facts.Relation]]:
        """The relations of a shape to rows of which instances are made as well."""
        known = self._to_one.get(shape)
        if known is None:
            known = self._to_one[shape] = [
                (slot, self.relation(shape, number))
                for number, slot in enumerate(self.level.shapes[shape].slots)
                if slot.kind == ONE and self.level.shapes[slot.shape].whole
            ]
        return known

    def has_listeners(self) -> bool:
        """Whether somebody waits for instances of these models to be made."""
        return guards.has_listeners(self._all_models())

    def _all_models(self) -> Iterator[type[Model]]:
        yield from self.models
        for place in self._places():
            yield from self.below(*place).level._all_models()

    def _places(self) -> Iterator[tuple[int, int]]:
        for shape_number, shape in enumerate(self.level.shapes):
            for slot_number, slot in enumerate(shape.slots):
                if slot.level is not None:
                    yield shape_number, slot_number

    def _wires(self) -> tuple[Any, ...]:
        return tuple(
            tuple(self._wire(model, shape, slot) for slot in shape.slots)
            for model, shape in zip(self.models, self.level.shapes, strict=True)
        )

    def _wire(self, model: type[Model], shape: Shape, slot: Slot) -> tuple[Any, ...]:
        """The slot as the renderer reads it: name, kind, position, and what else it needs."""
        more: Any = None
        if slot.kind == DISPLAY:
            labels = display_labels(model, slot.name)
            more = {} if labels is None else labels.by_value
            self._labels.append(labels)
        elif slot.kind == FILE:
            more = _file_maker(model, slot.name)
        elif slot.kind == CALL:
            more = (model, dict(zip(shape.attributes, shape.whole, strict=True)))
        elif slot.kind != MANY:
            more = self._missing(model, slot)
        return (slot.name, slot.kind, slot.at, slot.shape, slot.level is not None, slot.how, more)

    @staticmethod
    def _missing(model: type[Model], slot: Slot) -> Callable[[], Exception] | None:
        """What attribute access raises for a related row that is not there; None: it gives None."""
        relation = facts.relation(model, slot.name)
        if relation is None or relation.kind != facts.TO_ONE:
            return None
        if relation.forward and slot.kind == ONE:
            return None
        return lambda: _does_not_exist(model, relation)


def _does_not_exist(model: type[Model], relation: facts.Relation) -> Exception:
    target = relation.target
    assert target is not None
    missing: Exception
    if relation.forward:
        name = target._meta.object_name
        missing = target.DoesNotExist(f"{name} matching query does not exist.")
        return missing
    descriptor = facts.class_attribute(model, relation.name)
    missing = descriptor.RelatedObjectDoesNotExist(f"{model.__name__} has no {relation.name}.")
    return missing


def _file_maker(model: type[Model], name: str) -> Callable[[str | None], Any]:
    """What the attribute of a FileField gives for a stored name."""
    field: Any = model._meta.get_field(name)
    return lambda stored: field.attr_class(None, field, stored)


@lru_cache(maxsize=2048)
def bind(level: Level) -> Bound:
    """The level in this process; LookupError if one of its models is not there."""
    return Bound(level)


rests_on_all(bind.cache_clear)


def _by_key(rows: Iterable[Row]) -> dict[Any, list[Row]]:
    """The rows of each key, which is their first value."""
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return dict(found)


def _run(request: Request | None) -> Fetched:
    return NOTHING if request is None else request.run()


def _batches(keys: Sequence[Any], using: str) -> Iterator[Sequence[Any]]:
    """Keys, as many at a time as one query takes."""
    size = guards.batch_size(using)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
