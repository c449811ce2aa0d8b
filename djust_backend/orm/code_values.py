"""What a value may be while code is read: instances that are followed, and everything else."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.db.models import Model

from .usage import Usage


class Need:
    """A usage that is being found."""

    __slots__ = ("always", "each", "fields", "maybe")

    def __init__(self) -> None:
        self.always = 0
        self.maybe = 0
        self.fields: dict[str, Need] = {}
        self.each: Need | None = None

    def below(self, name: str) -> Need:
        """The need of an attribute."""
        return self.fields.setdefault(name, Need())

    def row(self) -> Need:
        """The need of each item."""
        if self.each is None:
            self.each = Need()
        return self.each

    def frozen(self) -> Usage:
        """The usage."""
        return Usage(
            self.always,
            self.maybe & ~self.always,
            {name: below.frozen() for name, below in self.fields.items()},
            None if self.each is None else self.each.frozen(),
        )


class Atom:
    """One thing that a value may be. This very class: something that holds no followed instance.

    Equal if of one class and with equal contents. Written out, because making dataclasses takes a
    good part of the time in which a process starts.
    """

    __slots__: tuple[str, ...] = ()

    def _held(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._held() == self._held()

    def __hash__(self) -> int:
        return hash(self._held())


class Foreign(Atom):
    """What other code gave or holds; calling it may raise what a template takes silently."""

    __slots__ = ()


class Opaque(Atom):
    """Something that nobody knows; who made it has noted that the code is not read completely."""

    __slots__ = ()


class Row(Atom):
    """A model instance that is followed.

    `level` is the number of the loop in which it is one and the same. `nullable`: it may be None.
    """

    __slots__ = ("level", "model", "need", "nullable")

    def __init__(self, model: type[Model], need: Need, level: int, nullable: bool = False) -> None:
        self.model = model
        self.need = need
        self.level = level
        self.nullable = nullable

    def there(self) -> Row:
        """The same where it is known not to be None."""
        return Row(self.model, self.need, self.level)


class Manager(Atom):
    """The manager of a to-many relation."""

    __slots__ = ("level", "model", "need")

    def __init__(self, model: type[Model], need: Need, level: int) -> None:
        self.model = model
        self.need = need
        self.level = level


class Rows(Atom):
    """All rows of a to-many relation."""

    __slots__ = ("level", "model", "need")

    def __init__(self, model: type[Model], need: Need, level: int) -> None:
        self.model = model
        self.need = need
        self.level = level


class Method(Atom):
    """An attribute of a followed value that has not been called yet.

    `found` is the raw class attribute, `base` the class that has it, `name` what it is called.
    """

    __slots__ = ("base", "found", "name", "owner")

    def __init__(
        self,
        owner: Row | Manager | Rows,
        name: str,
        found: Any = None,
        base: type | None = None,
    ) -> None:
        self.owner = owner
        self.name = name
        self.found = found
        self.base = base

    def _held(self) -> tuple[Any, ...]:
        return self.owner, self.name, self.base


class Parent(Atom):
    """`super()`: the instance, and the class after which attributes are looked up."""

    __slots__ = ("after", "owner")

    def __init__(self, owner: Row, after: type) -> None:
        self.owner = owner
        self.after = after


class Bag(Atom):
    """A list, tuple, set or dictionary of the code's own that holds each of these."""

    __slots__ = ("items",)

    def __init__(self, items: frozenset[Value]) -> None:
        self.items = items


class Known(Atom):
    """A Python object that the code names: a global, a class, a constant."""

    __slots__ = ("held",)

    def __init__(self, value: object) -> None:
        self.held = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and other.held is self.held

    def __hash__(self) -> int:
        return id(self.held)


Value: TypeAlias = frozenset[Atom]

PLAIN: Value = frozenset({Atom()})
FOREIGN: Value = frozenset({Foreign()})
OPAQUE: Value = frozenset({Opaque()})
EMPTY: Value = frozenset()


def value(*atoms: Atom) -> Value:
    """What may be any of these."""
    return frozenset(atoms)


def is_plain(*values: Value) -> bool:
    """Whether no value may be, or hold, an instance that is followed."""
    return all(type(atom) in (Atom, Known, Foreign, Opaque) for one in values for atom in one)


def bag(*values: Value) -> Value:
    """A container of these."""
    return PLAIN if is_plain(*values) else value(Bag(frozenset(values)))


def bound(
    parameters: ast.arguments, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> dict[str, Value] | None:
    """The variables that a call starts with; None if it would be a TypeError."""
    positional = [each.arg for each in (*parameters.posonlyargs, *parameters.args)]
    names = dict(zip(positional, args, strict=False))
    defaults = positional[len(positional) - len(parameters.defaults) :]
    for each, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        positional.append(each.arg)
        defaults += [each.arg] if default is not None else []
    more = args[len(positional) - len(parameters.kwonlyargs) :]
    rest: dict[str, Value] = {}
    for name, one in kwargs.items():
        (names if name in positional else rest)[name] = one
    if (more and parameters.vararg is None) or (rest and parameters.kwarg is None):
        return None
    for name in positional:
        if name not in names:
            if name not in defaults:
                return None
            names[name] = PLAIN
    if parameters.vararg is not None:
        names[parameters.vararg.arg] = bag(*more)
    if parameters.kwarg is not None:
        names[parameters.kwarg.arg] = bag(*rest.values())
    return names
