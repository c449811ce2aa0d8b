"""What `get_FOO_display()` shows: the labels of a field's choices, as long as these stay."""

from __future__ import annotations

from functools import partialmethod
from inspect import getattr_static
from operator import is_
from typing import Any

from django.db.models import Field, Model
from django.utils.hashable import make_hashable


class Labels:
    """The labels of one field.

    `attname` is the attribute that the method reads, `by_value` has the label of each value.
    `choices` is the list of the field's, and `parts` all that is in it, groups and their pairs.
    """

    __slots__ = ("attname", "by_value", "choices", "field", "parts")

    def __init__(self, field: Any, by_value: dict[Any, Any]) -> None:
        self.field = field
        self.attname: str = field.attname
        self.by_value = by_value
        self.choices: list[Any] = field.choices
        self.parts = _parts(self.choices)

    def are_current(self) -> bool:
        """Whether the field still has these choices: a site may replace or change the list."""
        if self.field.choices is not self.choices:
            return False
        now = _parts(self.choices)
        return len(now) == len(self.parts) and all(map(is_, now, self.parts))

    def are_grouped(self) -> bool:
        """Whether the list has lists in it."""
        return len(self.parts) > len(self.choices)


def display_labels(model: type[Model], name: str) -> Labels | None:
    """The labels that the method `name` shows.

    None if the method is not the one that Django makes, because the model has one of its own there,
    if a function of the site gives the choices anew each time, or if some values are equal without
    being the same (`1` and `True`), which is left to Django.
    """
    method = getattr_static(model, name, None)
    if not isinstance(method, partialmethod) or method.args:
        return None
    field = method.keywords.get("field")
    if field is None or method.func is not Model._get_FIELD_display:
        return None
    if model._get_FIELD_display is not Model._get_FIELD_display:
        return None
    if not _has_plain_choices(type(field)) or type(field.choices) is not list:
        return None
    labels = dict(make_hashable(field.flatchoices))
    if any(isinstance(value, (bool, float)) for value in labels):
        return None
    return Labels(field, labels)


def _has_plain_choices(kind: type) -> bool:
    return all(
        getattr_static(kind, name, None) is getattr_static(Field, name)
        for name in ("choices", "flatchoices")
    )


def _parts(choices: list[Any]) -> list[Any]:
    parts = list(choices)
    for choice in choices:
        if type(choice) is tuple and len(choice) == 2 and type(choice[1]) is list:
            parts += choice[1]
    return parts
