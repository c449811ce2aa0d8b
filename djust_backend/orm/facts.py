"""What is true of a model class: its relations, their names and caches, and what is customised."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Field, ForeignKey, ForeignObject, Manager, Model
from django.db.models.expressions import OrderBy
from django.db.models.fields.related_descriptors import (
    ForeignKeyDeferredAttribute,
    ForwardManyToOneDescriptor,
    ForwardOneToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.manager import BaseManager
from django.db.models.query_utils import DeferredAttribute

from djust_backend.records import Record

from .plan import Reason
from .source import keeps
from .versions import while_unchanged

TO_ONE = "to_one"
TO_MANY = "to_many"
GENERIC = "generic"

Accessor: TypeAlias = (
    "tuple[str] | tuple[str, str, str] | tuple[str, str, str, bool]"
    " | tuple[str, str, str, bool, tuple[str, ...]]"
)

# Bounded because tests and migrations make model classes on the fly.

INTEGERS = (
    models.AutoField,
    models.BigAutoField,
    models.SmallAutoField,
    models.BigIntegerField,
    models.IntegerField,
    models.PositiveBigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.SmallIntegerField,
)
INSTANCE_METHODS = (
    "__init__",
    "__new__",
    "__getattribute__",
    "__setattr__",
    "__eq__",
    "__hash__",
    "from_db",
)
_INSTANCE_PROTOCOLS = frozenset(
    {
        "__getattr__",
        "__getitem__",
        "__len__",
        "__bool__",
        "__call__",
        "__iter__",
        "__html__",
    }
)
_CUSTOMISED = _INSTANCE_PROTOCOLS.union(INSTANCE_METHODS)
_MODEL_ITSELF = frozenset(Model.__mro__)
_TO_ONE_METHODS = (
    "__get__",
    "is_cached",
    "get_queryset",
    "get_prefetch_querysets",
    "get_object",
    "fetch_one",
    "fetch_many",
)
_FIELD_METHODS = (
    "cache_name",
    "get_cached_value",
    "set_cached_value",
    "is_cached",
    "get_local_related_value",
    "get_foreign_related_value",
    "get_instance_value_for_fields",
    "get_forward_related_filter",
    "get_reverse_related_filter",
    "get_extra_descriptor_filter",
    "get_extra_restriction",
    "get_joining_fields",
    "get_reverse_joining_fields",
)


class Relation(Record):
    """One relation of a model class, as attribute access on its instances meets it.

    `name` is the accessor (what a prefetch takes), `query_name` what `select_related` takes,
    `cache` the key in `fields_cache` or `_prefetched_objects_cache`. `local` are the columns
    without which lazy access runs no query. `guaranteed` means that the database keeps every
    non-null key pointing to exactly one row; `plain` that no custom manager stands in between.
    `owner` is the class that was asked.
    """

    name: str
    kind: str
    cache: str
    query_name: str
    target: type[Model] | None
    field: Any
    local: tuple[str, ...]
    forward: bool
    nullable: bool
    guaranteed: bool
    plain: bool
    parent_link: bool
    direct: bool
    owner: type[Model]

    def label(self) -> str:
        """The target's label, empty for a generic relation."""
        return self.target._meta.label if self.target is not None else ""

    def may_dangle(self) -> bool:
        """Whether a key may find no row: lazy access raises the target's DoesNotExist there.

        A None in its cache would not tell that from a NULL, nor code a missing row from a missing
        attribute: Django raises an AttributeError for a None that must not be.
        """
        return self.kind == TO_ONE and self.forward and not (self.guaranteed and self.plain)


@while_unchanged
def relation(cls: type[Model], name: str) -> Relation | None:
    """The relation that the attribute `name` of this class's instances is, if it is Django's own.

    A descriptor or manager that answers in its own way is none: nobody knows what lazy access
    through it would cost, so nothing can be proven about batching it.
    """
    found = class_attribute(cls, name)
    made = None
    if isinstance(found, (ForwardManyToOneDescriptor, ReverseOneToOneDescriptor)):
        made = _to_one(cls, name, found)
    elif isinstance(found, ReverseManyToOneDescriptor):
        made = _to_many(cls, name, found)
    elif found is not None and isinstance(found, _generic_foreign_keys()):
        made = _generic(cls, name, found)
    return made if made is not None and _keeps_keys(cls, made) else None


def _keeps_keys(cls: type[Model], relation: Relation) -> bool:
    """Whether fields answer for the columns by which related rows are found, and for the key."""
    key = class_attribute(cls, "pk")
    return (key is Model.pk or _is_made_by_field(key, "pk")) and all(
        _is_made_by_field(class_attribute(cls, attname), attname) for attname in relation.local
    )


def _is_made_by_field(attribute: Any, attname: str) -> bool:
    field = getattr(attribute, "field", None)
    return (
        isinstance(field, Field)
        and field.attname == attname
        and type(attribute) is field.descriptor_class
    )


@while_unchanged
def gives_attributes(model: type[Model]) -> bool:
    """Whether a template gets attributes from an instance: not items, nor those of a result."""
    return class_attribute(model, "__getitem__") is None and (
        class_attribute(model, "__call__") is None
    )


def joined(model: type[Model], query_name: str) -> Relation | None:
    """The relation to one row that `select_related` calls so, if it is Django's own."""
    try:
        field: Any = model._meta.get_field(query_name)
    except FieldDoesNotExist:
        return None
    name = field.get_accessor_name() if field.auto_created and not field.concrete else field.name
    found = relation(model, name) if name else None
    return found if found is not None and found.kind == TO_ONE else None


@while_unchanged
def accessor(cls: type[Model], name: str) -> Accessor | None:
    """What the attribute step `name` means on instances of this class.

    `("column",)`, `("to_one", cache_name, prefetch_name, direct)`, `("to_many", …, columns)` with
    the columns of the instance, `("generic", cache_name, prefetch_name)`, or None for everything
    else.
    """
    met = relation(cls, name)
    if met is not None:
        if met.kind == GENERIC:
            return (GENERIC, met.cache, met.name)
        if met.kind == TO_MANY:
            return (TO_MANY, met.cache, met.name, met.direct, met.local)
        return (met.kind, met.cache, met.name, met.direct)
    found = class_attribute(cls, name)
    if type(found) not in (DeferredAttribute, ForeignKeyDeferredAttribute):
        return None
    return ("column",) if found.field.attname == name and _default_lookup(cls) else None


def id_column(cls: type[Model], name: str, key: str) -> str | None:
    """The column of this class that answers `instance.<name>.<key>` without the related row.

    Only where the related row is sure to exist and to be shown: a real constraint, a plain
    base manager. Only integers: a collation may find a row by another spelling of its key. A NULL
    column is no answer (stock fails silently there), and none is one that the view has changed.
    """
    met = relation(cls, name)
    if (
        met is None
        or met.kind != TO_ONE
        or not met.forward
        or not isinstance(met.field, ForeignKey)
    ):
        return None
    if not (met.guaranteed and met.plain and met.direct) or met.target is None:
        return None
    to = met.field.target_field
    if key not in (to.attname, "pk") or (key == "pk" and not to.primary_key):
        return None
    if type(to) not in INTEGERS or accessor(met.target, to.attname) != ("column",):
        return None
    if key == "pk" and class_attribute(met.target, "pk") is not Model.pk:
        return None
    if refuses_rows(met.target) is not None:
        # An instance may have the key under another name, or answer for it itself.
        return None
    return str(met.field.attname)


def class_attribute(cls: type, name: str) -> Any:
    """The raw class attribute, looked up without running any descriptor; None if missing."""
    for base in cls.__mro__:
        namespace = base.__dict__
        if name in namespace:
            return namespace[name]
    return None


@while_unchanged
def refuses_rows(model: type[Model]) -> Reason | None:
    """Why plain values cannot stand for instances of this model; None if they can.

    Receivers of `pre_init` and `post_init` come and go: they are asked for at each fetch.
    """
    for base in model.__mro__:
        names = _INSTANCE_PROTOCOLS if base in _MODEL_ITSELF else _CUSTOMISED
        if not names.isdisjoint(base.__dict__):
            return Reason.CUSTOM_MODEL
    if len(model._meta.pk_fields) > 1 or not is_column(model, model._meta.pk.attname):
        return Reason.CUSTOM_MODEL
    return None


def is_column(model: type[Model], attname: str) -> bool:
    """Whether the attribute is Django's plain one for a column of the model."""
    return accessor(model, attname) == ("column",)


@while_unchanged
def reloads_plainly(cls: type[Model]) -> bool:
    """Whether fetching a deferred column of a row runs no code of the site's.

    `refresh_from_db` makes another instance of the class.
    """
    return all(
        class_attribute(cls, name) is class_attribute(Model, name)
        for name in ("__init__", "from_db", "refresh_from_db")
    )


def plain_manager(manager: object) -> bool:
    """Whether a manager is Django's own and so hides, adds and orders nothing."""
    return type(manager) is Manager


def is_total_order(
    model: type[Model], ordering: Iterable[Any], annotated: frozenset[str] = frozenset()
) -> bool:
    """Whether no two rows of the model tie in this order, as far as names of columns tell."""
    names = {name for item in ordering if (name := _ordered_name(item))}
    return bool(model._meta.managed) and _is_total(model._meta, names - annotated)


def orders_by_columns(model: type[Model], ordering: Iterable[Any]) -> bool:
    """Whether rows are ordered by nothing but their own columns, so that no table is joined."""
    names = [_ordered_name(item) for item in ordering]
    return all(name is not None and _columns(model._meta, name) for name in names)


def _ordered_name(item: Any) -> str | None:
    """The plain name that an ordering item sorts by, if it is one."""
    if isinstance(item, OrderBy):
        item = item.expression
    if isinstance(item, F):
        return str(getattr(item, "name", ""))
    return item.lstrip("-+") if isinstance(item, str) else None


def _is_total(options: Any, names: set[str]) -> bool:
    """Whether no two rows can be equal in all these names."""
    columns: set[str] = set()
    for name in names:
        for ordered in _columns(options, name):
            if ordered.null:
                continue
            if ordered.unique:
                return True
            columns.add(ordered.name)
    groups = [[field.name for field in options.pk_fields], *options.unique_together]
    groups += [constraint.fields for constraint in options.total_unique_constraints]
    return any(group and columns.issuperset(group) for group in groups)


def _columns(options: Any, name: str) -> list[Field[Any, Any]]:
    """The columns that ordering by this name compares; none for a relation's own ordering."""
    if name == "pk":
        return list(options.pk_fields)
    for column in options.concrete_fields:
        if name == column.attname:
            return [column]
    return []


def _default_lookup(cls: type[Model]) -> bool:
    return cls.__getattribute__ is Model.__getattribute__


def _to_one(cls: type[Model], name: str, found: Any) -> Relation | None:
    forward = isinstance(found, ForwardManyToOneDescriptor)
    if forward:
        own = ForwardOneToOneDescriptor if isinstance(found, ForwardOneToOneDescriptor) else None
        base: type = own or ForwardManyToOneDescriptor
    else:
        base = ReverseOneToOneDescriptor
    field = found.field if forward else found.related.field
    if not keeps(type(found), base, _TO_ONE_METHODS) or not _plain_field(field):
        return None
    target = field.remote_field.model if forward else field.model
    ends = field.local_related_fields if forward else field.foreign_related_fields
    local = tuple(end.attname for end in ends)
    return Relation(
        name=name,
        kind=TO_ONE,
        cache=field.cache_name if forward else found.related.cache_name,
        query_name=field.name if forward else field.related_query_name(),
        target=target,
        field=field,
        local=local if forward else _distinct(*local, *_key(cls)),
        forward=forward,
        nullable=field.null if forward else True,
        guaranteed=_guaranteed(field, forward),
        plain=plain_manager(target._base_manager),
        parent_link=forward and bool(field.remote_field.parent_link),
        direct=_default_lookup(cls),
        owner=cls,
    )


def _guaranteed(field: Any, forward: bool) -> bool:
    """A real constraint: made by Django's migrations, for a plain foreign key."""
    if not isinstance(field, ForeignKey) or not field.model._meta.managed:
        return False
    return bool(getattr(field, "db_constraint", False)) if forward else bool(field.unique)


def _plain_field(field: Any) -> bool:
    base = ForeignKey if isinstance(field, ForeignKey) else ForeignObject
    return keeps(type(field), base, _FIELD_METHODS)


def _to_many(cls: type[Model], name: str, found: Any) -> Relation | None:
    manager = found.related_manager_cls
    if (
        manager.all is not BaseManager.all
        or manager.__getattribute__ is not object.__getattribute__
    ):
        return None
    if isinstance(found, ManyToManyDescriptor):
        field = found.field
        through = field.remote_field.through
        source = field.m2m_reverse_field_name() if found.reverse else field.m2m_field_name()
        ends = through._meta.get_field(source).foreign_related_fields
        target = found.rel.related_model if found.reverse else found.rel.model
        cache = field.related_query_name() if found.reverse else field.name
        standard = type(found) is ManyToManyDescriptor
    elif type(found) is ReverseManyToOneDescriptor:
        field = found.field
        ends, target, cache = (
            field.foreign_related_fields,
            field.model,
            field.remote_field.cache_name,
        )
        standard = _plain_field(field)
    else:
        field = found.rel.field
        ends, target, cache = (), found.rel.model, field.attname
        standard = type(found) in _generic_relations() and _has_columns(
            target, field.content_type_field_name, field.object_id_field_name
        )
    if not standard or _shares_cache(cls, name, cache):
        return None
    return Relation(
        name=name,
        kind=TO_MANY,
        cache=cache,
        query_name="",
        target=target,
        field=field,
        local=_distinct(*(end.attname for end in ends), *_key(cls)),
        forward=False,
        nullable=False,
        guaranteed=False,
        plain=plain_manager(target._default_manager),
        parent_link=False,
        direct=_default_lookup(cls),
        owner=cls,
    )


def _shares_cache(cls: type[Model], name: str, cache: str) -> bool:
    """Whether another relation keeps its rows under the same key.

    The reverse side of a many-to-many is cached under its query name, every other relation under
    its accessor, and the two kinds of names may meet.
    """
    if cache != name and isinstance(class_attribute(cls, cache), ReverseManyToOneDescriptor):
        return True
    return any(
        rel.many_to_many
        and rel.get_accessor_name() not in (None, name)
        and rel.field.related_query_name() == cache
        for rel in cls._meta.related_objects
    )


def _generic(cls: type[Model], name: str, found: Any) -> Relation | None:
    """A GenericForeignKey: on Django 5 the field is its own descriptor, later it has one."""
    field = getattr(found, "field", found)
    if type(found) not in _generic_foreign_keys():
        return None
    if not _has_columns(field.model, field.ct_field, field.fk_field):
        return None
    kind_column = field.model._meta.get_field(field.ct_field).attname
    key_column = field.model._meta.get_field(field.fk_field).attname
    return Relation(
        name=name,
        kind=GENERIC,
        cache=field.cache_name,
        query_name="",
        target=None,
        field=field,
        local=(kind_column, key_column),
        forward=True,
        nullable=True,
        guaranteed=False,
        plain=False,
        parent_link=False,
        direct=False,
        owner=cls,
    )


def _has_columns(model: type[Model], *names: str) -> bool:
    """Whether a generic relation names fields that are there: Django says so when it is walked."""
    fields = {field.name: field for field in model._meta.fields}
    return all(name in fields for name in names)


def _key(cls: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in cls._meta.pk_fields)


def _distinct(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _contenttypes() -> Any:
    """The module of generic relations, if the project uses it: importing it needs its app."""
    return sys.modules.get("django.contrib.contenttypes.fields")


def _generic_foreign_keys() -> tuple[type, ...]:
    module = _contenttypes()
    if module is None:
        return ()
    return (getattr(module, "GenericForeignKeyDescriptor", module.GenericForeignKey),)


def _generic_relations() -> tuple[type, ...]:
    module = _contenttypes()
    return () if module is None else (module.ReverseGenericManyToOneDescriptor,)
