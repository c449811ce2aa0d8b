"""A join may be added only where it cannot change the order of rows."""

import pytest
from django.db.models import F, Value
from walker import both, rows
from zoo.models import Author, Book, Chapter, Seat

from djust_backend import orm
from djust_backend.orm import Reason


def reasons(queryset, *paths):
    plan = orm.plan_of(queryset, rows(*paths))
    steps = (*plan.joins, *plan.prefetches, *plan.left)
    return [step.reason for step in steps]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ([], Reason.UNORDERED),
        (["pk"], Reason.JOIN),
        (["-pk"], Reason.JOIN),
        (["id"], Reason.JOIN),
        (["title"], Reason.ORDER_HAS_TIES),
        (["title", "pk"], Reason.JOIN),
        (["author"], Reason.ORDER_HAS_TIES),
        (["author__pk"], Reason.ORDER_HAS_TIES),
        (["?"], Reason.ORDER_HAS_TIES),
        ([F("pk").desc()], Reason.JOIN),
        ([F("title").asc(), F("id").asc()], Reason.JOIN),
        ([F("id") * -1], Reason.ORDER_HAS_TIES),
    ],
)
def test_total_order_is_proven(library, order, reason):
    queryset = Book.objects.order_by(*order)
    assert reasons(queryset, "author.name") == [reason]
    if order != ["?"]:
        both(lambda: queryset.all(), rows("author.name"))
        both(lambda: queryset[1:4], rows("author.name"))


def test_default_ordering_counts_until_it_is_cleared(db):
    assert reasons(Author.objects.all(), "country.name") == [Reason.JOIN]
    assert reasons(Author.objects.order_by(), "country.name") == [Reason.UNORDERED]


def test_unique_together_is_total_when_all_of_it_is_ordered(db):
    def found(*order):
        return reasons(Chapter.objects.order_by(*order), "book.title")

    assert found("book_id", "number") == [Reason.JOIN]
    assert found("number") == [Reason.ORDER_HAS_TIES]


def test_composite_key_is_total_as_a_whole(library):
    for n in range(4):
        Seat.objects.create(row=n % 2, number=n, guest=library.authors[n % 3])
    assert reasons(Seat.objects.order_by("pk"), "guest.name") == [Reason.JOIN]
    assert reasons(Seat.objects.order_by("row", "number"), "guest.name") == [Reason.JOIN]
    assert reasons(Seat.objects.order_by("row"), "guest.name") == [Reason.ORDER_HAS_TIES]
    both(lambda: Seat.objects.order_by("pk"), rows("guest.country.name"))


def test_annotation_of_the_same_name_orders_nothing(db):
    queryset = Book.objects.annotate(one=Value(1)).order_by("one")
    assert reasons(queryset, "author.name") == [Reason.ORDER_HAS_TIES]


@pytest.mark.exact_texts
def test_unordered_rows_cost_one_query_for_each_relation(library):
    found = both(lambda: Book.objects.all(), rows("author.country.name", "language.code"))
    assert found.counts[1] == 4
