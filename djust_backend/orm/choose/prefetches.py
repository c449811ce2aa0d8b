"""Which relations of a model's instances are worth one query for all of them."""

from __future__ import annotations

from django.db.models import ForeignKey, Model

from djust_backend.orm import facts
from djust_backend.orm.choose.pushdown import reads_whole
from djust_backend.orm.expand import expand
from djust_backend.orm.plan import Reason
from djust_backend.orm.usage import ITERATED, REACHED, Usage
from djust_backend.orm.versions import WhileAllStay
from djust_backend.records import Record


class Choice(Record):
    """What to do about one attribute that is read of every instance.

    `fetch` tells whether to batch it; a relation that is not batched is still walked where it is
    cached already. `relation` is None for a plain attribute that may hold fetched rows (the
    `to_attr` of a site's own Prefetch). `usage` are the needs of each related row.
    """

    name: str
    relation: facts.Relation | None
    usage: Usage | None
    fetch: bool
    reason: Reason


def choices(model: type[Model], usage: Usage) -> tuple[Choice, ...]:
    """What is read of every instance of this class, by the template and by code that it runs."""
    if not facts.gives_attributes(model):
        return ()
    return _choices(model, expand(model, usage))


@WhileAllStay
def _choices(model: type[Model], usage: Usage) -> tuple[Choice, ...]:
    """The same, in the order of the template."""
    found: list[Choice] = []
    of_parents = _read_of_parents(model, usage)
    for name, below in usage.fields.items():
        relation = facts.relation(model, name)
        if relation is None:
            if facts.class_attribute(model, name) is None and below.reached():
                found.append(Choice(name, None, below, False, Reason.CUSTOM_RELATION))
        elif not below.reached():
            found.append(Choice(name, relation, None, False, Reason.MAYBE))
        elif name in of_parents and relation.forward:
            found.append(Choice(name, relation, below, False, Reason.OF_PARENT_TOO))
        else:
            found.append(_choice(relation, below))
    return tuple(found)


def _read_of_parents(model: type[Model], usage: Usage) -> set[str]:
    """What is read of the parents of a multi-table child: a relation of the child may be theirs.

    Django takes the related row from the parent, if that has it when the child is asked.
    """
    names: set[str] = set()
    for name, below in usage.fields.items():
        relation = facts.relation(model, name)
        if relation is not None and relation.parent_link and relation.target is not None:
            names |= below.fields.keys() | _read_of_parents(relation.target, below)
    return names


def _choice(relation: facts.Relation, usage: Usage) -> Choice:
    if relation.kind == facts.TO_MANY:
        rows = usage.fields.get("all")
        if rows is None or not reads_whole(rows):
            return Choice(relation.name, relation, None, False, Reason.NOT_READ_WHOLE)
        return Choice(relation.name, relation, rows.row_needs(), True, _reads_whole(relation, rows))
    if relation.kind == facts.GENERIC:
        return Choice(relation.name, relation, usage, True, Reason.GENERIC)
    if relation.parent_link:
        return Choice(relation.name, relation, usage, False, Reason.PARENT_LINK)
    if _needs_only_id(relation, usage):
        return Choice(relation.name, relation, None, False, Reason.ONLY_ID)
    if relation.may_dangle():
        return Choice(relation.name, relation, usage, False, Reason.MAY_DANGLE)
    return Choice(relation.name, relation, usage, True, Reason.BELOW_SECOND_QUERY)


def _reads_whole(relation: facts.Relation, rows: Usage) -> Reason:
    """SQL promises rows without a total order no places, and a batch may in fact give others."""
    target = relation.target
    if target is None or not (rows.always | rows.maybe) & ITERATED:
        return Reason.READ_WHOLE
    ordered = facts.is_total_order(target, target._meta.ordering or ())
    return Reason.READ_WHOLE if ordered else Reason.READ_WHOLE_UNORDERED


def _needs_only_id(relation: facts.Relation, usage: Usage) -> bool:
    """Whether every use of a forward relation is its key, which the row holds.

    Any other flag on the related object itself (printed, tested, compared, handed on) needs it.
    """
    if not isinstance(relation.field, ForeignKey) or not relation.forward:
        return False
    if (usage.always | usage.maybe) & ~REACHED or usage.each is not None or not usage.fields:
        return False
    return all(
        facts.id_column(relation.field.model, relation.field.name, name) is not None
        for name in usage.fields
    )
