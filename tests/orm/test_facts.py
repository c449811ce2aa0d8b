"""What an attribute step on a model means, and which values are data sources."""

import pytest
from django.core.paginator import Page
from django.db import models
from django.db.models import Count
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.functional import SimpleLazyObject
from walker import rows, usage
from zoo.models import (
    Author,
    Book,
    Chapter,
    Comment,
    Country,
    PenName,
    Place,
    Restaurant,
    Seat,
    Tag,
)

from djust_backend import orm


@pytest.mark.parametrize(
    ("model", "name", "expected"),
    [
        (Book, "title", ("column",)),
        (Book, "author_id", ("column",)),
        (Book, "id", ("column",)),
        (Book, "pk", None),
        (Book, "save", None),
        (Book, "nothing", None),
        (Book, "chap", None),
        (Author, "label", None),
        (Book, "author", ("to_one", "author", "author", True)),
        (Author, "profile", ("to_one", "profile", "profile", True)),
        (PenName, "profile", ("to_one", "profile", "profile", True)),
        (Place, "restaurant", ("to_one", "restaurant", "restaurant", True)),
        (Restaurant, "place_ptr", ("to_one", "place_ptr", "place_ptr", True)),
        (Restaurant, "country", ("to_one", "country", "country", True)),
        (Restaurant, "name", ("column",)),
        (Book, "chapters", ("to_many", "chapters", "chapters", True, ("id",))),
        (Book, "review_set", ("to_many", "review_set", "review_set", True, ("id",))),
        (Book, "tags", ("to_many", "tags", "tags", True, ("id",))),
        (Tag, "book_set", ("to_many", "tagged", "book_set", True, ("id",))),
        (Book, "comments", ("to_many", "comments", "comments", True, ("id",))),
        (Comment, "target", ("generic", "target", "target")),
        (Seat, "guest", ("to_one", "guest", "guest", True)),
        (Author, "seats", ("to_many", "seats", "seats", True, ("id",))),
    ],
)
def test_accessor(model, name, expected):
    assert orm.accessor(model, name) == expected


@pytest.mark.parametrize(
    ("model", "relation", "key", "expected"),
    [
        (Book, "author", "pk", "author_id"),
        (Book, "author", "id", "author_id"),
        (Book, "author", "name", None),
        (Book, "publisher", "pk", None),
        (Book, "vault", "pk", None),
        (Book, "language", "code", None),
        (Book, "language", "pk", None),
        (Author, "profile", "pk", None),
        (Book, "tags", "pk", None),
        (Book, "title", "pk", None),
        (Chapter, "book", "id", "book_id"),
    ],
)
def test_id_column(model, relation, key, expected):
    assert orm.id_column(model, relation, key) == expected


def test_id_only_needs_nothing(db):
    plan = orm.plan_of(Book.objects.order_by("pk"), rows("author.pk", "author_id"))
    assert (plan.joins, plan.prefetches) == ((), ())
    plan = orm.plan_of(Book.objects.order_by("pk"), rows("author.pk", "author.name"))
    assert len(plan.joins) == 1


class OwnAll(models.Manager):
    def all(self):
        return super().all().filter(pk__gt=0)


class Odd(models.Model):
    class Meta:
        app_label = "odd"

    shelf = models.ForeignKey(Country, models.CASCADE, related_name="odds")
    objects = OwnAll()


class OddKey(models.ForeignKey):
    class Descriptor(ForwardManyToOneDescriptor):
        def __get__(self, instance, cls=None):
            return super().__get__(instance, cls)

    forward_related_accessor_class = Descriptor


class Odder(models.Model):
    class Meta:
        app_label = "odd"

    shelf = OddKey(Country, models.CASCADE, related_name="+")


def test_relations_that_answer_in_their_own_way_are_none():
    assert orm.accessor(Country, "odds") is None
    assert orm.accessor(Odder, "shelf") is None
    assert orm.accessor(Odder, "shelf_id") == ("column",)


class OwnLen(models.QuerySet):
    def __len__(self):
        return 7


class OwnPage(Page):
    def __getitem__(self, index):
        return None


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (Book, 1),
        (models.QuerySet, 2),
        (OwnLen, 0),
        (models.Manager, 3),
        (OwnAll, 3),
        (Page, 4),
        (OwnPage, 0),
        (list, 0),
        (str, 0),
        (SimpleLazyObject, 0),
    ],
)
def test_kind(cls, expected):
    assert orm.kind(cls) == expected


def test_related_managers_are_managers(library):
    assert orm.kind(type(library.books[0].tags)) == 3


def test_page_needs_what_is_done_with_its_rows_under_both_names():
    own = usage("has_next", "object_list[].title").merge(rows("author.name"))
    needs = orm.usage_of_page(own)
    assert needs.paths() == ("[].author.name", "[].title")
    assert needs.row_needs() is not None


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (lambda: Book.objects.order_by("pk"), True),
        (lambda: Book.objects.all(), True),
        (lambda: Book.objects.filter(author__name="a0").order_by("-title")[1:3], True),
        (lambda: Book.objects.order_by("author__name"), False),
        (lambda: Book.objects.order_by("?"), False),
        (lambda: Book.objects.select_related("publisher"), False),
        (lambda: Book.objects.annotate(n=Count("tags")), False),
        (lambda: Book.objects.distinct(), False),
        (lambda: Book.objects.values("title"), False),
        (lambda: Book.objects.union(Book.objects.all()), False),
        (lambda: Book.objects.extra(where=["1=1"]), False),
    ],
)
def test_whose_size_its_rows_tell(make, answer):
    assert orm.counts_its_rows(make()) is answer
