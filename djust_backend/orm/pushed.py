"""What a render asks about collections: one query for all peers where each would run its own.

The law of this file is that of `peers`: a query runs only if the instance that the template is
about to touch would have run it, and it is that query, widened to the instance's peers. What it
finds is given back, never put on instances, where Python code could see it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, TypeAlias
from weakref import finalize, ref

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, router
from django.db.models import ForeignKey, Model

from . import facts, links, peers, pushdown
from .choose.pushdown import count_refusal, needs_rows, window_refusal
from .harmless import READING
from .levels import Part
from .usage import COUNTED, Usage

logger = logging.getLogger("djust_backend.orm")

COUNT = "count"
EXISTS = "exists"
LENGTH = "length"
TRUTH = "truth"

# `LENGTH` and `TRUTH` are asked of a QuerySet of all rows, which is read for nothing else.
Question: TypeAlias = "str | tuple[int, int | None, bool]"
Group: TypeAlias = "tuple[Sequence[Model], tuple[str, ...], Usage | None]"
Answer: TypeAlias = "tuple[list[tuple[Model, Any]], Usage | None]"


class Answers:
    """Asks on behalf of one render; `stale` once somebody has written to a database that it asked.

    What was answered before must then be forgotten, and is asked no more: a template that writes
    in a loop would ask for all rows again in each turn.
    """

    __slots__ = ("__weakref__", "_removals", "_watched", "stale")

    def __init__(self) -> None:
        self.stale = False
        # By alias: the statements' wrappers of the connection that is watched.
        self._watched: dict[str, list[Any]] = {}
        self._removals: list[finalize[..., Answers]] = []

    def ask(self, group: Group, current: Model, question: Question) -> Answer | None:
        """The answers for `current` and those of its peers that would ask the same.

        `group` are the instances that the walk started from, the accessors from there to the
        relation in question, and what is done with the relation. Gives each instance with its
        answer (a number, a truth value, or its list of rows), and the needs of the rows. None
        if each instance must ask for itself. Raises what the database raises.
        """
        instances, path, usage = group
        relation = facts.relation(type(current), path[-1])
        if self.stale or relation is None or relation.kind != facts.TO_MANY:
            return None
        using = _database(relation, current)
        if using is None or _refuses(relation, usage, using, question):
            return None
        owners = _owners(relation, peers.together(relation, instances, path[:-1], current))
        if len(owners) < 2 or owners[0][0] is not current:
            return None
        self._watch(using)
        try:
            return _answer(relation, owners, usage, (using, question))
        except DatabaseError:
            raise
        except Exception:
            # Reported in the log; each instance asks for itself.
            label = type(current)._meta.label
            logger.warning("No common query for %s.%s", label, relation.name, exc_info=True)
            return None

    def _watch(self, using: str) -> None:
        """Notice writes on this connection for as long as the render lives."""
        wrappers = connections[using].execute_wrappers
        if self._watched.get(using) is wrappers:
            return
        self._watched[using] = wrappers
        known = ref(self)

        def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            answers = known()
            if answers is not None and not str(sql).lstrip(" (").startswith(READING):
                answers.stale = True
            return execute(sql, params, many, context)

        # In front: `connection.execute_wrapper`, opened by a tag, takes away the last one.
        wrappers.insert(0, watch)
        self._removals.append(finalize(self, _remove, wrappers, watch))

    def stop(self) -> None:
        """Leave the connections as they were: the render is over, though an error may keep this."""
        for remove in self._removals:
            remove()


def _remove(wrappers: list[Any], watch: object) -> None:
    if watch in wrappers:
        wrappers.remove(watch)


def _database(relation: facts.Relation, current: Model) -> str | None:
    """The database that answers for this instance; None if it is not the instance's own."""
    link = links.link(relation)
    own = current._state.db or DEFAULT_DB_ALIAS
    models = (relation.target, link.through if link is not None else None)
    for model in models:
        if model is not None and router.db_for_read(model, instance=current) != own:
            return None
    return own


def _refuses(relation: facts.Relation, usage: Usage | None, using: str, question: Question) -> bool:
    if not isinstance(question, str):
        return window_refusal(relation, using, question[2]) is not None
    if question in (LENGTH, TRUTH):
        rows = usage.fields.get("all") if usage is not None else None
        if rows is None or needs_rows(rows):
            return True
    return count_refusal(relation, using) is not None


def _owners(relation: facts.Relation, group: Sequence[Model]) -> list[tuple[Model, Any]]:
    """The instances whose keys can be compared, with their keys."""
    link = links.link(relation)
    assert link is not None
    keyed = [(one, links.key_of(link, one)) for one in group]
    return [(one, key) for one, key in keyed if key is not None]


def _answer(
    relation: facts.Relation,
    owners: list[tuple[Model, Any]],
    usage: Usage | None,
    asked: tuple[str, Question],
) -> Answer | None:
    using, question = asked
    keys = [key for _, key in owners]
    if not isinstance(question, str):
        return _parts(relation, owners, usage, (using, Part(*question)))
    if question in (COUNT, LENGTH) or _is_counted(usage):
        counts = pushdown.grouped_counts(relation, keys, using)
        return None if counts is None else ([(one, counts[key]) for one, key in owners], None)
    having = pushdown.grouped_exists(relation, keys, using)
    return None if having is None else ([(one, key in having) for one, key in owners], None)


def _parts(
    relation: facts.Relation,
    owners: list[tuple[Model, Any]],
    usage: Usage | None,
    asked: tuple[str, Part],
) -> Answer | None:
    using, part = asked
    found = pushdown.windows(relation, [key for _, key in owners], part, using)
    if found is None:
        return None
    for owner, key in owners:
        for row in found[key]:
            # As the manager of each does it, which knows whom it was asked by.
            if isinstance(relation.field, ForeignKey) and not relation.field.is_cached(row):
                relation.field.set_cached_value(row, owner)
    peers.keep_fetch_mode(owners[0][0], [row for rows in found.values() for row in rows])
    return [(owner, found[key]) for owner, key in owners], _needs_of_rows(usage, part)


def _needs_of_rows(usage: Usage | None, part: Part) -> Usage | None:
    if usage is None:
        return None
    rows = usage.fields.get("all")
    if part.by_key:
        own = usage.fields.get("first")
        derived = rows.fields.get("first") if rows is not None else None
        return own.merge(derived) if own is not None and derived is not None else own or derived
    if rows is None:
        return None
    if part.stop == part.start + 1 and str(part.start) in rows.fields:
        return rows.fields[str(part.start)]
    return rows.each


def _is_counted(usage: Usage | None) -> bool:
    """Whether the number of rows is asked for as well, so that one question answers both."""
    if usage is None:
        return False
    rows = usage.fields.get("all")
    asked = [usage.fields.get(COUNT), rows.fields.get(COUNT) if rows is not None else None]
    if rows is not None and rows.always & COUNTED:
        return True
    return any(one is not None and one.reached() for one in asked)
