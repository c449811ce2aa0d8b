"""What a decision of the planner depends on, as one digest that is the same in every process.

The model classes that are reached, with their columns, relations, managers and code; the needs; the
shape of the query; the database; the settings; and the planner itself. Models are told by what they
are, not by when or where: a migration that changes one gives other digests to its plans, and to no
others.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cached_property as python_cached_property
from functools import lru_cache
from operator import is_
from pathlib import Path
from types import FunctionType
from typing import Any

import django
import msgpack  # type: ignore[import-untyped]
from django.db import connections
from django.db.models import Field, Model, QuerySet
from django.db.models.manager import BaseManager
from django.utils.functional import cached_property

from djust_backend.conf import hidden_relations, row_mode

from . import facts
from .code_digest import Code, described, functions, held, is_django_s, is_known, plain, told
from .guards import QueryFacts
from .plan import FORMAT, Reason
from .usage import Usage
from .versions import versions

# What a template may run of any model without naming it.
_IMPLIED = frozenset({"__str__", "__len__", "__bool__", "__html__", "__iter__", "__getitem__"})

# Values of a field that are told as they are, and those of them that no plan depends on.
_PLAIN = frozenset({str, int, bool, type(None)})
_APART = frozenset({"creation_counter", "verbose_name", "help_text", "db_comment"})
# What else begins with an underscore is what a field remembers (`_m2m_name_cache`).
_GIVEN = frozenset({"_unique", "_related_name", "_related_query_name"})
_WHEN_READ = (cached_property, python_cached_property)

# Values of these types hold no code.
_DATA = frozenset({str, int, bool, type(None), dict, list, tuple})

_described: dict[type[Model], _Described] = {}
# Tests and migrations make model classes on the fly.
_REMEMBERED = 4096


# What a plan depends on of a query.
_QUERY_FACTS = QueryFacts.names


def key(kind: str, query: QueryFacts, usage: Usage | None) -> str | None:
    """SHA-256 in hex of everything that this decision depends on; None if it cannot be told.

    `kind` is the name of the decision.
    """
    models, code = _reached(query.model, usage)
    if not code.whole:
        return None
    content = [
        release(),
        kind,
        [row_mode(), hidden_relations()],
        [_query_part(getattr(query, name)) for name in _QUERY_FACTS],
        None if usage is None else _usage(usage),
        [[model._meta.label, described_model(model)] for model in models],
        code.data(),
        _database(query.db),
    ]
    return hashlib.sha256(msgpack.packb(content)).hexdigest()


@lru_cache(maxsize=1)
def release() -> str:
    """The planner itself and what it runs on, as a digest: two releases share nothing."""
    own = Path(__file__).parent
    digest = hashlib.sha256(
        repr((FORMAT, django.VERSION, sys.implementation.cache_tag, sys.version_info[:3])).encode()
    )
    for folder in (own, own / "choose"):
        for path in sorted(folder.iterdir()):
            # Only the compiled files of a package that was shipped without its sources.
            if path.suffix in (".py", ".pyc"):
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Described:
    """The digest of a model class, and what tells whether the class still is what it was."""

    __slots__ = ("_functions", "_held", "_values", "_versions", "digest")

    def __init__(self, model: type[Model]) -> None:
        code = Code()
        self._versions = versions((model, *_parts(model)))
        self._values = _values(model)
        packer = msgpack.Packer(autoreset=False)
        for part in _model(model, code):
            packer.pack(part)
        self.digest = hashlib.sha256(packer.bytes()).digest()
        parts = _own_bases(_parts(model))
        held_by_parts = [value for base in parts for value in vars(base).values()]
        self._functions = [
            *code.followed(),
            *(function for value in held_by_parts for function in functions(value)),
        ]
        self._held = self._holds(model)

    def _holds(self, model: type[Model]) -> list[Any]:
        """What may be another object, or hold others, without that a class notices."""
        found = _options(model)
        for function in self._functions:
            found += held(function)
        for value in self._values:
            # A descriptor may be given another one.
            found += functions(value)
        return found

    def is_current(self, model: type[Model]) -> bool:
        """Whether nothing that the digest tells has been given another value since."""
        now = self._holds(model)
        if len(now) != len(self._held) or not all(map(is_, self._held, now)):
            return False
        seen = versions((model, *_parts(model)))
        if seen is not None and seen == self._versions:
            return True
        values = _values(model)
        if len(values) != len(self._values) or not all(map(is_, self._values, values)):
            return False
        self._versions = seen
        return True


def described_model(model: type[Model]) -> bytes:
    """The digest of a model class: made once, and again when an attribute of it is another."""
    known = _described.get(model)
    if known is not None and known.is_current(model):
        return known.digest
    if len(_described) >= _REMEMBERED:
        _described.clear()
    known = _described[model] = _Described(model)
    return known.digest


def _values(model: type[Model]) -> list[Any]:
    """What all classes hold that a digest tells of."""
    bases = [*_bases(model), *_own_bases(_parts(model))]
    return [value for base in bases for value in vars(base).values()]


def _options(model: type[Model]) -> list[Any]:
    """What the options and fields of a model hold."""
    options: Any = model._meta
    found = [options.db_table, options.managed, *options.ordering, *options.unique_together]
    found += [*options.constraints, *options.managers]
    # Django makes another list when a relation is added, or a field.
    found.append(options.get_fields(True))
    for field in found[-1]:
        kind: type = type(field)
        values = vars(field)
        found += [values[name] for name in _written_names(kind, tuple(values))]
    return found


def _parts(model: type[Model]) -> list[type]:
    """The classes of the site's of which a model has managers, QuerySets and fields."""
    options: Any = model._meta
    kinds: dict[type, None] = {}
    for manager in (options.base_manager, *options.managers):
        kinds[type(manager)] = None
        kinds[manager._queryset_class] = None
    kinds.update(dict.fromkeys(map(type, options.get_fields(True))))
    return [kind for kind in kinds if not _is_known_class(kind)]


def _own_bases(kinds: list[type]) -> Iterator[type]:
    """These classes and their bases, as far as they are the site's."""
    for kind in kinds:
        for base in kind.__mro__:
            if not is_known(base.__module__):
                yield base


def _reached(model: type[Model], usage: Usage | None) -> tuple[list[type[Model]], Code]:
    """The models that these needs, and the code that they run, may lead to; and that code.

    By names alone: a relation counts if it is called like anything that is named somewhere. That
    may be a model too many, and never one too few.
    """
    code = Code()
    names = {*_IMPLIED, *(() if usage is None else _names(usage))}
    found: dict[type[Model], None] = {model: None}
    followed: dict[type[Model], set[str]] = {}
    while code.whole:
        before = (len(found), len(names))
        for one in list(found):
            seen = followed.setdefault(one, set())
            new = (names & _attributes(one)) - seen
            seen |= new
            for name in sorted(new):
                _follow(one, name, found, code)
        names |= code.names
        if before == (len(found), len(names)):
            break
    return sorted(found, key=lambda one: one._meta.label), code


def _attributes(model: type[Model]) -> set[str]:
    return {name for base in _bases(model) for name in vars(base)}


def _follow(model: type[Model], name: str, found: dict[type[Model], None], code: Code) -> None:
    relation = facts.relation(model, name)
    if relation is None:
        code.add(facts.class_attribute(model, name))
        return
    through = getattr(getattr(relation.field, "remote_field", None), "through", None)
    for target in (relation.target, through):
        if isinstance(target, type) and issubclass(target, Model):
            found[target] = None


def _names(usage: Usage) -> Iterator[str]:
    for name, below in usage.fields.items():
        yield name
        yield from _names(below)
    if usage.each is not None:
        yield from _names(usage.each)


def _usage(usage: Usage) -> list[Any]:
    return [
        usage.always,
        usage.maybe,
        sorted([name, _usage(below)] for name, below in usage.fields.items()),
        None if usage.each is None else _usage(usage.each),
    ]


def _query_part(value: Any) -> Any:
    """A fact of a query as plain data: labels for models, names for reasons."""
    if isinstance(value, type) and issubclass(value, Model):
        return value._meta.label
    if isinstance(value, Reason):
        return value.name
    if isinstance(value, frozenset):
        return sorted(map(_query_part, value))
    if isinstance(value, tuple):
        return list(map(_query_part, value))
    return value


def _database(alias: str) -> list[Any]:
    connection = connections[alias]
    features = connection.features
    return [connection.vendor, features.supports_over_clause, features.supports_foreign_keys]


# A model class


def _bases(model: type[Model]) -> list[type]:
    return [base for base in model.__mro__ if base not in (Model, object)]


def _model(model: type[Model], code: Code) -> Iterator[list[Any]]:
    """A model class as plain data, in short parts: long-lived lists wake the garbage collector."""
    options: Any = model._meta
    yield [options.label, options.db_table, options.managed, options.proxy, plain(options.swapped)]
    yield [base.__module__ + "." + base.__qualname__ for base in model.__mro__]
    yield [
        plain(options.unique_together),
        list(map(_deconstructed, options.total_unique_constraints)),
        [_ordered(item) for item in options.ordering],
        _of_class(type(options.base_manager)),
        _of_class(type(options.default_manager)),
        [[one.name, *_manager(one)] for one in (options.base_manager, *options.managers)],
    ]
    for field in options.get_fields(include_hidden=True):
        yield [field.name, *_field(field)]
    for base in _bases(model):
        yield [base.__qualname__, *_class_attributes(base, code)]
    yield [code.data() if code.whole else None]


def _class_attributes(base: type, code: Code) -> Iterator[Any]:
    """Each attribute of one class and what it is, by turns; collects the functions among them."""
    for name, value in sorted(vars(base).items()):
        kind: type = type(value)
        is_hidden = name.startswith("__")
        if is_hidden and kind in _DATA:
            continue
        if is_django_s(value) if kind is FunctionType else _is_told_by_version(kind):
            yield name
            yield kind.__qualname__
        elif not is_hidden or any(functions(value)):
            yield name
            yield _attribute(value)
            code.add(value)


@lru_cache(maxsize=_REMEMBERED)
def _is_told_by_version(kind: type) -> bool:
    """Whether objects of this class are Django's, and hold no code of the site's: descriptors."""
    return kind.__module__.startswith("django.db.models.") and not issubclass(kind, BaseManager)


def _attribute(value: Any) -> Any:
    if isinstance(value, BaseManager):
        return _manager(value)
    own = [described(function) for function in functions(value)]
    return own or [told(value), _of_class(type(value))]


def _manager(manager: Any) -> list[Any]:
    queryset_class: type[QuerySet[Any]] = manager._queryset_class
    return [_of_class(type(manager)), _of_class(queryset_class)]


def _field(field: Any) -> list[Any]:
    """A column or relation of a model, or the other side of one."""
    own = field if isinstance(field, Field) or not field.auto_created else field.remote_field
    related: Any = getattr(field, "related_model", None)
    return [
        _of_class(type(own)),
        getattr(own, "attname", None),
        getattr(own, "column", None),
        related._meta.label if hasattr(related, "_meta") else plain(related),
        bool(field.auto_created),
        field.get_accessor_name() if hasattr(field, "get_accessor_name") else None,
        *_written(own),
    ]


def _written(field: Any) -> Iterator[Any]:
    """What a field was made with: of Django's own, its plain values; of others, all that they say.

    Labels and texts for people are not among them, nor is the place among all fields of a process,
    nor what a field remembers since it was asked for it.
    """
    if not is_known(type(field).__module__):
        yield _deconstructed(field)
        return
    values = vars(field)
    kind: type = type(field)
    for name in _written_names(kind, tuple(values)):
        value = values[name]
        if type(value) in _PLAIN:
            yield name
            yield value
    yield bool(getattr(field, "choices", None))


@lru_cache(maxsize=_REMEMBERED)
def _written_names(kind: type, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the attributes of a field of this class that may tell what it was made with."""
    told = {name for name in names if name[0] != "_" or name in _GIVEN}
    return tuple(sorted(told - _apart(kind)))


@lru_cache(maxsize=_REMEMBERED)
def _apart(kind: type) -> frozenset[str]:
    """The attributes of fields of this class that no plan depends on."""
    return _APART.union(*map(_when_read, kind.__mro__))


@lru_cache(maxsize=_REMEMBERED)
def _when_read(base: type) -> frozenset[str]:
    """The attributes of this class that come into being when they are first read."""
    return frozenset(
        name
        for name, value in vars(base).items()
        # Most are functions, of which to ask this takes longer.
        if type(value) is not FunctionType and isinstance(value, _WHEN_READ)
    )


def _deconstructed(part: Any) -> Any:
    """A field or constraint as migrations write it down."""
    deconstruct = getattr(part, "deconstruct", None)
    return plain(part) if deconstruct is None else plain(list(deconstruct()))


def _ordered(item: Any) -> Any:
    return item if isinstance(item, str) else [plain(item), repr(item)]


def _of_class(cls: Any) -> list[Any]:
    """A class by name, and what the site's own among its bases do."""
    if _is_known_class(cls):
        return [f"{cls.__module__}.{cls.__qualname__}", []]
    own = [base for base in cls.__mro__ if not is_known(base.__module__)]
    return [
        f"{cls.__module__}.{cls.__qualname__}",
        [
            [name, [described(function) for function in functions(value)] or told(value)]
            for base in own
            for name, value in sorted(vars(base).items())
            if name not in ("__dict__", "__weakref__", "__doc__")
        ],
    ]


@lru_cache(maxsize=_REMEMBERED)
def _is_known_class(cls: Any) -> bool:
    return all(is_known(base.__module__) for base in (cls, *cls.__mro__))
