"""May this QuerySet be rewritten? Reads Django's private state; every no is a named Reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import DEFAULT_DB_ALIAS, connections, models, router
from django.db.models import Model, Prefetch, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import BaseExpression, RawSQL
from django.db.models.query import ModelIterable
from django.db.models.signals import post_init, pre_init
from django.db.models.sql import Query
from django.db.models.sql.where import ExtraWhere

from djust_backend.records import Record

from . import facts
from .plan import Reason
from .source import QUERYSET_PROTOCOL, counts_itself, keeps
from .touched import TouchedRows

# Fetch modes came with Django 6.1; before it no instance has one.
FETCH_ONE: object = getattr(models, "FETCH_ONE", None)
_OPEN_FETCH_MODES = (FETCH_ONE, getattr(models, "FETCH_PEERS", None))

# SQLite joins at most 64 tables; half of it leaves room for subqueries and parents.
MAX_TABLES = 32

# Enough to make queries rare, and few enough for every driver's limit on parameters.
MAX_BATCH = 10_000
# Parameters left free for what managers and generic relations add to the condition.
_SPARE_PARAMETERS = 100

_REWRITTEN_METHODS = (
    "_fetch_all",
    "_clone",
    "_chain",
    "_prefetch_related_objects",
    "iterator",
    "query",
    "db",
)

_ROW_METHODS = (
    *_REWRITTEN_METHODS,
    *QUERYSET_PROTOCOL,
    "_values",
    "iterator",
    "values_list",
)

# A selection as nested pairs (name, selection below), so that it can be a key.
Selection: TypeAlias = "tuple[tuple[str, Selection], ...]"


class QueryFacts(Record):
    """What a plan depends on besides the usage: the model and the shape of its query.

    `refused` forbids joins altogether, `rows` forbids rows without instances. `apart` are models
    that the router keeps elsewhere, `own_querysets` paths that the QuerySet prefetches with
    QuerySets, or to attributes, of its own. `deferred` are the names of `defer()`, or of `only()`.
    `ordered`: no two rows tie in the order. `known` are relations whose object the related manager
    has; it may be of a child class with a primary key of its own, but for those in `same_keys`.
    """

    model: type[Model]
    db: str = DEFAULT_DB_ALIAS
    refused: Reason | None = None
    constraints: bool = True
    selected: Selection = ()
    deferred: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    same_keys: frozenset[str] = frozenset()
    prefetched: frozenset[str] = frozenset()
    apart: frozenset[type[Model]] = frozenset()
    rows: Reason | None = None
    only: bool = False
    annotations: tuple[str, ...] = ()
    own_querysets: frozenset[str] = frozenset()
    ordered: bool = True

    def defers(self, attname: str, model: type[Model]) -> bool:
        """Whether `defer()` or `only()` of the QuerySet leaves this column of the model out."""
        if not self.deferred:
            return False
        column = model._meta.get_field(attname)
        named = column.name in self.deferred or attname in self.deferred
        return named if not self.only else not named and not getattr(column, "primary_key", False)


def examine(queryset: Any) -> QueryFacts:
    """Gather the facts of an unevaluated QuerySet, without any query of its own."""
    query = queryset.query
    db = queryset.db
    selected = query.select_related
    return QueryFacts(
        model=queryset.model,
        db=db,
        refused=_refusal(queryset, query),
        constraints=has_constraints(db),
        selected=frozen(selected) if isinstance(selected, dict) else (),
        deferred=frozenset(query.deferred_loading[0]),
        rows=_row_refusal(queryset, query),
        only=not query.deferred_loading[1],
        annotations=tuple(query.annotation_select) if query.annotations else (),
        ordered=_refused_order(query) is None,
        own_querysets=frozenset(_own_querysets(queryset._prefetch_related_lookups)),
        known=frozenset(known.name for known in queryset._known_related_objects),
        prefetched=frozenset(_prefetch_paths(queryset._prefetch_related_lookups)),
    )


def with_routes(facts: QueryFacts, targets: Iterable[type[Model]]) -> QueryFacts:
    """The same facts, knowing which of these models the site's routers read from elsewhere.

    Without routers related rows come from the database of their instance, and nobody is asked
    for the models.
    """
    if not router.routers:
        return facts
    # Most sites have none.
    from . import routes  # noqa: PLC0415 - see above

    if routes.look_at_instances():
        refused = facts.refused or Reason.ROUTED_BY_INSTANCE
        return facts.but(refused=refused, rows=facts.rows or Reason.ROUTED_BY_INSTANCE)
    apart = frozenset(model for model in targets if router.db_for_read(model) != facts.db)
    if not apart:
        return facts
    return facts.but(apart=apart)


def keeps_protocols(kind: type) -> tuple[bool, bool]:
    """Whether a QuerySet class fetches, and gives rows of values, in Django's own way."""
    return keeps(kind, QuerySet, _REWRITTEN_METHODS), keeps(kind, QuerySet, _ROW_METHODS)


def gives_plain_models(queryset: QuerySet[Any]) -> bool:
    """Whether the rows will be instances of exactly the QuerySet's model."""
    return queryset._iterable_class in (ModelIterable, TouchedRows)


def is_evaluated(queryset: QuerySet[Any]) -> bool:
    """Whether the rows are there already."""
    return queryset._result_cache is not None


def counts_its_rows(queryset: Any) -> bool:
    """Whether `count()` and `exists()` are sure to say what the rows say, were they read before.

    They leave out the QuerySet's joins for related rows and for its order, which may lose rows, and
    treat annotations, groups and duplicates in their own way. They run no prefetches, which may
    fail.
    """
    query: Any = queryset.query
    if not (counts_itself(type(queryset)) and gives_plain_models(queryset)):
        return False
    kind = type(query)
    if kind is not Query or not keeps(type(queryset), QuerySet, _REWRITTEN_METHODS):
        return False
    if query.select_related or query.annotations or query.distinct or _refused_shape(query):
        return False
    if _prefetches_may_fail(query.model, queryset._prefetch_related_lookups):
        return False
    ordering = query.order_by or (query.get_meta().ordering if query.default_ordering else ())
    return facts.orders_by_columns(query.model, ordering)


def refuses_batches(queryset: Any, certain: bool) -> bool:
    """Whether one query for many parents could differ from one query for each.

    Asked of the QuerySet of a custom manager. Slices, DISTINCT ON, windows and combined queries
    look at rows of other parents. A manager's own prefetches cost further queries, which
    lazy access of a parent without rows would not run: allowed only where every parent is sure
    to be read.
    """
    query = queryset.query
    return bool(
        query.combinator
        or query.is_sliced
        or query.distinct_fields
        or any(annotation.contains_over_clause for annotation in query.annotations.values())
        or not gives_plain_models(queryset)
        or (queryset._prefetch_related_lookups and not certain)
    )


def has_listeners(models: Iterable[type[Model]]) -> bool:
    """Whether somebody waits for instances of these models to be made."""
    if not pre_init.receivers and not post_init.receivers:
        return False
    return any(pre_init.has_listeners(one) or post_init.has_listeners(one) for one in models)


def fetches_freely(instance: Model) -> bool:
    """Whether lazy access is not forbidden or replaced by a fetch mode of the site's own."""
    return getattr(instance._state, "fetch_mode", None) in _OPEN_FETCH_MODES


def fetches_one_by_one(instance: Model) -> bool:
    """Whether lazy access asks for one row: Django's default, and all there is before 6.1."""
    return getattr(instance._state, "fetch_mode", None) in (None, FETCH_ONE)


def has_constraints(using: str) -> bool:
    """Whether this database keeps foreign keys pointing to rows."""
    return bool(connections[using].features.supports_foreign_keys)


def batch_size(using: str, columns: int = 1) -> int:
    """For how many parents, named by so many columns each, one query may ask."""
    limit = connections[using].features.max_query_params
    if not limit:
        return MAX_BATCH
    return max(1, min(MAX_BATCH, (limit - _SPARE_PARAMETERS) // max(1, columns)))


def _refusal(queryset: QuerySet[Any], query: Query) -> Reason | None:
    if not keeps(type(queryset), QuerySet, _REWRITTEN_METHODS):
        return Reason.CUSTOM_QUERYSET
    if not gives_plain_models(queryset) or query.values_select:
        return Reason.NOT_MODELS
    if type(query) is not Query:
        return Reason.CUSTOM_QUERY
    if getattr(queryset, "_fetch_mode", None) not in _OPEN_FETCH_MODES:
        return Reason.FETCH_MODE
    shape = _refused_shape(query)
    if shape is not None:
        return shape
    return _refused_order(query)


def _row_refusal(queryset: QuerySet[Any], query: Any) -> Reason | None:
    """Why the rows of this QuerySet may not be fetched as plain values."""
    if not keeps(type(queryset), QuerySet, _ROW_METHODS):
        return Reason.CUSTOM_QUERYSET
    if not gives_plain_models(queryset) or query.values_select:
        return Reason.NOT_MODELS
    if getattr(queryset, "_fetch_mode", None) not in _OPEN_FETCH_MODES:
        return Reason.FETCH_MODE
    lookups = queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    checks = (
        (type(query) is not Query, Reason.CUSTOM_QUERY),
        (query.combinator, Reason.COMBINED),
        (query.select_for_update, Reason.LOCKED),
        (query.extra or query.extra_tables, Reason.RAW_SQL),
        (query._filtered_relations, Reason.FILTERED_RELATION),
        (query.distinct and (query.distinct_fields or query.annotations), Reason.DISTINCT),
        (query.deferred_loading[0] and not _can_defer(query), Reason.DEFERRED),
        (not _selects_all_rows(query), Reason.NO_CONSTRAINT),
        (not all(map(partial(_is_plain_prefetch, query.model), lookups)), Reason.USER_PREFETCH),
    )
    return next((reason for refused, reason in checks if refused), None)


def _can_defer(query: Query) -> bool:
    """Whether Django finds all that `defer()` and `only()` name, and they reach into no join."""
    if query.select_related:
        return False
    try:
        query.get_select_mask()
    except (FieldDoesNotExist, FieldError):
        # The query with instances says so.
        return False
    return True


def _prefetches_may_fail(model: type[Model], lookups: Iterable[Any]) -> bool:
    """Whether Django may refuse the view's prefetches: names not there, or asked for twice."""
    seen: set[str] = set()
    for lookup in lookups:
        own = isinstance(lookup, Prefetch)
        to = lookup.prefetch_to if own else str(lookup)
        if not _is_plain_prefetch(model, lookup.prefetch_through if own else lookup):
            return True
        if own and (to in seen or to != lookup.prefetch_through):
            return True
        steps = to.split(LOOKUP_SEP)
        seen.update(LOOKUP_SEP.join(steps[:length]) for length in range(1, len(steps) + 1))
    return False


def _is_plain_prefetch(model: type[Model], lookup: Any) -> bool:
    """Whether a prefetch of the view's names relations by their plain path: others may fail."""
    if not isinstance(lookup, str):
        return False
    for name in lookup.split(LOOKUP_SEP):
        found = facts.relation(model, name)
        if found is None or found.target is None:
            return False
        model = found.target
    return True


def _selects_all_rows(query: Query) -> bool:
    """Whether the joins that a view asks for itself lose no rows, so that they may be left out."""
    if not query.select_related:
        return True
    if query.select_related is True:
        return False
    return all(
        _keeps_rows(query.model, name, below) for name, below in query.select_related.items()
    )


def _keeps_rows(model: type[Model] | None, name: str, below: dict[str, Any]) -> bool:
    found = facts.joined(model, name) if model is not None else None
    return (
        found is not None
        and (found.guaranteed or found.nullable)
        and all(_keeps_rows(found.target, further, deeper) for further, deeper in below.items())
    )


def _own_querysets(lookups: Iterable[Any]) -> Iterator[str]:
    for lookup in lookups:
        if isinstance(lookup, Prefetch) and (
            lookup.queryset is not None or lookup.to_attr != lookup.prefetch_through
        ):
            yield lookup.prefetch_through
            yield lookup.prefetch_to


def _refused_shape(query: Any) -> Reason | None:
    names, deferring = query.deferred_loading
    checks = (
        (query.combinator, Reason.COMBINED),
        (query.select_for_update, Reason.LOCKED),
        (query.select_related is True, Reason.JOINS_ALL),
        (query.group_by is not None, Reason.GROUPED),
        (query.distinct, Reason.DISTINCT),
        (query._filtered_relations, Reason.FILTERED_RELATION),
        (not deferring, Reason.ONLY),
        (any(LOOKUP_SEP in name for name in names), Reason.DEFERRED_BEYOND),
        (_tables(query) > MAX_TABLES, Reason.MANY_TABLES),
    )
    for refused, reason in checks:
        if refused:
            return reason
    if query.extra or query.extra_tables or query.extra_order_by or has_raw_sql(query):
        return Reason.RAW_SQL
    return None


def _tables(query: Query) -> int:
    """How many tables the query joins; Django keeps aliases that nothing refers to any more."""
    return sum(count > 0 for count in query.alias_refcount.values())


def has_raw_sql(query: Query) -> bool:
    """Whether somebody has written a part of the condition or order as SQL."""
    parts: list[Any] = [query.where, *query.annotations.values(), *query.order_by]
    return any(isinstance(part, (RawSQL, ExtraWhere)) for part in _parts(parts))


def _parts(roots: Iterable[Any]) -> Iterator[Any]:
    """Every node of these trees of conditions and expressions."""
    waiting = list(roots)
    while waiting:
        part = waiting.pop()
        yield part
        waiting += getattr(part, "children", ())
        if isinstance(part, BaseExpression) or hasattr(part, "get_source_expressions"):
            waiting += [below for below in part.get_source_expressions() if below is not None]


def _refused_order(query: Any) -> Reason | None:
    """A join may be added only to rows in a total order: anything less the database may change."""
    options = query.get_meta()
    ordering = query.order_by or (options.ordering if query.default_ordering else ())
    if not ordering:
        return Reason.UNORDERED
    if query.annotations and _tables(query) > 1:
        # A multi-valued join may repeat a row with different annotations.
        return Reason.ORDER_HAS_TIES
    if facts.is_total_order(query.model, ordering, frozenset(query.annotations)):
        return None
    return Reason.ORDER_HAS_TIES


def frozen(selected: dict[str, Any]) -> Selection:
    """What `select_related` of a query holds, as a key."""
    return tuple(sorted((name, frozen(below)) for name, below in selected.items()))


def _prefetch_paths(lookups: Iterable[Any]) -> Iterator[str]:
    """Each accessor path that a QuerySet's own prefetches walk, with all its beginnings."""
    for lookup in lookups:
        path = lookup.prefetch_through if isinstance(lookup, Prefetch) else str(lookup)
        steps = path.split(LOOKUP_SEP)
        for length in range(1, len(steps) + 1):
            yield LOOKUP_SEP.join(steps[:length])
