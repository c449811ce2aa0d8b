"""Which expressions have SQL that their classes, columns and plain attributes tell.

Of Django's own expressions, unchanged since they were looked at, the text depends on nothing but
what is in their dictionaries. Whatever else is found in one has no key: subqueries, conditions,
values that go into the parameters, classes of the site's or of another package.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.models import F, Field, Value
from django.db.models.expressions import BaseExpression, Col, OrderBy, RawSQL, Ref
from django.db.models.functions.datetime import TimezoneMixin
from django.db.models.lookups import Lookup
from django.utils.functional import cached_property

from .versions import versions

_REMEMBERED = 1024
# Where expressions and fields are Django's own, and known to all databases.
_HOME = "django.db.models."
_FIELDS = "django.db.models.fields"
_PLAIN = frozenset({str, int, bool, float, type(None)})
# Of a value and a comparison something goes into the parameters; time zones change meanwhile.
_REFUSED = (Value, Lookup, RawSQL, TimezoneMixin)


# What of a field's class may be in the SQL. Its version says nothing: the class counts its objects.
_FIELD_METHODS = (
    "cast_db_type",
    "db_parameters",
    "db_type",
    "db_type_parameters",
    "get_db_converters",
    "get_internal_type",
    "select_format",
)


class UnknownError(Exception):
    """Something that nothing is proven of."""


class Reader:
    """Reads the expressions of one query.

    `classes` are those that it has met. `held` are the fields that keys name by their identity:
    they have to live as long as the keys.
    `names` are those that expressions refer to, which Django resolves when it compiles the query.
    """

    __slots__ = ("classes", "held", "names")

    def __init__(self) -> None:
        self.held: list[Any] = []
        self.names: list[str] = []
        # Django makes these of names.
        self.classes: dict[type, None] = {Col: None, OrderBy: None, Ref: None}

    def key(self, *expressions: Any) -> tuple[Any, ...] | None:
        """A key of these expressions, or of lists of them; None if any of them has none."""
        try:
            found = self._sequence(expressions)
        except UnknownError:
            return None
        # Methods of Django's classes may be replaced at any time.
        now = versions(tuple(self.classes))
        return None if now is None else (found, now)

    def _told(self, value: Any) -> Any:
        kind: type = type(value)
        if kind in _PLAIN:
            # One, true and one point nought are equal, and written in three ways.
            return kind, value
        if kind in (tuple, list):
            return kind, self._sequence(value)
        if kind is dict:
            return tuple([(self._told(name), self._told(held)) for name, held in value.items()])
        if isinstance(value, Field):
            return self._field(kind, value)
        if kind is Col:
            return Col, value.alias, self._told(value.target), self._told(value.output_field)
        if not is_known(kind):
            raise UnknownError
        self.classes[kind] = None
        self._note(value)
        later = when_read(kind)
        return (
            kind,
            *[(name, self._told(held)) for name, held in vars(value).items() if name not in later],
        )

    def _note(self, value: Any) -> None:
        if isinstance(value, F):
            self.names.append(value.name)  # type: ignore[attr-defined]

    def _sequence(self, values: Any) -> tuple[Any, ...]:
        return tuple([self._told(value) for value in values])

    def _field(self, kind: type, field: Any) -> Any:
        if hasattr(field, "model"):
            self.held.append(field)
            return id(field)
        found = unbound_field(field)
        if found is None:
            raise UnknownError
        return found


def unbound_field(field: Any) -> tuple[Any, ...] | None:
    """A key of a field that was made for an expression, perhaps each time; None if it has none."""
    kind: Any = type(field)
    if kind.__module__ != _FIELDS:
        return None
    plain = [
        (name, value)
        for name, value in vars(field).items()
        if type(value) in _PLAIN and name != "creation_counter"
    ]
    methods = [vars(base).get(name) for base in kind.__mro__ for name in _FIELD_METHODS]
    return (kind, *plain, *methods)


@lru_cache(maxsize=_REMEMBERED)
def is_known(kind: type) -> bool:
    """Whether objects of this class are Django's expressions, whose values are in the SQL."""
    is_expression = issubclass(kind, (BaseExpression, F)) and not issubclass(kind, _REFUSED)
    return is_expression and all(
        base.__module__.startswith((_HOME, "django.utils.")) or base is object
        for base in kind.__mro__
    )


@lru_cache(maxsize=_REMEMBERED)
def are_told(kind: type) -> bool:
    """Whether values for a field of this class are prepared by Django alone."""
    return all(base.__module__.startswith("django.") or base is object for base in kind.__mro__)


@lru_cache(maxsize=_REMEMBERED)
def when_read(kind: type) -> frozenset[str]:
    """What an expression of this class remembers since it was asked for it.

    Its output field may have been given to it as well.
    """
    names = {
        name
        for base in kind.__mro__
        for name, value in vars(base).items()
        if isinstance(value, cached_property)
    }
    return frozenset(names - {"output_field"})
