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

QUERYSET_PROTOCOL = ("__iter__", "__len__", "__bool__", "__getitem__", "__getattribute__")
_PAGE_PROTOCOL = ("__iter__", "__len__", "__getitem__", "__contains__", "__getattribute__")


def kind(cls: type) -> int:
    """The number of the source that instances of this class are; 0 for everything else.

    Only a class that keeps Django's own protocol counts: one that answers `len` or iteration
    itself is left to Python. Lazy objects are asked by type, so nothing is woken.
    """
    if issubclass(cls, Model):
        return MODEL
    if issubclass(cls, QuerySet):
        return QUERYSET if keeps(cls, QuerySet, QUERYSET_PROTOCOL) else OTHER
    if issubclass(cls, RawQuerySet):
        return QUERYSET if keeps(cls, RawQuerySet, QUERYSET_PROTOCOL) else OTHER
    if issubclass(cls, BaseManager):
        return MANAGER
    # Pages are of an abstract base class, which would remember each class that it is asked about.
    if Page in cls.__mro__:
        return PAGE if keeps(cls, Page, _PAGE_PROTOCOL) else OTHER
    return OTHER


def counts_itself(cls: type) -> bool:
    """Whether `count` and `exists` of this QuerySet class are Django's own."""
    return keeps(cls, QuerySet, ("count", "exists"))


def keeps(cls: type, base: type, names: tuple[str, ...]) -> bool:
    """Whether a subclass leaves all these attributes as its base class has them."""
    if cls is base:
        return True
    for name in names:  # noqa: SIM110 - half the time of `all`, at every render
        if getattr(cls, name, None) is not getattr(base, name, None):
            return False
    return True


def usage_of_page(usage: Usage) -> Usage:
    """The needs of a page's rows: those of the page itself, and of its `object_list`."""
    own = Usage(usage.always, usage.maybe, {}, usage.each)
    return own.merge(usage.fields.get("object_list", NOTHING))
