"""What a property, a method or `__str__` of a model reads of its instance, from its code alone.

Nothing of the site is run: the code is walked as it would run (`code_walk`), instances are
followed through variables, own methods and the methods of related objects, and what is handed to
code that nobody knows makes the answer incomplete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property as python_cached_property
from functools import lru_cache
from types import FunctionType
from typing import Any, TypeAlias, TypeVar

from django.db.models import Model
from django.utils.functional import cached_property

from djust_backend.records import Record

from .code_steps import Reading, is_display
from .code_values import Need, Row, Value, is_plain, value
from .code_walk import Frame
from .usage import REACHED, Usage

_REMEMBERED = 2048
_MISSING = object()
_ATTRIBUTES = (property, cached_property, python_cached_property)
# What looks a name up in one namespace, the name, and what is there.
Watched: TypeAlias = "tuple[tuple[Callable[[str, Any], Any], str, Any], ...]"
_Answer = TypeVar("_Answer")


class Reads(Record):
    """What code reads of an instance.

    `usage` has flags as those of a template: always for what every run that raises nothing
    unforeseen gets to, maybe for the rest. A related object that is loaded has `TRUTH`, because
    Python loads it even for its key. Properties and methods that could be followed are not listed,
    only what they read.

    `complete`: nothing else is read, the instance is not changed, and neither it nor a related
    object gets anywhere but into this code; the result holds none of them. It is said of
    instances whose own dictionary holds columns and nothing that hides a class attribute.
    """

    usage: Usage
    complete: bool


def reads(model: type[Model], name: str) -> Reads | None:
    """What the property, `cached_property` or method `name` of a model's instances reads.

    None if it is none of these, needs arguments, is not called by templates (`alters_data`,
    `do_not_call_in_templates`), or its code cannot be read. Answers are remembered as long as all
    functions and names that they rest on are the same.
    """
    return read(model, name)[0]


def read(model: type[Model], name: str) -> tuple[Reads | None, Watched]:
    """The same, and what the answer rests on."""
    return still_valid(_read, model, name)


def argument_reads(function: Any, at: int, model: type[Model]) -> Reads | None:
    """What a plain function reads of an instance that it gets as its argument number `at`.

    The arguments before it are plain values. None if its code cannot be read.
    """
    if not isinstance(function, FunctionType):
        return None
    return still_valid(_read_argument, function, at, model)[0]


def still_valid(
    remembered: Callable[..., tuple[_Answer, Watched]], *key: Any
) -> tuple[_Answer, Watched]:
    """The answer of an `lru_cache`, which is emptied if what the answer rests on has changed."""
    found = remembered(*key)
    if unchanged(found[1]):
        return found
    remembered.cache_clear()  # type: ignore[attr-defined]
    return remembered(*key)


def unchanged(watched: Watched) -> bool:
    """Whether every name still means what it meant."""
    for look_up, name, found in watched:  # noqa: SIM110 - half the time of `all`, at every render
        if look_up(name, _MISSING) is not found:
            return False
    return True


def watch(names: Iterable[tuple[Any, str, Any]]) -> Watched:
    """Watches names: each with the class or the globals it was looked up in, and what was found.

    A class attribute is what the first class of the MRO has that has one at all.
    """
    watched = []
    # Many names are looked up in the same few classes.
    look_ups: dict[type, Callable[[str, Any], Any]] = {}
    for holder, name, found in names:
        if not isinstance(holder, type):
            watched.append((holder.get, name, found))
            continue
        for base in holder.__mro__:
            look_up = look_ups.get(base)
            if look_up is None:
                look_up = look_ups[base] = vars(base).get
            there = look_up(name, _MISSING)
            watched.append((look_up, name, there if there is _MISSING else found))
            if there is not _MISSING:
                break
    return tuple(watched)


@lru_cache(maxsize=_REMEMBERED)
def _read(model: type[Model], name: str) -> tuple[Reads | None, Watched]:
    reading = Reading()
    found = reading.class_attribute(model, name)
    if model.__getattribute__ is not Model.__getattribute__ or not _is_run(found):
        return None, watch(reading.watched.values())
    need = Need()
    frame = Frame(reading, True, None)
    row = value(Row(model, need, 0))
    result = frame.attribute(row, name)
    if not isinstance(found, _ATTRIBUTES):
        result = frame.call(result, [], {})
    if name in need.fields and not reading.complete:
        # The code itself could not be read.
        return None, watch(reading.watched.values())
    return _answer(reading, need, result), watch(reading.watched.values())


@lru_cache(maxsize=_REMEMBERED)
def _read_argument(
    function: FunctionType, at: int, model: type[Model]
) -> tuple[Reads | None, Watched]:
    reading, need = Reading(), Need()
    frame = Frame(reading, True, function)
    result = frame.run([*[value()] * at, value(Row(model, need, 0))], {})
    return (
        None if result is None else _answer(reading, need, result),
        watch(reading.watched.values()),
    )


def _is_run(found: Any) -> bool:
    """Whether a template runs this class attribute: a property, or a method that it may call."""
    if isinstance(found, FunctionType):
        hidden = ("alters_data", "do_not_call_in_templates")
        return not any(getattr(found, name, False) for name in hidden)
    return isinstance(found, _ATTRIBUTES) or is_display(found)


def _answer(reading: Reading, need: Need, result: Value) -> Reads:
    """The result itself goes out."""
    if not is_plain(result):
        Frame(reading, False, None).escape(result)
    need.always |= REACHED
    return Reads(need.frozen(), reading.complete)
