"""Fetch modes that the site chose are kept: nothing is fetched where it forbids fetching."""

import pytest
from django.core.exceptions import FieldFetchBlocked
from django.db.models import FETCH_PEERS, FETCH_RAISE
from walker import both, rows
from zoo.models import Book, Comment

from djust_backend import orm
from djust_backend.orm import Reason


def books(mode):
    return Book.objects.order_by("pk").fetch_mode(mode)


@pytest.mark.parametrize("path", ["author.name", "author.profile.bio", "publisher.name"])
def test_blocked_fetches_stay_blocked(library, path):
    found = both(lambda: books(FETCH_RAISE), rows(path), may_fail=True)
    assert found.ours == [FieldFetchBlocked]
    found = both(lambda: list(books(FETCH_RAISE)), rows(path), may_fail=True)
    assert found.ours == [FieldFetchBlocked]


def test_reason_is_named(db):
    plan = orm.plan_of(books(FETCH_RAISE), rows("author.name"))
    assert [step.reason for step in plan.prefetches] == [Reason.FETCH_MODE]


def test_blocked_rows_may_still_open_collections(library):
    both(lambda: books(FETCH_RAISE), rows("tags.all[].name"))
    both(lambda: books(FETCH_RAISE), rows("tags.all[].category.name"), may_fail=True)


def test_peers_cost_no_more_and_collections_keep_the_mode(library):
    needs = rows("author.country.name", "tags.all[].?category.name", "sponsor.name")
    both(lambda: books(FETCH_PEERS), needs)
    both(lambda: Comment.objects.fetch_mode(FETCH_PEERS), rows("target.author.name"))
    queryset = books(FETCH_PEERS)
    orm.evaluate(queryset, rows("tags.all[].name", "author.name"))
    tags = [tag for book in queryset for tag in book.tags.all()]
    assert tags
    assert all(tag._state.fetch_mode is FETCH_PEERS for tag in tags)
    assert all(book.author._state.fetch_mode is FETCH_PEERS for book in queryset)
    assert len(tags[0]._state.peers) == len(tags)
