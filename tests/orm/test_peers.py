"""A step into an uncached relation fetches it for all that were fetched together."""

import pytest
from walker import both, rows, usage
from zoo.models import Author, Book, Node, PenName, Place, Profile, Restaurant

from djust_backend import orm


@pytest.fixture
def books(library):
    return list(Book.objects.order_by("pk"))


def test_one_query_for_the_group(books, django_assert_num_queries):
    with django_assert_num_queries(1):
        orm.load(books, ("author",), None, books[0])
        assert [book.author.name for book in books]


def test_group_of_one_is_left_to_lazy_access(books, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert orm.load(books[:1], ("author",), None, books[0]) == []


def test_nothing_is_run_where_lazy_access_runs_nothing(books, django_assert_num_queries):
    books[1].author  # noqa: B018
    unsaved = Book(title="new")
    copied, copied_again = (Book(pk=one.pk, author_id=one.author_id) for one in books[:2])
    with django_assert_num_queries(0):
        orm.load(books, ("editor",), None, books[0])  # NULL
        orm.load(books, ("author",), None, books[1])  # cached
        orm.load([*books, unsaved], ("tags",), None, unsaved)
        orm.load([copied, *books, copied_again], ("author",), None, copied)
        orm.load(books, ("title",), None, books[0])
        orm.load(books, ("nothing",), None, books[0])
        orm.load(books, ("tags",), usage("tags.count").fields["tags"], books[0])
        orm.load([], ("author",), None)
        orm.load(books, (), None)


def test_without_a_current_instance_the_first_that_would_query_counts(
    books, django_assert_num_queries
):
    with django_assert_num_queries(1):
        orm.load(books, ("editor",), None)
        assert [book.editor for book in books if book.editor_id]


def test_rows_cached_and_changed_stay(books):
    books[0].author = Author.objects.get(name="a2")
    books[0].author.name = "changed by the view"
    orm.load(books, ("author",), None, books[1])
    assert books[0].author.name == "changed by the view"
    assert books[1].author.name == "a1"


def test_needs_come_along_only_if_the_current_row_has_them(library, django_assert_num_queries):
    """Row 0 has no mentor: what the mentors of others need is not its business."""
    authors = list(Author.objects.filter(name__startswith="a"))
    profiles = {author.pk for author in authors if Profile.objects.filter(author=author).exists()}
    without = next(author for author in authors if author.pk not in profiles)
    Profile.objects.update(home=library.countries[0])
    needs = usage("profile.home.name").fields["profile"]
    with django_assert_num_queries(1):
        orm.load(authors, ("profile",), needs, without)


def test_needs_come_along(books, django_assert_num_queries):
    needs = usage("author.country.name", "author.profile.bio").fields["author"]
    with django_assert_num_queries(3):
        orm.load(books, ("author",), needs, books[0])
    with django_assert_num_queries(0):
        assert [book.author.country.name for book in books]


def test_path_through_collections(books, django_assert_num_queries):
    with django_assert_num_queries(2):
        orm.load(books, ("tags",), None, books[1])
        tags = [tag for book in books for tag in book.tags.all()]
        orm.load(books, ("tags", "category"), None, tags[0])
        assert [tag.category.name for tag in tags]


def test_mixed_classes_are_split(library, django_assert_num_queries):
    mixed = [
        *Book.objects.order_by("pk"),
        *Author.objects.all(),
        *PenName.objects.all(),
    ]
    with django_assert_num_queries(1):
        orm.load(mixed, ("author",), None, mixed[0])
    with django_assert_num_queries(1):
        orm.load(mixed, ("mentor",), None, mixed[-1])


def test_deferred_key_is_left_to_lazy_access(library, django_assert_num_queries):
    books = list(Book.objects.only("title").order_by("pk"))
    with django_assert_num_queries(0):
        orm.load(books, ("author",), None, books[0])
    both(lambda: list(Book.objects.only("title").order_by("pk")), rows("author.name"))


def test_proxy_and_multi_table_classes(library):
    for n in range(3):
        Restaurant.objects.create(
            name=f"r{n}", country=library.countries[n], chef=library.authors[n]
        )
    both(lambda: PenName.objects.all(), rows("country.name", "profile.bio", "pupils.all[].name"))
    both(lambda: list(Restaurant.objects.order_by("pk")), rows("country.name", "chef.name"))
    both(lambda: list(Place.objects.order_by("pk")), rows("restaurant.chef.country.name"))
    assert both(lambda: list(Restaurant.objects.all()), rows("place_ptr.name")).counts == (1, 1)
    needs = rows("place_ptr.country.name", "place_ptr.name")
    both(lambda: Restaurant.objects.order_by("pk"), needs)
    both(lambda: Restaurant.objects.defer("name").order_by("pk"), needs)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(
    "paths",
    [
        ("country.name", "place_ptr.country.name"),
        ("place_ptr.country.name", "country.name"),
        ("place_ptr.country.name", "chef.name", "country.pk", "country.name"),
    ],
)
def test_a_relation_of_a_child_and_of_its_parent(library, count, paths):
    """Django takes the child's from the parent's row, if that has it by then."""
    for n in range(count):
        Restaurant.objects.create(
            name=f"r{n}", country=library.countries[n], chef=library.authors[n]
        )
    both(Restaurant.objects.all, rows(*paths))
    both(lambda: Restaurant.objects.order_by("pk"), rows(*paths))
    both(lambda: list(Restaurant.objects.all()), rows(*paths))


def test_relation_that_a_parent_row_has_is_not_fetched_again(library, django_assert_num_queries):
    for n in range(3):
        Restaurant.objects.create(name=f"r{n}", country=library.countries[n])
    places = Place.objects.select_related("country").order_by("pk")
    restaurants = [place.restaurant for place in places]
    with django_assert_num_queries(0):
        orm.load(restaurants, ("country",), None, restaurants[0])
        assert [restaurant.country.name for restaurant in restaurants] == ["c0", "c1", "c2"]


def test_tree_level_by_level(db):
    top = [Node.objects.create(name=f"n{n}") for n in range(2)]
    middle = [Node.objects.create(name=f"m{n}", parent=top[n % 2]) for n in range(4)]
    for n in range(8):
        Node.objects.create(name=f"l{n}", parent=middle[n % 4])
    needs = rows("children.all[].children.all[].name", "parent.name")
    found = both(lambda: Node.objects.filter(parent=None), needs)
    assert found.counts[1] == 3


def test_same_object_under_two_parents(library):
    first, second = list(Book.objects.order_by("pk")[:2]), list(Book.objects.order_by("pk")[:1])
    both(lambda: [*first, *second, *first], rows("author.name", "tags.all[].name"))


def test_failing_batch_falls_back_to_lazy_access(books, caplog, monkeypatch):
    def broken(*args):
        raise RuntimeError("broken prefetch")

    monkeypatch.setattr("djust_backend.orm.peers.prefetch_related_objects", broken)
    assert orm.load(books, ("author",), None, books[0]) == []
    assert "No batch for zoo.Book.author" in caplog.text
    assert books[0].author.name == "a0"
