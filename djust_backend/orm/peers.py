"""Instances that were fetched together: one query for all of them where each would run its own.

The law of this file: a batch runs only if lazy access by an instance that the template is about to
touch would have run a query, and it is that one query, widened to its peers.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, TypeGuard
from weakref import ref

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, router
from django.db.models import (
    AutoField,
    CharField,
    ForeignKey,
    IntegerField,
    Model,
    UUIDField,
    prefetch_related_objects,
)

from . import facts, guards, links, passing
from .batched import batched
from .choose.prefetches import Choice, choices
from .touched import TouchedCache
from .usage import READS_ALL, Usage

logger = logging.getLogger("djust_backend.orm")

# Keys whose text is the same in a generic foreign key and in the row that it points to.
_GENERIC_KEYS = (AutoField, IntegerField, CharField, UUIDField)


def load(
    instances: Sequence[Model],
    path: tuple[str, ...],
    usage: Usage | None,
    current: Model | None = None,
) -> list[Model]:
    """Batch the relation at the end of `path` for the peers of `current`.

    `instances` is the root group, `path` the accessors from there to the wanted relation,
    `current` the instance whose relation is about to be read (the first that would query if not
    given), `usage` what is done with the relation, whose certain needs come along. Only what
    `current` would query itself is batched; a single instance is left to lazy access.

    A to-many relation is asked for when its `all` is about to be read whole, not when its manager
    is met: afterwards `all()` gives the rows of the batch.

    Gives back the instances whose foreign key points to no row: lazy access raises the
    target's DoesNotExist there (a silent miss), and may be spared. Never raises where lazy access
    would not, database errors apart.
    """
    if not path:
        return []
    # What refuses is asked before the group is walked: a row that has nothing to fetch must not
    # cost more the larger its group is.
    if current is None:
        current = _first_pending(walk(instances, path[:-1]), path[-1])
    if current is None:
        return []
    relation = facts.relation(type(current), path[-1])
    if relation is None or not is_pending(relation, current):
        return []
    if usage is not None and not _may_be_read_whole(relation, usage):
        return []
    if not _may_batch(relation, current, certain=False):
        return []
    group = _peers_of(relation, walk(instances, path[:-1]), current)
    if len(group) < 2:
        return []
    misses = _batch(relation, group)
    if usage is not None:
        needs = _row_usage(relation, usage)
        if needs is not None:
            complete(_related(relation, group), needs, _related(relation, [current]))
    return misses


def together(
    relation: facts.Relation, instances: Sequence[Model], path: tuple[str, ...], current: Model
) -> list[Model]:
    """The instances that one query about their relation can serve, `current` first.

    `path` leads from `instances` to those that have the relation. Empty if `current` would run no
    query.
    """
    if not is_pending(relation, current):
        return []
    return _peers_of(relation, walk(instances, path), current)


def complete(
    instances: Sequence[Model], usage: Usage, witnesses: Sequence[Model] | None = None
) -> None:
    """Fetch what each of these instances is sure to need, level by level.

    `witnesses` are those that the template is sure to reach; all of them if None. Nothing is
    fetched that none of them would query itself.
    """
    for cls, group in _by_class(instances):
        for choice in choices(cls, usage.without(_hidden(group[0], usage))):
            if choice.usage is None and not choice.fetch:
                continue
            seen = None if witnesses is None else [one for one in witnesses if type(one) is cls]
            if choice.fetch and choice.relation is not None:
                _fetch(choice.relation, group, seen, certain=not _is_watched(cls, usage))
            if choice.usage is not None:
                _descend(choice, group, seen)


def _is_watched(cls: type[Model], usage: Usage) -> bool:
    """Whether code runs on these instances that may look at anything, deferred columns too."""
    for name in usage.fields:
        found = facts.class_attribute(cls, name)
        if found is None or facts.accessor(cls, name) is not None or name == "pk":
            continue
        # Imported for pages that run code of models.
        from .code_reading import reads  # noqa: PLC0415 - see above

        known = reads(cls, name)
        if known is None or not known.complete:
            return True
    return False


def _hidden(instance: Model, usage: Usage) -> list[str]:
    """Names under which an instance holds a value itself, which hides code of its class."""
    cls, values = type(instance), instance.__dict__
    return [
        name
        for name in usage.fields
        if name in values
        and facts.class_attribute(cls, name) is not None
        and facts.accessor(cls, name) is None
    ]


def _descend(choice: Choice, group: Sequence[Model], seen: Sequence[Model] | None) -> None:
    relation, usage = choice.relation, choice.usage
    assert usage is not None
    if relation is None:
        _descend_attribute(choice.name, usage, group, seen)
        return
    below = None if seen is None else _related(relation, seen)
    if below is None or below:
        complete(_related(relation, group), usage, below)


def _descend_attribute(
    name: str, usage: Usage, group: Sequence[Model], seen: Sequence[Model] | None
) -> None:
    """Walk rows that the site's own Prefetch left under a name of its choice."""
    for needed, listed in ((usage.row_needs(), True), (usage if usage.fields else None, False)):
        if needed is None:
            continue
        rows = _attribute_rows(group, name, listed)
        below = None if seen is None else _attribute_rows(seen, name, listed)
        if rows and (below is None or below):
            complete(rows, needed, below)


def _fetch(
    relation: facts.Relation, group: Sequence[Model], seen: Sequence[Model] | None, certain: bool
) -> None:
    """`certain`: a deferred key may be loaded here and now, because nobody can tell when it was."""
    if seen is None:
        pending = [one for one in group if is_pending(relation, one, certain)]
        if not pending or not _may_batch(relation, pending[0], certain=True):
            return
        for batch in _batches(relation, pending):
            # One related row costs Django less by itself; a collection may be read twice.
            if len(batch) > 1 or relation.kind == facts.TO_MANY:
                _batch(relation, batch)
        return
    for one in seen:
        if is_pending(relation, one) and _may_batch(relation, one, certain=False):
            _batch(relation, _peers_of(relation, group, one))


def _may_be_read_whole(relation: facts.Relation, usage: Usage) -> bool:
    if relation.kind != facts.TO_MANY:
        return True
    rows = usage.fields.get("all")
    return rows is not None and bool((rows.always | rows.maybe) & READS_ALL)


def _row_usage(relation: facts.Relation, usage: Usage) -> Usage | None:
    """The needs of each related row, given those of the attribute."""
    if relation.kind != facts.TO_MANY:
        return usage
    rows = usage.fields.get("all")
    return rows.row_needs() if rows is not None and rows.reached() else None


def _batch(relation: facts.Relation, group: Sequence[Model]) -> list[Model]:
    """Run Django's prefetch of one relation; the instances whose key points to no row."""
    try:
        prefetch_related_objects(list(group), relation.name)
    except DatabaseError:
        raise
    except Exception:
        # Reported in the log; the relation stays uncached, and lazy access answers for itself.
        logger.warning(
            "No batch for %s.%s", type(group[0])._meta.label, relation.name, exc_info=True
        )
        return []
    if relation.kind == facts.TO_MANY:
        for instance in group:
            batched(instance._prefetched_objects_cache[relation.cache])  # type: ignore[attr-defined]
        passing.note(group, relation.cache)
        keep_fetch_mode(group[0], _related(relation, group))
    misses = _forget_misses(relation, group) if relation.kind == facts.TO_ONE else []
    for instance in group:
        cache = instance._state.fields_cache
        if isinstance(cache, TouchedCache):
            cache.peers.watcher.fetched(cache.peers)
            break
    return misses


def _may_batch(relation: facts.Relation, instance: Model, certain: bool) -> bool:
    """Whether one query answers many as it answers one: the key and the manager in between."""
    if not _is_told_by_key(relation, instance):
        return False
    if relation.plain or relation.kind == facts.GENERIC:
        return True
    if relation.kind == facts.TO_MANY:
        queryset = getattr(instance, relation.name).get_queryset()
    else:
        assert relation.target is not None
        queryset = relation.target._base_manager.get_queryset()
    return not guards.refuses_batches(queryset, certain)


def _is_told_by_key(relation: facts.Relation, instance: Model) -> bool:
    """Whether a batch, which compares keys in Python, gives each instance the database's rows."""
    using = instance._state.db or DEFAULT_DB_ALIAS
    if relation.kind == facts.GENERIC:
        target = _generic_target(relation, instance)
        return target is None or links.matches_in_python(target._meta.pk, using)
    link = links.link(relation)
    if link is not None:
        return links.matches_in_python(link.key, using)
    if not isinstance(relation.field, ForeignKey):
        return True
    return links.matches_in_python(relation.field, using)


def _forget_misses(relation: facts.Relation, group: Sequence[Model]) -> list[Model]:
    """Undo the None that a batch leaves for a row that is missing: lazy access raises instead.

    A constraint is no proof for rows that were read before the related ones were deleted. Django's
    own peers leave None as well.
    """
    looked_for = relation.forward and (relation.nullable or relation.may_dangle())
    if not looked_for or not guards.fetches_one_by_one(group[0]):
        return []
    misses = []
    for instance in group:
        if instance._state.fields_cache.get(relation.cache, instance) is None:
            del instance._state.fields_cache[relation.cache]
            misses.append(instance)
    return misses


def keep_fetch_mode(parent: Model, rows: Sequence[Model]) -> None:
    """Give rows of a batch the fetch mode that lazy access would have handed down."""
    if guards.fetches_one_by_one(parent):
        return
    mode = parent._state.fetch_mode
    together = [ref(row) for row in rows]
    for row in rows:
        row._state.fetch_mode = mode
        if mode.track_peers:
            row._state.peers = together


def walk(instances: Iterable[Model], path: tuple[str, ...]) -> list[Model]:
    """The instances at the end of a path, through what is cached already."""
    rows = [row for row in instances if is_row(row)]
    for name in path:
        below: list[Model] = []
        for cls, group in _by_class(rows):
            relation = facts.relation(cls, name)
            if relation is not None:
                below += _related(relation, group)
            else:
                below += _attribute_rows(group, name, True) + _attribute_rows(group, name, False)
        rows = below
    return rows


def _first_pending(parents: Iterable[Model], name: str) -> Model | None:
    for parent in parents:
        relation = facts.relation(type(parent), name)
        if relation is not None and is_pending(relation, parent):
            return parent
    return None


def _related(relation: facts.Relation, instances: Iterable[Model]) -> list[Model]:
    """The related rows that these instances have in their caches, each object once."""
    found: dict[int, Model] = {}
    for instance in instances:
        if relation.kind == facts.TO_MANY:
            kept = instance.__dict__.get("_prefetched_objects_cache", {}).get(relation.cache)
            rows = getattr(kept, "_result_cache", None) or ()
        else:
            rows = (instance._state.fields_cache.get(relation.cache),)
        for row in rows:
            if is_row(row):
                found.setdefault(id(row), row)
    return list(found.values())


def _attribute_rows(instances: Iterable[Model], name: str, listed: bool) -> list[Model]:
    """Model instances that plain attributes of this name hold, in lists or alone."""
    found: dict[int, Model] = {}
    for instance in instances:
        value = instance.__dict__.get(name)
        rows = value if listed and type(value) is list else () if listed else (value,)
        for row in rows:
            if is_row(row):
                found.setdefault(id(row), row)
    return list(found.values())


def is_row(value: object) -> TypeGuard[Model]:
    """Whether a value is a model instance itself; a lazy object for one stays asleep."""
    return issubclass(type(value), Model)


def _by_class(instances: Iterable[Model]) -> Iterator[tuple[type[Model], list[Model]]]:
    groups: dict[type[Model], list[Model]] = {}
    for instance in instances:
        groups.setdefault(type(instance), []).append(instance)
    yield from groups.items()


def is_pending(relation: facts.Relation, instance: Model, certain: bool = False) -> bool:
    """Whether lazy access would run a query that a batch can answer as well.

    A deferred key is loaded row by row: a batch may do that only for rows that are sure to be
    asked for it, and if no code of the site's takes part in it.
    """
    state, values = instance._state, instance.__dict__
    if state.adding or not guards.fetches_freely(instance):
        return False
    if relation.may_dangle() and not guards.fetches_one_by_one(instance):
        # Django's own peers give None for a missing row where access one by one raises.
        return False
    if relation.kind == facts.TO_MANY:
        if relation.cache in values.get("_prefetched_objects_cache", ()):
            return False
    elif relation.cache in state.fields_cache:
        return False
    for attname in relation.local:
        if values.get(attname) is not None:
            continue
        if attname in values or not certain or not facts.reloads_plainly(type(instance)):
            return False
    if not _is_as_loaded(relation, values.get(relation.local[0])) or _is_apart(relation, instance):
        return False
    if relation.kind == facts.GENERIC:
        return all(name in values for name in relation.local) and _is_canonical(relation, instance)
    if relation.parent_link:
        # Built from the columns of the row, unless some of them are deferred.
        assert relation.target is not None
        deferred = instance.get_deferred_fields()
        return any(column.attname in deferred for column in relation.target._meta.concrete_fields)
    return not (relation.forward and _is_cached_on_ancestor(relation, instance))


def _is_as_loaded(relation: facts.Relation, key: object) -> bool:
    """Whether a key is of the type that the database gives, if the instance has it.

    A batch matches rows by their keys in Python, where a text of digits is no number.
    """
    link = links.link(relation)
    if link is not None:
        return key is None or links.is_key(link.key, key)
    if relation.kind != facts.TO_ONE or not isinstance(relation.field, ForeignKey):
        return True
    return key is None or links.is_key(relation.field, key)


def _is_apart(relation: facts.Relation, instance: Model) -> bool:
    """Whether what points to the instance is read from elsewhere: Django refuses to link both."""
    link = links.link(relation)
    if link is None or link.through is not None:
        return False
    return _routed(relation, instance) not in (None, instance._state.db or DEFAULT_DB_ALIAS)


def _is_cached_on_ancestor(relation: facts.Relation, instance: Model) -> bool:
    """Whether the parent row of a multi-table child has the related row already."""
    link = instance._meta.get_ancestor_link(relation.field.model)
    if not link or not link.is_cached(instance):
        return False
    ancestor = link.get_cached_value(instance)
    return relation.field.get_cached_value(ancestor, default=None) is not None


def _is_canonical(relation: facts.Relation, instance: Model) -> bool:
    """Whether a generic key reads as the key of its target does, so that a batch can match them.

    A batch compares keys in Python and in the default database, lazy access in the instance's own.
    """
    target = _generic_target(relation, instance)
    if target is None or router.db_for_read(target) != (instance._state.db or DEFAULT_DB_ALIAS):
        return False
    if not facts.plain_manager(target._base_manager):
        return False
    key: Any = target._meta.pk
    while key.remote_field is not None:
        key = key.target_field
    if not isinstance(key, _GENERIC_KEYS):
        return False
    value = instance.__dict__[relation.local[1]]
    try:
        return str(key.to_python(value)) == str(value)
    except ValidationError:
        return False


def _generic_target(relation: facts.Relation, instance: Model) -> type[Model] | None:
    kind = relation.field.get_content_type(
        id=instance.__dict__[relation.local[0]], using=instance._state.db
    )
    target: type[Model] | None = kind.model_class()
    return target


def _peers_of(relation: facts.Relation, parents: Iterable[Model], current: Model) -> list[Model]:
    """Those that the query of `current` can answer too: as many as one query takes.

    What comes after `current` is taken first, because it is about to be rendered.
    """
    cls, key, size = type(current), _query_key(relation, current), _batch_size(relation, current)
    seen = {_identity(relation, current)}
    before: list[Model] = []
    after = [current]
    found = False
    for parent in parents:
        found = found or parent is current
        if type(parent) is not cls or _query_key(relation, parent) != key:
            continue
        if is_pending(relation, parent) and _identity(relation, parent) not in seen:
            seen.add(_identity(relation, parent))
            (after if found else before).append(parent)
            if len(after) == size:
                break
    return [*after, *before][:size]


def _batches(relation: facts.Relation, pending: Iterable[Model]) -> Iterator[list[Model]]:
    """Split instances so that each batch is one query."""
    groups: dict[Hashable, list[Model]] = {}
    for instance in pending:
        groups.setdefault(_query_key(relation, instance), []).append(instance)
    for group in groups.values():
        size = _batch_size(relation, group[0])
        while group:
            batch: dict[Hashable, Model] = {}
            later: list[Model] = []
            for instance in group:
                identity = _identity(relation, instance)
                if len(batch) < size and identity not in batch:
                    batch[identity] = instance
                else:
                    later.append(instance)
            yield list(batch.values())
            group = later


def _identity(relation: facts.Relation, instance: Model) -> Hashable:
    """What only one instance of a batch may have.

    A batch makes the parent of a related row known to it, as lazy access does: of two objects for
    one row it could be only one.
    """
    if relation.forward or getattr(relation.field, "many_to_many", False):
        return id(instance)
    return tuple(instance.__dict__.get(name) for name in relation.local)


def _query_key(relation: facts.Relation, instance: Model) -> Hashable:
    """What instances must share so that one query answers for them."""
    state = instance._state
    kind = instance.__dict__.get(relation.local[0]) if relation.kind == facts.GENERIC else None
    return state.db, _routed(relation, instance), kind, id(getattr(state, "fetch_mode", None))


def _routed(relation: facts.Relation, instance: Model) -> str | None:
    """Where the site's routers read this relation of an instance from; None: its own database."""
    if not router.routers or relation.target is None:
        return None
    return router.db_for_read(relation.target, instance=instance)


def _batch_size(relation: facts.Relation, instance: Model) -> int:
    return guards.batch_size(instance._state.db or DEFAULT_DB_ALIAS, len(relation.local))
