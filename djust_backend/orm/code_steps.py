"""What code does to the values that it holds: attributes, calls, printing, iterating."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cached_property as python_cached_property
from functools import partialmethod
from string import Formatter
from types import CodeType, FunctionType, ModuleType
from typing import Any

from django.db.models import Model
from django.db.models.options import Options
from django.utils import encoding, html, safestring, text, translation
from django.utils.functional import cached_property

from . import facts
from .code_values import (
    FOREIGN,
    OPAQUE,
    PLAIN,
    Atom,
    Bag,
    Foreign,
    Known,
    Manager,
    Method,
    Need,
    Parent,
    Row,
    Rows,
    Value,
    is_plain,
    value,
)
from .usage import COMPARED, COUNTED, ESCAPED, ITERATED, PASSED_ON, PRINTED, REACHED, TRUTH

# Syntax tree nodes looked at for one function, with all that it calls.
MAX_STEPS = 4000
_CONSTANTS = (str, int, bool, float, bytes, tuple, list, dict, frozenset, set, type(None), type)
# Functions that take the text of each argument and keep nothing.
_PRINTERS: tuple[Any, ...] = (
    str, repr, format, str.format, encoding.force_str, encoding.smart_str, html.escape,
    html.conditional_escape, html.format_html, html.strip_tags,
    safestring.mark_safe, text.capfirst, text.slugify,
)  # fmt: skip
# Functions that give a text to be formatted; their arguments are texts.
_TEXTS: tuple[Any, ...] = (
    translation.gettext, translation.gettext_lazy, translation.ngettext, translation.ngettext_lazy,
    translation.pgettext, translation.pgettext_lazy,
)  # fmt: skip
# Functions that go through all items.
_READERS: tuple[Any, ...] = (list, tuple, set, frozenset)
_FOLDS: tuple[Any, ...] = (sum, min, max, dict, sorted)
_PARTIAL_FOLDS: tuple[Any, ...] = (any, all)
# What reads a generator to its end.
CONSUMERS: tuple[Any, ...] = (*_READERS, *_FOLDS, str.join)
_NEUTRAL: tuple[Any, ...] = (isinstance, issubclass, id, callable)
_SAFE: tuple[Any, ...] = (
    *_PRINTERS, *_TEXTS, *_READERS, *_FOLDS, *_PARTIAL_FOLDS, *_NEUTRAL, bool, len, str.join,
)  # fmt: skip


class Reading:
    """What all frames of one reading share.

    `watched` are the class attributes and globals that the answer rests on: where they were
    found, under which name, and what was there.
    """

    __slots__ = ("codes", "complete", "loop", "loops", "steps", "watched")

    def __init__(self) -> None:
        self.complete = True
        self.loop = 0
        self.loops = 0
        self.steps = 0
        self.codes: list[CodeType] = []
        self.watched: dict[tuple[int, str], tuple[Any, str, Any]] = {}

    def class_attribute(self, cls: type, name: str) -> Any:
        """The raw class attribute, which is watched from now on."""
        found = facts.class_attribute(cls, name)
        self.watched[id(cls), name] = (cls, name, found)
        return found


class Steps:
    """The steps of one running function: `sure` is whether every run of it gets here.

    `raised`: something before may have raised. `proven` are needs of what is not None here.
    """

    def __init__(self, reading: Reading, sure: bool) -> None:
        self.reading = reading
        self.sure = sure
        self.raised = False
        self.proven: frozenset[Need] = frozenset()

    def inline(
        self, function: FunctionType, defined_in: type | None, args: list[Value],
        kwargs: Mapping[str, Value],
    ) -> Value | None:  # fmt: skip
        """What the call of a Python function gives; None if its code cannot be read."""
        raise NotImplementedError

    @contextmanager
    def in_doubt(self) -> Iterator[None]:
        """Code that may not run."""
        sure, self.sure = self.sure, False
        yield
        self.sure = sure

    def mark(self, need: Need, level: int, flags: int = REACHED) -> None:
        """Notes that this is done to something."""
        if self.sure and not self.raised and level == self.reading.loop:
            need.always |= flags
        need.maybe |= flags

    def unknown(self) -> Value:
        """Something happens that nobody can follow."""
        self.reading.complete = False
        self.raised = True
        return OPAQUE

    def each(self, one: Value, step: Any, *args: Any) -> Value:
        """The union of a step on everything that a value may be."""
        if len(one) == 1:
            found: Value = step(next(iter(one)), *args)
            return found
        with self.in_doubt():
            return frozenset().union(*(step(atom, *args) for atom in one))

    def escape(self, *values: Value) -> Value:
        """Values are handed to code that nobody knows."""
        for one in values:
            for atom in one:
                if isinstance(atom, (Row, Manager, Rows)):
                    self.mark(atom.need, atom.level, ESCAPED)
                elif isinstance(atom, (Method, Parent)):
                    self.escape(value(atom.owner))
                elif isinstance(atom, Bag):
                    self.escape(*atom.items)
        return PLAIN if is_plain(*values) else self.unknown()

    # Attributes

    def attribute(self, one: Value, name: str) -> Value:
        """`one.name`"""
        return self.each(one, self._attribute, name)

    def _attribute(self, atom: Atom, name: str) -> Value:
        if isinstance(atom, Row):
            found = self.reading.class_attribute(atom.model, name)
            result = self._row_attribute(atom, name, found, _definer(atom.model, name))
            if atom.nullable and atom.need not in self.proven:
                self.raised = True
            return result
        if isinstance(atom, Parent):
            mro = atom.owner.model.__mro__
            for base in mro[mro.index(atom.after) + 1 :]:
                if name in vars(base):
                    self.reading.watched[id(base), name] = (base, name, vars(base)[name])
                    return self._row_attribute(atom.owner, name, vars(base)[name], base)
            return self.unknown()
        if isinstance(atom, (Manager, Rows)):
            return value(Method(atom, name))
        if isinstance(atom, Known):
            return _known_attribute(atom.held, name)
        return self.escape(value(atom)) if isinstance(atom, (Bag, Method)) else value(atom)

    def _row_attribute(self, row: Row, name: str, found: Any, base: type | None) -> Value:
        if name == "__class__":
            return value(Known(row.model))
        if found is Model.pk:
            self.mark(row.need.below("pk"), row.level)
            return PLAIN
        if isinstance(found, Options):
            return value(Known(found))
        kind = facts.accessor(row.model, name)
        if kind is not None:
            return self._field(row, name, kind[0])
        if isinstance(found, property) and isinstance(found.fget, FunctionType):
            return self._run(Method(row, name, found, base), found.fget, [], {})
        if isinstance(found, (cached_property, python_cached_property)):
            function = found.func
            if isinstance(function, FunctionType):
                return self._run(Method(row, name, found, base), function, [], {})
        elif isinstance(found, (FunctionType, classmethod, staticmethod)) or is_display(found):
            return value(Method(row, name, found, base))
        elif isinstance(found, _CONSTANTS) and base is not None:
            return value(Known(found))
        self.mark(row.need.below(name), row.level)
        return self.unknown()

    def _field(self, row: Row, name: str, kind: str) -> Value:
        need = row.need.below(name)
        if kind == "column":
            self.mark(need, row.level)
            return PLAIN
        relation = facts.relation(row.model, name)
        if relation is None or relation.target is None:
            self.mark(need, row.level, REACHED | TRUTH)
            self.raised = True
            return self.unknown()
        if not relation.plain:
            # A manager of the site's own may give instances of other classes.
            self.reading.complete = False
        if relation.kind == facts.TO_MANY:
            self.mark(need, row.level)
            return value(Manager(relation.target, need, row.level))
        # Code that gets a related object loads it, even for its key. One that may be missing is
        # left to the moment at which it is asked for, which knows what to raise.
        with self.in_doubt() if relation.may_dangle() else nullcontext():
            self.mark(need, row.level, REACHED | TRUTH)
        if not relation.forward or relation.may_dangle():
            self.raised = True
        nullable = relation.nullable and relation.forward
        return value(Row(relation.target, need, row.level, nullable))

    def _run(
        self, method: Method, function: FunctionType, args: list[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        """Code of an instance's own class; if it cannot be read, its name is the need."""
        assert isinstance(method.owner, Row)
        row, given = method.owner.there(), [*args, *kwargs.values()]
        if getattr(function, "alters_data", False):
            return self.escape(value(row), *given)
        result = self.inline(function, method.base, [value(row), *args], kwargs)
        if result is not None:
            return result
        self.mark(row.need.below(method.name), row.level)
        self.escape(*given)
        return self.unknown()

    # Calls

    def call(self, function: Value, args: list[Value], kwargs: Mapping[str, Value]) -> Value:
        """`function(*args, **kwargs)`"""
        return self.each(function, self._call, args, kwargs)

    def _call(self, atom: Atom, args: list[Value], kwargs: Mapping[str, Value]) -> Value:
        given = [*args, *kwargs.values()]
        if isinstance(atom, Method):
            return self._call_method(atom, args, kwargs)
        if isinstance(atom, Known):
            return self._call_known(atom.held, args, kwargs)
        if isinstance(atom, Bag):
            return self.escape(*atom.items, *given)
        result = self.escape(*given)
        self.raised = self.raised or isinstance(atom, Foreign)
        return result

    def _call_method(self, method: Method, args: list[Value], kwargs: Mapping[str, Value]) -> Value:
        owner = method.owner
        if not isinstance(owner, Row):
            return self._call_rows(owner, method.name, [*args, *kwargs.values()])
        found = method.found
        if is_display(found):
            self.mark(owner.need.below(found.keywords["field"].attname), owner.level)
            return PLAIN
        if isinstance(found, FunctionType):
            return self._run(method, found, args, kwargs)
        first = [] if isinstance(found, staticmethod) else [value(Known(owner.model))]
        function = found.__func__
        result = None
        if isinstance(function, FunctionType):
            result = self.inline(function, method.base, [*first, *args], kwargs)
        return self.escape(*args, *kwargs.values()) if result is None else result

    def _call_rows(self, owner: Manager | Rows, name: str, given: list[Value]) -> Value:
        need = owner.need.below(name)
        self.mark(need, owner.level)
        if given or name not in ("all", "count", "exists"):
            self.escape(*given)
            return self.unknown()
        return value(Rows(owner.model, need, owner.level)) if name == "all" else PLAIN

    def _call_known(self, function: Any, args: list[Value], kwargs: Mapping[str, Value]) -> Value:
        given = [*args, *kwargs.values()]
        if not any(function is known for known in _SAFE):
            return self._call_unknown(function, args, kwargs)
        if any(function is known for known in _TEXTS):
            return frozenset().union(*given) if is_plain(*given) else self.escape(*given)
        if any(function is known for known in _PRINTERS):
            self.printed(*given)
        elif function is bool:
            self.tested(*given)
        elif function is len:
            self._counted(*given)
        elif any(function is known for known in _READERS) and len(given) == 1:
            items = self.iterated(given[0], self.reading.loop)
            return PLAIN if is_plain(items) else given[0]
        elif not any(function is known for known in _NEUTRAL):
            for one in given:
                self.escape(self.iterated(one, self.reading.loop))
        return PLAIN

    def _call_unknown(self, function: Any, args: list[Value], kwargs: Mapping[str, Value]) -> Value:
        given = [*args, *kwargs.values()]
        if is_plain(*given):
            self.raised = True
            return FOREIGN
        if function is type and len(args) == 1:
            return self.attribute(args[0], "__class__")
        if isinstance(function, FunctionType):
            result = self.inline(function, None, args, kwargs)
            if result is not None:
                return result
        result = self.escape(*given)
        self.raised = True
        return result

    # Everything else

    def printed(self, *values: Value) -> None:
        """`str(one)` of each."""
        for one in values:
            self.each(one, self._printed)

    def _printed(self, atom: Atom) -> Value:
        if isinstance(atom, Row):
            self.mark(atom.need, atom.level, PRINTED)
            if self.reading.class_attribute(atom.model, "__format__") is not object.__format__:
                self.reading.complete = False
            # None has a text as well.
            self.call(self._attribute(atom.there(), "__str__"), [], {})
        elif isinstance(atom, Bag):
            self.printed(*atom.items)
        elif not is_plain(value(atom)):
            self.escape(value(atom))
        return PLAIN

    def tested(self, *values: Value) -> None:
        """`bool(one)` of each."""
        for one in values:
            self.each(one, self._tested)

    def _tested(self, atom: Atom) -> Value:
        if isinstance(atom, Rows):
            # Only rows that are there answer Python code.
            self.mark(atom.need, atom.level, TRUTH | PASSED_ON)
        if isinstance(atom, Row):
            self.mark(atom.need, atom.level, TRUTH)
            for name in ("__bool__", "__len__"):
                if self.reading.class_attribute(atom.model, name) is not None:
                    self.escape(value(atom))
        return PLAIN

    def compared(self, *values: Value) -> None:
        """`one == two`"""
        for one in values:
            self.each(one, self._compared)

    def _compared(self, atom: Atom) -> Value:
        if isinstance(atom, Row):
            self.mark(atom.need, atom.level, COMPARED)
            self.mark(atom.need.below("pk"), atom.level)
            if self.reading.class_attribute(atom.model, "__eq__") is Model.__eq__:
                return PLAIN
        return self.escape(value(atom))

    def _counted(self, *values: Value) -> None:
        for one in values:
            for atom in one:
                if isinstance(atom, Rows):
                    self.mark(atom.need, atom.level, COUNTED | PASSED_ON)
                elif not isinstance(atom, Bag):
                    self.escape(value(atom))

    def iterated(self, one: Value, level: int) -> Value:
        """What `for item in one` gives; `level` is that of the items."""
        return self.each(one, self._iterated, level)

    def _iterated(self, atom: Atom, level: int) -> Value:
        if isinstance(atom, Rows):
            self.mark(atom.need, atom.level, ITERATED)
            return value(Row(atom.model, atom.need.row(), level))
        if isinstance(atom, Bag):
            return frozenset().union(*atom.items)
        return self.escape(value(atom))


def is_display(found: Any) -> bool:
    """Whether a class attribute is the `get_FOO_display` that Django makes."""
    return (
        isinstance(found, partialmethod)
        and not found.args
        and found.func is Model._get_FIELD_display
        and list(found.keywords) == ["field"]
    )


def _definer(cls: type, name: str) -> type | None:
    return next((base for base in cls.__mro__ if name in vars(base)), None)


def _known_attribute(held: Any, name: str) -> Value:
    if isinstance(held, ModuleType):
        return value(Known(vars(held)[name])) if name in vars(held) else FOREIGN
    if isinstance(held, str):
        if name == "join" or (name == "format" and _formats_plainly(held)):
            return value(Known(getattr(str, name)))
        return PLAIN
    if isinstance(held, _CONSTANTS) and not isinstance(held, type):
        return PLAIN
    if isinstance(held, type):
        found = facts.class_attribute(held, name)
        if isinstance(found, _CONSTANTS):
            return value(Known(found))
    return FOREIGN


def _formats_plainly(text: str) -> bool:
    """Whether a format takes each argument as it is, without attributes of it."""
    try:
        return not any(set(name or "") & {".", "["} for _, name, _, _ in Formatter().parse(text))
    except ValueError:
        return False
