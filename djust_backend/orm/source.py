"""What kind of data source a value is, by its type; it never looks at rows."""

from __future__ import annotations

from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import RawQuerySet

from .usage import NOTHING, Usage

OTHER = 0
MODEL = 1
QUERYSET = 2
MANAGER = 3
PAGE = 4

_QUERYSET_PROTOCOL = ("__iter__", "__len__", "__bool__", "__getitem__", "__getattribute__")
_PAGE_PROTOCOL = ("__iter__", "__len__", "__getitem__", "__contains__", "__getattribute__")


def kind(cls: type) -> int:
    """The number of the source that instances of this class are; 0 for everything else.

    Only a class that keeps Django's own protocol counts: one that answers `len` or iteration
    itself is left to Python. Lazy objects are asked by type, so nothing is woken.
    """
    if issubclass(cls, Model):
        return MODEL
    if issubclass(cls, QuerySet):
        return QUERYSET if keeps(cls, QuerySet, _QUERYSET_PROTOCOL) else OTHER
    if issubclass(cls, RawQuerySet):
        return QUERYSET if keeps(cls, RawQuerySet, _QUERYSET_PROTOCOL) else OTHER
    if issubclass(cls, BaseManager):
        return MANAGER
    if issubclass(cls, Page):
        return PAGE if keeps(cls, Page, _PAGE_PROTOCOL) else OTHER
    return OTHER


def keeps(cls: type, base: type, names: tuple[str, ...]) -> bool:
    """Whether a subclass leaves all these attributes as its base class has them."""
    return all(getattr(cls, name, None) is getattr(base, name, None) for name in names)


def source_of(value: object, usage: Usage | None) -> tuple[QuerySet[Model] | None, Usage | None]:
    """The QuerySet behind a value that is about to be iterated, and the needs of its rows.

    A page stands for its `object_list` (which may be named in the template as well, so both
    needs are united); a page over a list, and everything else, has no QuerySet.
    """
    if isinstance(value, QuerySet):
        return value, usage
    if isinstance(value, Page) and kind(type(value)) == PAGE:
        rows = value.object_list
        if isinstance(rows, QuerySet):
            named = usage.fields.get("object_list", NOTHING) if usage is not None else NOTHING
            return rows, usage.merge(named) if usage is not None else None
    return None, usage
