"""What the names in the order of a query stand for, as far as anything but the models says it.

A name may end at a relation, which is ordered by like its model is; or at a transform, which is
whatever is registered when the query is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist

_REMEMBERED = 4096
_DEEPEST = 6
_SEPARATOR = "__"


class _UnknownError(Exception):
    """A transform, or an expression in the order of a related model."""


def told(model: Any, names: Iterable[str]) -> tuple[Any, ...] | None:
    """What these names of columns and annotations depend on; None if nothing is proven of one."""
    try:
        return tuple([part for name in names for part in _related_orders(model, name, _DEEPEST)])
    except _UnknownError:
        return None


def are_columns(model: Any, names: Iterable[str]) -> bool:
    """Whether none of the names that expressions refer to ends at a transform."""
    try:
        for name in names:
            _end(model, name)
    except _UnknownError:
        return False
    return True


def _related_orders(model: Any, name: str, deep: int) -> list[Any]:
    """The orders of the models at which the name ends, and of those that these lead to."""
    related = _end(model, name.lstrip("-+"))
    if related is None:
        return []
    ordering = related._meta.ordering
    if not deep or not all(type(item) is str for item in ordering):
        raise _UnknownError
    found = [tuple(ordering)]
    for item in ordering:
        found += _related_orders(related, item, deep - 1)
    return found


@lru_cache(maxsize=_REMEMBERED)
def _end(model: Any, name: str) -> Any:
    """The model of the relation at which a name ends; None if that is a column or an annotation."""
    first, *more = name.split(_SEPARATOR)
    related, attname = _step(model, first)
    if not more:
        return None if first in ("pk", attname) else related
    if related is None:
        raise _UnknownError
    for part in more:
        if related is None:
            raise _UnknownError
        step, attname = _step(related, part)
        if step is None and attname is None:
            raise _UnknownError
        related = None if part == attname else step
    return related


def _step(model: Any, name: str) -> tuple[Any, str | None]:
    """The related model of a field, and its column's attribute; None for what is not there."""
    options = model._meta
    try:
        field = options.pk if name == "pk" else options.get_field(name)
    except FieldDoesNotExist:
        return None, None
    has_column = field.concrete and not field.many_to_many
    return field.related_model, field.attname if has_column else None
