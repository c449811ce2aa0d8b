"""How the rows of a to-many relation name their parent, so that one query can answer for many."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models import Field, ForeignKey, Manager, Model, QuerySet
from django.db.models.fields.related_descriptors import ManyToManyDescriptor

from djust_backend.records import Record

from . import facts
from .source import keeps

_REMEMBERED = 4096

# Whose values Python and every database compare alike, and the type they have in Python.
_EXACT_KEYS: dict[type, type] = {
    **dict.fromkeys(facts.INTEGERS, int),
    models.UUIDField: UUID,
}
_TEXT_KEYS = (models.CharField, models.TextField, models.SlugField)
# Backends whose texts are equal only if they are the same, unless a column names a collation.
_EXACT_TEXT = ("sqlite", "postgresql")

_MANAGER_METHODS = (
    "get_queryset", "all", "count", "exists", "first", "filter", "using", "db_manager", "order_by",
    "values_list", "__getattribute__", "__getattr__", "__getitem__",
)  # fmt: skip
_QUERYSET_METHODS = (
    "_chain", "_clone", "_fetch_all", "_filter_or_exclude", "_filter_or_exclude_inplace",
    "_iterator", "_values", "__bool__", "__getattribute__", "__getattr__", "__getitem__",
    "__init__", "__iter__", "__len__", "all", "annotate", "count", "db", "exists", "filter",
    "first", "get", "iterator", "order_by", "ordered", "query", "using", "values_list",
)  # fmt: skip


class Link(Record):
    """The parent's column `key`, and where a row holds its value.

    `path` leads there from a row of the target, `column` is the parent's attribute. `through` and
    `source` are the table of a many-to-many relation and its column with the key; each entry is
    sure to have its row on the other side if `whole` and the database has constraints, apart from
    those that are NULL in the column `nullable`. `kind` is the column of a generic relation that
    must name the parent's model.
    """

    key: Field[Any, Any]
    column: str
    path: str
    through: type[Model] | None = None
    source: str = ""
    whole: bool = False
    nullable: str = ""
    kind: str = ""


@lru_cache(maxsize=_REMEMBERED)
def link(relation: facts.Relation) -> Link | None:
    """How rows of this to-many relation name their parent; None if by several columns."""
    if relation.kind != facts.TO_MANY:
        return None
    found = facts.class_attribute(relation.owner, relation.name)
    if isinstance(found, ManyToManyDescriptor):
        return _many_to_many(relation, found.reverse)
    if isinstance(relation.field, ForeignKey):
        key = relation.field.foreign_related_fields[0]
        return Link(key, key.attname, relation.field.attname)
    if not hasattr(relation.field, "object_id_field_name"):
        return None
    primary = relation.owner._meta.pk
    if len(relation.owner._meta.pk_fields) != 1 or primary is None:
        return None
    assert relation.target is not None
    kind: Any = relation.target._meta.get_field(relation.field.content_type_field_name)
    return Link(primary, primary.attname, relation.field.object_id_field_name, kind=kind.attname)


def _many_to_many(relation: facts.Relation, reverse: bool) -> Link | None:
    field = relation.field
    through = field.remote_field.through
    names = (field.m2m_field_name(), field.m2m_reverse_field_name())
    ends: list[Any] = [through._meta.get_field(name) for name in names]
    source, other = reversed(ends) if reverse else ends
    if not isinstance(source, ForeignKey) or not isinstance(other, ForeignKey):
        return None
    constrained = getattr(other, "db_constraint", False) and through._meta.managed
    key = source.foreign_related_fields[0]
    query_name = field.name if reverse else field.related_query_name()
    return Link(
        key,
        key.attname,
        f"{query_name}__{key.attname}",
        through,
        source.attname,
        whole=bool(constrained),
        nullable=other.attname if other.null else "",
    )


def key_field(relation: facts.Relation) -> Field[Any, Any]:
    """The column of the owner of a relation by whose value related rows are found."""
    if relation.kind == facts.TO_MANY:
        found = link(relation)
        assert found is not None
        key: Field[Any, Any] = found.key
    else:
        key = relation.field.foreign_related_fields[0]
    return key


def stock_manager(manager: object) -> bool:
    """Whether a manager gives all rows, by a QuerySet that answers as Django's own does.

    Methods of the site's own beside Django's do no harm.
    """
    return (
        isinstance(manager, Manager)
        and keeps(type(manager), Manager, _MANAGER_METHODS)
        and keeps(manager._queryset_class, QuerySet, _QUERYSET_METHODS)  # type: ignore[attr-defined]
        and "_iterable_class" not in vars(manager._queryset_class)  # type: ignore[attr-defined]
    )


def compares_exactly(key: Any, using: str) -> bool:
    """Whether this database finds a key equal to another one exactly if Python does."""
    final = final_field(key)
    if type(final) in _EXACT_KEYS:
        return True
    return (
        type(final) in _TEXT_KEYS
        and not final.db_collation
        and connections[using].vendor in _EXACT_TEXT
    )


def matches_in_python(key: Any, using: str) -> bool:
    """Whether rows of this database can be told apart by this key in Python, as far as is known.

    A collation, or a type such as `citext`, finds a row by another spelling of its key. Columns of
    the site's own types are taken to be what Django's prefetch takes them for.
    """
    final = final_field(key)
    if not isinstance(final, _TEXT_KEYS):
        return True
    connection = connections[using]
    return (
        not final.db_collation
        and connection.vendor in _EXACT_TEXT
        and final.db_type(connection) != "citext"
    )


def is_key(key: Any, value: object) -> bool:
    """Whether a value of this column is of the type that the database gives, as far as is known."""
    final = final_field(key)
    if type(final) in _EXACT_KEYS:
        return type(value) is _EXACT_KEYS[type(final)]
    return type(value) is str or type(final) not in _TEXT_KEYS


def final_field(key: Any) -> Any:
    """The column that a key in the end is a value of: foreign keys may be keys themselves."""
    while key.remote_field is not None:
        key = key.target_field
    return key


def key_of(link: Link, instance: Model) -> Hashable:
    """The key of a parent, None if it has none that can be compared."""
    value = instance.__dict__.get(link.column)
    return value if is_key(link.key, value) else None
