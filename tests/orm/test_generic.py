"""Generic foreign keys: one query for each type, and the path goes on for each type."""

import pytest
from django.contrib.contenttypes.models import ContentType
from walker import both, rows
from zoo.models import Book, Comment, Restaurant

from djust_backend import orm


def comments():
    return Comment.objects.all()


def test_each_type_is_one_query(library):
    found = both(comments, rows("target.title"))
    # comments, two content types, books, authors
    assert found.counts[1] == 5


def test_path_goes_on_for_each_type(library):
    found = both(comments, rows("target.author.name", "target.country.name"))
    assert found.counts[1] == 7
    assert found.counts[0] > 20


def test_types_that_are_not_touched_are_not_fetched(library):
    items = list(comments())
    first = items[0]
    orm.load(items, ("target",), None, first)
    cached = {type(item.target) for item in items if "target" in item._state.fields_cache}
    assert cached == {Book}


def test_multi_table_child_as_a_target(library):
    for n in range(2):
        place = Restaurant.objects.create(name=f"r{n}", country=library.countries[n])
        Comment.objects.create(text="in", target=place)
    both(comments, rows("target.country.name"))


@pytest.mark.parametrize("key", ["998", "007", "word", "0x1", "", None])
def test_keys_that_are_not_written_as_the_target_writes_them(library, key):
    """Lazy access converts them one by one; a batch would miss them, or fail for all."""
    kind = ContentType.objects.get_for_model(Book)
    Comment.objects.create(text="odd", kind=kind, key=key)
    both(comments, rows("text", "target.title"), may_fail=True)


def test_key_that_cannot_be_read_spoils_only_its_own_row(library):
    kind = ContentType.objects.get_for_model(Book)
    Comment.objects.create(text="odd", kind=kind, key="word")
    items = list(comments())
    orm.load(items, ("target",), None, items[0])
    assert items[1]._state.fields_cache["target"] == library.books[1]


def test_type_without_a_model(library):
    Comment.objects.create(
        text="old", kind=ContentType.objects.create(app_label="x", model="y"), key="1"
    )
    both(comments, rows("target.title"), may_fail=True)


def test_generic_relation_comes_whole(library):
    both(lambda: Book.objects.order_by("pk"), rows("comments.all[].writer.name"))
