"""What is always walked comes with the first query where a join is provably the same."""

import pytest
from walker import both, rows
from zoo.models import Author, Book, Chapter, Place, Profile, Restaurant

from djust_backend import orm
from djust_backend.orm.apply import plan_for


@pytest.mark.parametrize(
    ("paths", "ours"),
    [
        (["author.name"], 1),
        (["author.country.name"], 1),
        (["author.name", "editor.name"], 1),
        (["author.mentor.country.name"], 1),
        (["author.profile.bio"], 1),
        (["author.profile.home.name"], 1),
        (["language.code", "language.country.name"], 1),
        (["title"], 1),
    ],
)
def test_to_one_paths_of_ordered_rows_are_joined(library, paths, ours):
    assert both(lambda: Book.objects.order_by("pk"), rows(*paths)).counts[1] == ours


def test_reverse_one_to_one_is_joined_by_its_query_name(library):
    found = both(lambda: Author.objects.all(), rows("profile.bio", "profile.home.name"))
    assert found.counts[1] == 1


def test_multi_table_child_is_joined_from_its_parent(library):
    for n in range(3):
        Restaurant.objects.create(
            name=f"r{n}", country=library.countries[n], chef=library.authors[n]
        )
    Place.objects.create(name="bare", country=library.countries[0])
    needs = rows("country.name", "restaurant.chef.name", "restaurant.country.name")
    assert both(lambda: Place.objects.order_by("pk"), needs).counts[1] <= 2
    assert both(lambda: Restaurant.objects.order_by("pk"), rows("country.name")).counts[1] == 1


def test_empty_and_single_results(db):
    needs = rows("author.name", "tags.all[].name")
    assert both(lambda: Book.objects.order_by("pk"), needs).counts == (1, 1)
    assert both(lambda: Book.objects.none(), needs).counts == (0, 0)


def test_single_row_costs_no_more(library):
    needs = rows("author.name", "tags.all[].category.name", "editor.name", "sponsor.name")
    for book in library.books:
        both(lambda book=book: Book.objects.filter(pk=book.pk), needs)


def test_depth_is_bounded(library):
    needs = rows("author.mentor.mentor.mentor.mentor.mentor.name")
    plan = plan_for(Book.objects.order_by("pk"), needs.row_needs())
    assert "further than the joins that pay" in plan.explain()
    both(lambda: Book.objects.order_by("pk"), needs)


def test_user_selection_is_extended_and_left_unchanged(library):
    queryset = Book.objects.order_by("pk").select_related("author")
    found = both(lambda: queryset.all(), rows("author.country.name", "editor.name"))
    assert found.counts[1] == 1
    orm.evaluate(queryset, rows("author.country.name", "editor.name"))
    assert queryset.query.select_related == {"author": {}}


def test_bare_select_related_is_not_replaced(library):
    found = both(lambda: Book.objects.order_by("pk").select_related(), rows("editor.name"))
    assert found.counts[1] == 2
    queryset = Book.objects.order_by("pk").select_related()
    orm.evaluate(queryset, rows("editor.name"))
    assert queryset.query.select_related is True
    assert "author" in queryset[0]._state.fields_cache


def test_known_parent_stays_the_same_object(library):
    book = library.books[2]
    chapters = book.chapters.all()
    orm.evaluate(chapters, rows("book.author.name", "translator.name"))
    assert all(chapter.book is book for chapter in chapters)
    assert both(lambda: book.chapters.all(), rows("book.title")).counts == (1, 1)


def test_each_row_has_its_own_joined_object(library):
    queryset = Chapter.objects.order_by("pk")
    orm.evaluate(queryset, rows("book.title"))
    assert queryset[0].book is not queryset[1].book


def test_joined_one_to_one_knows_its_way_back(library):
    found = both(lambda: Profile.objects.order_by("pk"), rows("author.profile.bio"))
    assert found.counts[1] == 1
