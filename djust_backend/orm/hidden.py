"""Relations that Python code walks: fetched for all peers at the moment of the first lazy access.

Properties, methods, `__str__`, tags, filters and forms get at relations where no template sees it.
The instances that they may get at are watched until the page is done: their cache of related
objects tells when a relation is about to be fetched. So nothing is fetched that the code does not
ask for, and there is nothing to learn: the same page costs the same queries in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from . import facts, guards, peers
from .touched import Peers, TouchedCache, TouchedRows
from .versions import while_unchanged

Path: TypeAlias = "tuple[str, ...]"
_NO_CACHE: dict[str, Any] = {}


class Watch:
    """The instances and QuerySets of one render that Python code may get at."""

    def __init__(self) -> None:
        self._instances: list[Model] = []
        self._querysets: list[Any] = []
        # Keys that point to no row: the instance and the columns, by instance and accessor.
        self._misses: dict[tuple[int, str], tuple[Model, list[Any]]] = {}

    def instances(self, rows: list[Model], path: Path = ()) -> None:
        """Watches the instances at the end of `path` from these, if they have peers."""
        group = peers.walk(rows, path)
        if len(group) > 1:
            self._watch(group, Peers(self, rows, path))

    def queryset(self, queryset: QuerySet[Any]) -> None:
        """Watches the rows of a QuerySet; those that it has not fetched yet, as they come."""
        if guards.is_evaluated(queryset):
            rows = queryset._result_cache
            if rows and peers.is_row(rows[0]):
                self.instances(rows)
        elif queryset._iterable_class is ModelIterable:
            watched: Any = queryset
            watched._iterable_class = TouchedRows
            watched._watcher = self
            self._querysets.append(queryset)

    def stop(self) -> None:
        """Leaves everything as it was found."""
        for instance in self._instances:
            cache = instance._state.fields_cache
            if isinstance(cache, TouchedCache) and cache.peers.watcher is self:
                instance._state.fields_cache = cache.copy()
        for queryset in self._querysets:
            queryset._iterable_class = ModelIterable
            del queryset._watcher
        self._instances, self._querysets, self._misses = [], [], {}

    def touched(self, instance: Model, name: str, known: Peers) -> None:
        """Fetches a relation for the peers of an instance whose code is about to fetch it."""
        relation = facts.relation(type(instance), name)
        if relation is None or relation.cache != name:
            return
        self._raise_miss(relation, instance)
        for miss in peers.load(known.rows, (*known.path, name), None, instance):
            self._misses[id(miss), name] = (miss, _columns(relation, miss))
        self._raise_miss(relation, instance)

    def fetched(self, known: Peers) -> None:
        """Watches what has come into the caches of instances."""
        group = peers.walk(known.rows, known.path)
        self._watch_related(
            [one for one in group if isinstance(one._state.fields_cache, TouchedCache)], known
        )

    def _watch(self, instances: list[Model], known: Peers) -> None:
        watched = []
        for one in instances:
            state = one._state
            cache = state.fields_cache
            if type(cache) is dict and (guards.FETCH_ONE is None or guards.fetches_freely(one)):
                state.fields_cache = touched = TouchedCache(cache)
                touched.peers = known
                watched.append(one)
        self._instances += watched
        self._watch_related(watched, known)

    def _watch_related(self, instances: list[Model], known: Peers) -> None:
        """Watches the related objects that instances have already, one path further each."""
        below: dict[str, list[Model]] = {}
        for one in instances:
            for name, related in one._state.fields_cache.items():
                if peers.is_row(related) and type(related._state.fields_cache) is dict:
                    below.setdefault(name, []).append(related)
            for name, rows in one.__dict__.get("_prefetched_objects_cache", _NO_CACHE).items():
                below.setdefault(name, []).extend(getattr(rows, "_result_cache", None) or ())
        for name, found in below.items():
            if any(_leads(cls, name) for cls in set(map(type, instances))):
                rows = [one for one in found if peers.is_row(one) and has_relations(type(one))]
                if rows:
                    self._watch(rows, Peers(self, known.rows, (*known.path, name)))

    def _raise_miss(self, relation: facts.Relation, instance: Model) -> None:
        known = self._misses.get((id(instance), relation.name))
        if known is not None and known[1] == _columns(relation, instance):
            raise missing(type(instance), relation.name)


@while_unchanged
def _leads(model: type[Model], name: str) -> bool:
    """Whether what is kept under this name is what the attribute of this name leads to."""
    relation = facts.relation(model, name)
    return relation is not None and relation.cache == name


@while_unchanged
def has_relations(model: type[Model]) -> bool:
    """Whether code can get from an instance of this class to others."""
    names: Iterable[str] = (name for base in model.__mro__ for name in vars(base))
    return any(facts.relation(model, name) is not None for name in names)


def may_walk(model: type[Model], name: str) -> bool:
    """Whether getting this attribute of an instance may run code that gets to other instances."""
    if facts.class_attribute(model, name) is None or facts.accessor(model, name) is not None:
        return False
    if not has_relations(model):
        return False
    # Imported for pages that run code of models.
    from .code_reading import reads  # noqa: PLC0415 - see above

    found = reads(model, name)
    if found is None or not found.complete:
        return True
    return any(facts.relation(model, below) is not None for below in found.usage.fields)


def missing(model: type[Model], name: str) -> Exception:
    """The exception of lazy access to a relation whose key points to no row."""
    target: Any = model._meta.get_field(name).related_model
    error: Exception = target.DoesNotExist(
        f"{target._meta.object_name} matching query does not exist."
    )
    return error


def _columns(relation: facts.Relation, instance: Model) -> list[Any]:
    return [instance.__dict__.get(name) for name in relation.local]
