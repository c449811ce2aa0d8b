"""The view's own prefetches and attributes win; ours come after them."""

import pytest
from django.db.models import Prefetch
from walker import both, rows
from zoo.models import Author, Book, Chapter, Review, Tag

from djust_backend import orm


def books():
    return Book.objects.order_by("pk")


def test_filtered_prefetch_stays_and_is_walked_further(library):
    def filtered():
        return books().prefetch_related(Prefetch("chapters", Chapter.objects.filter(number=1)))

    found = both(filtered, rows("chapters.all[].translator.name"))
    assert found.counts[1] == 3


def test_to_attr_is_walked_further(library):
    def named():
        return books().prefetch_related(
            Prefetch("review_set", Review.objects.all(), to_attr="shown")
        )

    found = both(named, rows("shown[].reader.country.name"))
    assert found.counts == (found.counts[0], 4)
    both(named, rows("shown[].?reader.name", "review_set.all[].reader.name"))


def test_sliced_to_attr(library):
    def sliced():
        return books().prefetch_related(Prefetch("tags", Tag.objects.all()[:1], to_attr="top"))

    assert both(sliced, rows("top[].category.name")).counts[1] == 3


def test_custom_queryset_for_a_foreign_key(library):
    def custom():
        return books().prefetch_related(Prefetch("author", Author.objects.defer("name")))

    both(custom, rows("author.country.name", "author.name"))


def test_string_prefetches_are_not_repeated(library):
    found = both(
        lambda: books().prefetch_related("tags__category"), rows("tags.all[].category.name")
    )
    assert found.counts == (3, 3)
    found = both(lambda: books().prefetch_related("author"), rows("author.country.name"))
    assert found.counts[1] == 3


@pytest.mark.exact_texts
def test_user_prefetch_of_a_name_that_is_also_joined(library):
    def mixed():
        return books().select_related("author").prefetch_related("author__edited")

    assert both(mixed, rows("author.edited.all[].language.code")).counts[1] == 3


def test_shared_prefetch_object_is_not_changed(library):
    shared = Prefetch("chapters", Chapter.objects.all())
    for _ in range(2):
        both(lambda: books().prefetch_related(shared), rows("chapters.all[].translator.name"))
    assert shared.prefetch_through == "chapters"


def test_nothing_of_ours_stays_on_instances(library):
    queryset = books()
    orm.evaluate(queryset, rows("author.name", "tags.all[].name"))
    for book in queryset:
        added = set(book.__dict__) - {column.attname for column in Book._meta.concrete_fields}
        assert added == {"_state", "_prefetched_objects_cache"}
