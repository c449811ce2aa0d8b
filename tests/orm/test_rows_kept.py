"""No row is lost, shown or repeated: dangling keys, hiding managers, duplicates."""

import pytest
from walker import MISS, both, rows
from zoo.models import Book, Secret

from djust_backend import orm
from djust_backend.orm import Reason


def ordered():
    return Book.objects.order_by("pk")


def test_dangling_foreign_key_keeps_its_row(library):
    found = both(ordered, rows("publisher.name"))
    assert found.ours[2]["publisher"] == MISS
    assert found.counts == (7, 2)


def test_nullable_dangling_foreign_key_stays_a_silent_miss_and_not_none(library):
    found = both(ordered, rows("sponsor.name"))
    plain = [row["sponsor"] if isinstance(row["sponsor"], str) else "row" for row in found.ours]
    assert plain == ["row", "None", MISS, "row", "None", MISS]
    assert found.counts[1] == 2


def test_only_dangling_rows_cost_one_query(library):
    Book.objects.update(sponsor_id=998)
    assert both(ordered, rows("sponsor.name")).counts == (7, 2)
    Book.objects.exclude(pk=library.books[0].pk).update(sponsor_id=None)
    assert both(ordered, rows("sponsor.name")).counts == (2, 2)


def test_misses_are_reported_and_left_uncached(library):
    books = list(ordered())
    misses = orm.load(books, ("sponsor",), None, books[0])
    assert misses == [books[2], books[5]]
    assert "sponsor" not in books[2]._state.fields_cache


def test_row_hidden_by_a_base_manager_stays_hidden(library):
    found = both(ordered, rows("vault.name", "drawer.name"))
    assert found.ours[4]["vault"] == MISS
    assert found.ours[2]["drawer"] == MISS
    reasons = [step.reason for step in orm.plan_of(ordered(), rows("vault.name")).left]
    assert reasons == [Reason.MAY_DANGLE]
    assert Secret.everything.count() == 2


def test_default_manager_of_a_to_many_is_kept(library):
    found = both(ordered, rows("review_set.all[].reader.name"))
    assert found.counts[1] == 3
    assert len(found.ours[1]["review_set"]["all"]) == 1


def test_duplicates_of_a_many_to_many_filter_are_kept(library):
    def repeated():
        return Book.objects.filter(tags__in=library.tags).order_by("pk")

    found = both(repeated, rows("author.name", "tags.all[].category.name"))
    assert len(found.ours) > len({row[""] for row in found.ours})


def test_all_foreign_keys_null_cost_nothing(library):
    Book.objects.update(editor=None, language=None, sponsor_id=None)
    needs = rows("editor.name", "language.code", "sponsor.name")
    assert both(lambda: Book.objects.all(), needs).counts == (1, 1)


@pytest.mark.exact_texts
def test_to_field_is_followed(library):
    assert both(lambda: Book.objects.all(), rows("language.country.name")).counts[1] == 3
