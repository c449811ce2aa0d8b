"""What `get_FOO_display()` shows: the labels of a field's choices."""

from __future__ import annotations

from functools import partialmethod
from inspect import getattr_static
from typing import Any

from django.db.models import Model
from django.utils.hashable import make_hashable


def display_labels(model: type[Model], name: str) -> tuple[str, dict[Any, Any]] | None:
    """The attribute that the method `name` reads, and the label of each value.

    None if the method is not the one that Django makes, because the model has one of its own there,
    or if some values are equal without being the same (`1` and `True`), which is left to Django.
    """
    method = getattr_static(model, name, None)
    if not isinstance(method, partialmethod) or method.args:
        return None
    field = method.keywords.get("field")
    if field is None or method.func is not Model._get_FIELD_display:
        return None
    if model._get_FIELD_display is not Model._get_FIELD_display:
        return None
    labels = dict(make_hashable(field.flatchoices))
    if any(isinstance(value, (bool, float)) for value in labels):
        return None
    return field.attname, labels
