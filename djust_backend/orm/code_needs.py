"""Whether a decision about rows has to read Python code of their models.

That is what makes a decision expensive: tens of milliseconds, against fractions of one.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Model
from django.db.models.fields.files import FileDescriptor, ImageFileDescriptor

from . import facts
from .display import display_labels
from .usage import PRINTED, Usage


def is_code(model: type[Model], name: str) -> bool:
    """Whether Python code of the model answers for an attribute of its instances."""
    if facts.relation(model, name) is not None or facts.is_column(model, name):
        return False
    attribute = facts.class_attribute(model, name)
    return not (
        attribute is None
        or (name == "pk" and attribute is Model.pk)
        or display_labels(model, name) is not None
        or type(attribute) in (FileDescriptor, ImageFileDescriptor)
    )


def runs_code(model: type[Model], usage: Usage, annotations: Collection[str] = ()) -> bool:
    """Whether these needs of a row, or of a row that it leads to, are met by such code.

    `annotations` are values that the row has besides those of its model.
    """
    if (usage.always | usage.maybe) & PRINTED:
        return True
    return any(
        _answers_by_code(model, name, below)
        for name, below in usage.fields.items()
        if name not in annotations
    )


def _answers_by_code(model: type[Model], name: str, usage: Usage) -> bool:
    relation = facts.relation(model, name)
    if relation is None:
        return is_code(model, name)
    if relation.target is None:
        return False
    if relation.kind == facts.TO_ONE:
        return runs_code(relation.target, usage)
    rows = usage.fields.get("all")
    return rows is not None and rows.each is not None and runs_code(relation.target, rows.each)
