"""Related rows of an instance of the view's: one query where lazy access would run one for each.

Django's own advice is `select_related` in the view's query. When a page is rendered that query has
been run, and what is left is one more: for all single rows that the page is sure to read of the
instance, or for the rows of a collection that have them as columns of their own. It runs at the
moment of the first lazy access, and leaves in the caches what lazy access would.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP

from . import facts, guards, peers
from .choose import companions as choose
from .choose.companions import Companions
from .conversions import ready
from .kept import Kept
from .levels import Level
from .row_mode import level_of
from .rowsets import BUILD_ERRORS, bind
from .shapes import Simple
from .single_rows import together
from .statements import Fetched, Request, request_selected
from .usage import Usage

logger = logging.getLogger("djust_backend.orm")

# A database in the same process repeats long texts at no cost worth a query.
_IN_PROCESS = "sqlite"


class _Waiting(threading.local):
    """What is expected of the instances of this thread's renders, by their addresses."""

    def __init__(self) -> None:
        self.instances: dict[int, Expected] = {}


_waiting = _Waiting()


class Expected:
    """An instance, and what a page is sure to read of it.

    `sends`: the rows of its collections are sent for in a pipeline. `announced` are the accessors
    of collections whose rows have come, or are about to.
    """

    __slots__ = (
        "_instance",
        "_is_fetched",
        "_kept",
        "_missing",
        "_sends",
        "_usage",
        "_using",
        "announced",
    )

    def __init__(self, instance: Model, usage: Usage, using: str, sends: bool) -> None:
        self._instance = instance
        self._usage = usage
        self._using = using
        self._sends = sends
        self._kept: Kept | None = None
        self._is_fetched = False
        # The keys for which there is no row, by accessor.
        self._missing: dict[str, Any] = {}
        self.announced: set[str] = set()

    def misses(self, name: str) -> bool:
        """Whether lazy access to this relation would look for a row that is not there."""
        if name not in self._missing:
            return False
        relation = facts.relation(type(self._instance), name)
        assert relation is not None
        return bool(self._instance.__dict__.get(relation.local[0]) == self._missing[name])

    def fetch(self) -> None:
        """Run the query that finds most of it, once. Database errors as they come."""
        if self._is_fetched:
            return
        self._is_fetched = True
        found = self._wanted()
        if found.ones and (self._sends or not self._with_rows(found)):
            self._alone(found)

    def request(self) -> tuple[Request | None, frozenset[str]]:
        """The query that `fetch` would run where rows are sent for, and the relations it is for."""
        found = self._wanted()
        request = self._request(found) if found.ones else None
        names = () if request is None else (one.relation.name for one in found.branches)
        return request, frozenset(names)

    def _wanted(self) -> Companions:
        """Single rows that lazy access would ask for, and that a query finds as it would."""
        model = type(self._instance)
        names = self._pending(choose.sure(model, self._usage).ones)
        found = choose.companions(model, self._usage, names)
        targets = (one.relation.target for one in found.ones)
        return choose.NOTHING if guards.has_listeners(filter(None, targets)) else found

    def stop(self) -> None:
        """The page is done."""
        known = _waiting.instances
        if known.get(id(self._instance)) is self:
            del known[id(self._instance)]
        if self._kept is not None:
            self._kept.stop()

    def _pending(self, names: Sequence[str]) -> tuple[str, ...]:
        found = ((name, facts.relation(type(self._instance), name)) for name in names)
        return tuple(
            name for name, one in found if one is not None and peers.is_pending(one, self._instance)
        )

    def _with_rows(self, found: Companions) -> bool:
        """Fetch them with the rows of a collection; False if there is none, or if it is empty."""
        connection = connections[self._using]
        if not found.is_bounded and connection.vendor != _IN_PROCESS:
            return False
        for name in self._pending(choose.sure(type(self._instance), self._usage).collections):
            relation = facts.relation(type(self._instance), name)
            assert relation is not None
            rows = choose.rows_of_all(self._usage.fields[name])
            if rows is None or not _leads_back(relation):
                continue
            queryset = getattr(self._instance, name).all()
            level, simple = level_of(queryset, rows)
            # A join may be added to rows in a total order, and to no query of the site's own.
            if level is None or simple is None or simple.shape.facts.refused is not None:
                continue
            if bind(level).may_be_read():
                return self._joined(found, relation, queryset, level, simple)
        return False

    def _joined(
        self,
        found: Companions,
        relation: facts.Relation,
        queryset: Any,
        level: Level,
        simple: Simple,
    ) -> bool:
        # What related rows are found by, in the row of the instance.
        keys = tuple(dict.fromkeys(one.relation.local[0] for one in found.branches))
        columns = (*level.columns, *_by_way_of(relation.field.name, found, keys))
        try:
            request = request_selected(queryset, level.columns, level, simple)
            wider = request_selected(queryset, columns, (level, found), simple)
        except BUILD_ERRORS as error:
            return self._not_built(error)
        if request is None or wider is None:
            return False
        answer = wider.run()
        width = len(level.columns)
        stored = tuple(one for one in answer.stored if one.at < width)
        rows = [row[:width] for row in answer.rows]
        self._kept = Kept(request, Fetched(rows, stored))
        self.announced.add(relation.name)
        if not answer.rows:
            return False
        row = ready(answer.rows[0], answer.stored)
        self._fill(found, row[width + len(keys) :], dict(zip(keys, row[width:], strict=False)))
        return True

    def _alone(self, found: Companions) -> None:
        request = self._request(found)
        if request is not None:
            answer = request.run()
            self._fill(found, ready(answer.rows[0], answer.stored), {})

    def _request(self, found: Companions) -> Request | None:
        try:
            return together(found, self._instance, connections[self._using])
        except EmptyResultSet:
            # A key that no column can hold: whoever reads that relation is told so.
            return None
        except BUILD_ERRORS as error:
            self._not_built(error)
            return None

    def _not_built(self, error: Exception) -> bool:
        # Reported in the log; lazy access answers for itself.
        logger.warning("No companions of %s: %s", type(self._instance)._meta.label, error)
        return False

    def _fill(self, found: Companions, row: Sequence[Any], keys: Mapping[str, Any]) -> None:
        """Leave in the caches what lazy access would.

        `keys` are those that the database has in the row of the instance, if rows were found by
        them: the view may have changed its own.
        """
        there: dict[tuple[str, ...], Model] = {(): self._instance}
        for one in found.ones:
            parent, relation = there.get(one.path[:-1]), one.relation
            if parent is None or (parent is self._instance and self._is_changed(relation, keys)):
                continue
            cache = parent._state.fields_cache
            if row[one.key] is None:
                # No key, or no row.
                if not relation.forward:
                    cache[relation.cache] = None
                elif parent is self._instance:
                    self._missing[relation.name] = parent.__dict__[relation.local[0]]
                continue
            assert relation.target is not None
            columns = row[one.at : one.at + len(one.attnames)]
            related = relation.target.from_db(self._using, one.attnames, columns)
            cache[relation.cache] = there[one.path] = related
            if not relation.forward:
                related._state.fields_cache[relation.field.cache_name] = parent
            elif not relation.field.remote_field.multiple:
                related._state.fields_cache[relation.field.remote_field.cache_name] = parent

    def _is_changed(self, relation: facts.Relation, keys: Mapping[str, Any]) -> bool:
        name = relation.local[0]
        if name not in keys:
            return False
        mine, its = self._instance.__dict__.get(name), keys[name]
        return type(mine) is not type(its) or bool(mine != its)


def expect(instance: Model, usage: Usage, sends: bool) -> Expected | None:
    """Have what a page is sure to read of an instance fetched at the first read; for `stop`.

    `usage` is everything that the page does with it. `sends`: queries for its collections may be
    sent together. None if there is nothing to be done.
    """
    using = instance._state.db or DEFAULT_DB_ALIAS
    # Routers answer for each query, and may look at anything.
    if router.routers or not usage.reached() or not guards.fetches_one_by_one(instance):
        return None
    sure = choose.sure(type(instance), usage)
    is_sure = guards.has_constraints(using)
    found = choose.companions(type(instance), usage, sure.ones if is_sure else ())
    if not found.ones and not (sends and (sure.ones or sure.collections)):
        return None
    expected = Expected(instance, usage, using, sends)
    # Once, where a page is rendered within another one.
    return expected if _waiting.instances.setdefault(id(instance), expected) is expected else None


def fetch_companions(instance: Model, name: str) -> bool:
    """Fetch what was expected of this instance, of which the relation `name` is about to be read.

    True if it is known by then that its key points to no row: lazy access would raise.
    """
    expected = _waiting.instances.get(id(instance))
    if expected is None:
        return False
    expected.fetch()
    return expected.misses(name)


def is_announced(instance: Model, name: str) -> bool:
    """Whether the rows of a collection come without a batch."""
    expected = _waiting.instances.get(id(instance))
    return expected is not None and name in expected.announced


def _leads_back(relation: facts.Relation) -> bool:
    """Whether each row of a collection is sure to find the instance by its own foreign key."""
    field = relation.field
    if field.many_to_many or not getattr(field, "many_to_one", False):
        return False
    back = facts.relation(field.model, field.name)
    return back is not None and back.guaranteed and back.target is relation.owner


def _by_way_of(name: str, found: Companions, keys: Sequence[str]) -> Iterator[str]:
    """Columns of the instance's row and of its companions, as rows that point to it name them."""
    yield from (f"{name}{LOOKUP_SEP}{key}" for key in keys)
    for branch in found.branches:
        for column in branch.columns:
            yield LOOKUP_SEP.join((name, branch.relation.query_name, column))
