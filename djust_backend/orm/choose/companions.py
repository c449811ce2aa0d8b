"""Which related rows of one instance a page is sure to read, and the columns of one query."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Model, TextField
from django.db.models.constants import LOOKUP_SEP

from djust_backend.orm import facts
from djust_backend.orm.choose.joins import MAX_DEPTH, MAX_JOINS
from djust_backend.orm.usage import REACHED, READS_ALL, Usage
from djust_backend.orm.versions import WhileAllStay
from djust_backend.records import Record

# A text may be as long as this where each row of another table repeats it.
_MAX_LENGTH = 255
# Columns of no certain size.
_UNBOUNDED = frozenset({"BinaryField", "JSONField", "TextField"})


class One(Record):
    """A related row: the accessors that lead to it, and where its columns are.

    `attnames` are those of all its columns, from position `at` on; its primary key is at `key`.
    """

    path: tuple[str, ...]
    relation: facts.Relation
    attnames: tuple[str, ...]
    at: int
    key: int


class Branch(Record):
    """A relation of the instance itself, with the columns of its row and of those below.

    They are written as `values_list` of the related model takes them.
    """

    relation: facts.Relation
    columns: tuple[str, ...]


class Companions(Record):
    """Single rows that a page is sure to read of one instance.

    The columns of all `ones` are those of the branches, one after the other. `is_bounded` tells
    whether each of them has a certain size.
    """

    branches: tuple[Branch, ...]
    ones: tuple[One, ...]
    is_bounded: bool


NOTHING = Companions((), (), True)


class Sure(Record):
    """Accessors that a page is sure to read: of single rows, and of whole collections."""

    ones: tuple[str, ...]
    collections: tuple[str, ...]


@WhileAllStay
def sure(model: type[Model], usage: Usage) -> Sure:
    """What is sure to be asked of the database for an instance that is used like this."""
    ones: list[str] = []
    collections: list[str] = []
    if not facts.gives_attributes(model):
        return Sure((), ())
    relations = {name: facts.relation(model, name) for name in usage.fields}
    names_parent = any(found is not None and found.parent_link for found in relations.values())
    for name, below in usage.fields.items():
        relation = relations[name]
        if relation is None or not below.reached() or not is_plain(relation):
            continue
        if relation.kind == facts.TO_ONE:
            if names_parent and _may_be_the_parents(model, relation):
                continue
            if needs_row(relation, below):
                ones.append(name)
        elif rows_of_all(below) is not None:
            collections.append(name)
    return Sure(tuple(ones), tuple(collections))


def is_plain(relation: facts.Relation) -> bool:
    """Whether nothing but Django's own code takes part in asking for the relation."""
    return (
        relation.kind in (facts.TO_ONE, facts.TO_MANY)
        and relation.plain
        and relation.direct
        and not relation.parent_link
        and len(relation.local) == 1
    )


def needs_row(relation: facts.Relation, usage: Usage) -> bool:
    """Whether something is sure to be read of the related row that its key does not tell."""
    return any(
        below.reached() and facts.id_column(relation.owner, relation.name, name) is None
        for name, below in usage.fields.items()
    )


def _may_be_the_parents(model: type[Model], relation: facts.Relation) -> bool:
    """Whether Django takes the related row from the parent's instance, if that has been asked."""
    return relation.forward and model._meta.get_ancestor_link(relation.field.model) is not None


def rows_of_all(usage: Usage) -> Usage | None:
    """What is done with the rows of a collection, if they are sure to be read and nothing else is.

    Whatever else is asked of the manager may be answered by rows that are read otherwise.
    """
    rows = usage.fields.get("all")
    is_all = len(usage.fields) == 1 and not (usage.always | usage.maybe) & ~REACHED
    if rows is None or not is_all or not rows.reached() or not rows.always & READS_ALL:
        return None
    return rows


@WhileAllStay
def companions(model: type[Model], usage: Usage, names: tuple[str, ...]) -> Companions:
    """The single rows at the end of these accessors, and those that are sure to be read below them.

    Without any if no query is sure to find each of them. The database has to keep foreign keys
    pointing to rows.
    """
    builder = _Builder()
    branches = []
    for name in names:
        relation = facts.relation(model, name)
        if relation is not None and builder.takes(relation, (), usage.fields[name]):
            branches.append(Branch(relation, tuple(builder.columns_of(relation, (), usage))))
    return Companions(tuple(branches), tuple(builder.ones), builder.is_bounded)


class _Builder:
    """The rows that were chosen so far."""

    def __init__(self) -> None:
        self.ones: list[One] = []
        self.is_bounded = True
        self._width = 0

    def takes(self, relation: facts.Relation, path: tuple[str, ...], usage: Usage) -> bool:
        """Whether a relation of the row at the end of `path` is to come along."""
        return (
            len(path) < MAX_DEPTH
            and len(self.ones) < MAX_JOINS
            and relation.kind == facts.TO_ONE
            and usage.reached()
            and is_plain(relation)
            and needs_row(relation, usage)
            and _finds_one(relation)
        )

    def columns_of(
        self, relation: facts.Relation, path: tuple[str, ...], usage: Usage
    ) -> Iterator[str]:
        """The columns of its row and of those below; `usage` is that of the row that has it."""
        target = relation.target
        assert target is not None
        path = (*path, relation.name)
        fields = target._meta.concrete_fields
        attnames = tuple(field.attname for field in fields)
        key = self._width + attnames.index(target._meta.pk.attname)
        self.ones.append(One(path, relation, attnames, self._width, key))
        self._width += len(attnames)
        self.is_bounded = self.is_bounded and all(map(_is_bounded, fields))
        yield from attnames
        needs = usage.fields[relation.name]
        for name, below in needs.fields.items():
            further = facts.relation(target, name)
            if further is None or _leads_back(relation, further):
                continue
            if self.takes(further, path, below):
                prefix = f"{further.query_name}{LOOKUP_SEP}"
                yield from (prefix + column for column in self.columns_of(further, path, needs))


def _finds_one(relation: facts.Relation) -> bool:
    """Whether a join finds the very row of lazy access, and its columns make the same instance."""
    target = relation.target
    if target is None or not relation.guaranteed or relation.may_dangle():
        return False
    if target._meta.parents or facts.refuses_rows(target) is not None:
        return False
    try:
        named = relation.owner._meta.get_field(relation.query_name)
    except FieldDoesNotExist:
        return False
    return named is (relation.field if relation.forward else relation.field.remote_field)


def _leads_back(relation: facts.Relation, further: facts.Relation) -> bool:
    """Whether the row at the end of a relation finds the one it was reached from by this one.

    Django puts that very object into its cache, with all that the view may have done to it.
    """
    return further.field is relation.field and further.forward != relation.forward


def _is_bounded(field: object) -> bool:
    if isinstance(field, (CharField, TextField)):
        return field.max_length is not None and field.max_length <= _MAX_LENGTH
    kinds: Iterator[str] = (base.__name__ for base in type(field).__mro__)
    return _UNBOUNDED.isdisjoint(kinds)
