"""QuerySets that take no joins: the rows come as stock fetches them, relations afterwards."""

import pytest
from django.db import connection, models
from django.db.models import Count, F, FilteredRelation, Q, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber
from walker import both, rows
from zoo.models import Author, Book

from djust_backend import orm
from djust_backend.orm import Reason


class Loud(models.QuerySet):
    """Clones in its own way."""

    def _clone(self):
        return super()._clone()


def books():
    return Book.objects.order_by("pk")


CASES = [
    (lambda: books().distinct(), Reason.DISTINCT),
    (lambda: books().annotate(Count("tags")), Reason.GROUPED),
    (lambda: books().only("title"), Reason.ONLY),
    (lambda: books().only("title", "author"), Reason.ONLY),
    (lambda: books().defer("author"), Reason.DEFERRED),
    (lambda: books().defer("author_id"), Reason.DEFERRED),
    (lambda: books().defer("author__name"), Reason.DEFERRED_BEYOND),
    (lambda: books().extra(select={"one": "1"}), Reason.RAW_SQL),
    (lambda: books().extra(where=["title >= 'a'"]), Reason.RAW_SQL),
    (lambda: books().annotate(raw=RawSQL("title", ())), Reason.RAW_SQL),
    (lambda: books().filter(pk__in=RawSQL("SELECT 1", ())), Reason.RAW_SQL),
    (lambda: books().select_for_update(), Reason.LOCKED),
    (lambda: Book.objects.union(Book.objects.all()).order_by("id"), Reason.COMBINED),
    (lambda: books().select_related(), Reason.JOINS_ALL),
    (lambda: books().prefetch_related("author"), Reason.USER_PREFETCH),
    (
        lambda: books().annotate(
            first=FilteredRelation("chap", condition=Q(chap__number=0))
        ).filter(first__number=0),
        Reason.FILTERED_RELATION,
    ),
    (lambda: Loud(Book).order_by("pk"), Reason.CUSTOM_QUERYSET),
    (lambda: books().annotate(at=Window(RowNumber(), order_by="pk")), Reason.JOIN),
    (lambda: books().annotate(twice=F("author_id") * 2), Reason.JOIN),
    (lambda: books()[1:4], Reason.JOIN),
    (lambda: books().reverse(), Reason.JOIN),
    (lambda: books().using("default"), Reason.JOIN),
]  # fmt: skip


@pytest.mark.parametrize(("make", "reason"), CASES)
def test_reason_and_equality(library, make, reason):
    plan = orm.plan_of(make(), rows("author.name"))
    steps = (*plan.joins, *plan.prefetches, *plan.left)
    assert [step.reason for step in steps if step.path == ("author",)] == [reason]
    if reason is not Reason.LOCKED or connection.features.has_select_for_update:
        both(make, rows("author.country.name", "editor.name", "tags.all[].category.name"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: books().values("title"),
        lambda: books().values_list("title"),
        lambda: books().values_list("pk", flat=True),
        lambda: books().values("author").annotate(Count("pk")).order_by("author"),
        lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id"),
        lambda: list(books()),
        lambda: books().none(),
        list,
    ],
)
def test_other_rows_come_as_they_are(library, make):
    both(make, rows("author.country.name", "tags.all[].name"))


def test_lists_raw_and_unions_get_peers(library):
    for make in (
        lambda: list(books()),
        lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id"),
        lambda: Book.objects.union(Book.objects.all()),
    ):
        found = both(make, rows("author.country.name"))
        assert found.counts[1] == 3


def test_evaluated_queryset_is_left_alone(library, django_assert_num_queries):
    queryset = books()
    first = next(iter(queryset))
    first.title = "changed by the view"
    with django_assert_num_queries(0):
        orm.evaluate(queryset, rows("author.name"))
    assert queryset[0] is first


def test_view_can_derive_from_its_queryset_as_before(library):
    queryset = books()
    before = str(queryset.query)
    orm.evaluate(queryset, rows("author.name", "tags.all[].name"))
    assert str(queryset.query) == before
    assert queryset._prefetch_related_lookups == ()
    assert queryset.filter(pk=1).query.select_related is False


def test_errors_are_those_of_stock(library):
    def broken():
        return Book.objects.select_related("author").only("title").order_by("pk")

    found = both(broken, rows("editor.name"), may_fail=True)
    assert isinstance(found.ours[0], type)


def test_unknown_names_are_nothing_to_us(library):
    assert both(books, rows("nothing.at.all", "title.upper")).counts == (1, 1)


def test_property_that_walks_is_stock(library):
    both(lambda: Author.objects.all(), rows("label"))
