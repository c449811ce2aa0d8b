"""Collections: read whole they come in one query; anything less is left as stock has it."""

import pytest
from walker import both, rows, usage
from zoo.models import Author, Book, Club, Gadget, Membership, Part, Ranked, Shelf, Tag

from djust_backend import orm
from djust_backend.orm import Reason
from djust_backend.orm.usage import ITERATED, REACHED, TRUTH, Usage


def books():
    return Book.objects.order_by("pk")


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("tags.all[].name", 2),
        ("tags.all[].category.name", 3),
        ("chapters.all[].translator.name", 3),
        ("review_set.all[].reader.country.name", 4),
        ("comments.all[].writer.name", 4),
        ("tags.all.!", 2),
        ("tags.all.#", 2),
    ],
)
def test_rows_of_all_parents_come_together(library, path, ours):
    found = both(books, rows(path))
    assert found.counts[1] <= ours < found.counts[0]


def test_calls_other_than_all_load_nothing(library):
    for path in ("tags.count", "tags.exists", "chapters.first", "tags.?all[].name"):
        both(books, rows(path))
    found = both(books, rows("tags.count"))
    assert found.counts == (7, 7)


def test_count_beside_a_loop_is_free(library):
    assert both(books, rows("tags.all[].name", "tags.count")).counts[1] == 2


def test_reverse_many_to_many_and_self_relation(library):
    assert both(lambda: Tag.objects.all(), rows("book_set.all[].title")).counts[1] == 2
    assert both(lambda: Author.objects.all(), rows("pupils.all[].name")).counts[1] == 2


def test_reverse_many_to_many_is_not_fetched_twice(library):
    tags = list(Tag.objects.all())
    needs = usage("book_set.all[].author.name").fields["book_set"]
    orm.load(tags, ("book_set",), needs, tags[0])
    books = [book for tag in tags for book in tag.book_set.all()]
    assert books
    assert all("author" in book._state.fields_cache for book in books)


def test_through_model(library):
    club = Club.objects.create(name="one")
    for author in library.authors:
        Membership.objects.create(club=club, author=author)
    Club.objects.create(name="two")
    found = both(lambda: Club.objects.order_by("pk"), rows("members.all[].country.name"))
    assert found.counts[1] <= 3


def test_batch_starts_at_the_root(library):
    found = both(lambda: list(books()), rows("tags.all[].?category.name"))
    assert found.counts[1] == 3


def test_loop_that_may_not_run_costs_nothing_ahead(library):
    found = both(books, rows("?tags.all[].category.name", "?chapters.all[].translator.name"))
    assert found.counts[1] <= 5


def shelves():
    for n in range(3):
        shelf = Shelf.objects.create(name=f"s{n}")
        for _ in range(n):
            gadget = Gadget.objects.create(shelf=shelf)
            Part.objects.create(gadget=gadget)
            Ranked.objects.create(shelf=shelf)


def test_managers_own_prefetch_comes_once(db):
    shelves()
    needs = rows("gadgets.all[].parts.all[].pk")
    assert both(lambda: Shelf.objects.order_by("pk"), needs).counts[1] == 3
    both(lambda: Shelf.objects.order_by("pk"), rows("?gadgets.all[].parts.all[].pk"))
    both(lambda: Shelf.objects.filter(name="s0"), needs)


def test_managers_own_prefetch_is_not_run_for_an_empty_shelf(db, django_assert_num_queries):
    shelves()
    all_shelves = list(Shelf.objects.order_by("pk"))
    needs = usage("gadgets.all[].pk").fields["gadgets"]
    with django_assert_num_queries(1):
        orm.load(all_shelves, ("gadgets",), needs, all_shelves[0])
        assert list(all_shelves[0].gadgets.all()) == []


def test_window_of_a_manager_is_not_widened(db):
    shelves()
    found = both(lambda: Shelf.objects.order_by("pk"), rows("ranked.all[].rank"))
    assert [row["rank"] for row in found.ours[2]["ranked"]["all"]] == ["1", "2"]


def test_needs_of_a_loop_that_is_not_sure_to_run_are_no_needs(library):
    each = usage("translator.name")
    inner = Usage(REACHED, ITERATED, {}, each)
    needs = Usage(REACHED, 0, {"chapters": Usage(REACHED, 0, {"all": inner}, None)}, None)
    plan = orm.plan_of(books(), Usage(REACHED | ITERATED, 0, {}, needs))
    assert plan.prefetches == ()


def test_test_for_rows_that_may_not_be_gone_through(library):
    inner = Usage(REACHED | TRUTH, ITERATED, {}, usage("translator.name"))
    needs = Usage(REACHED, 0, {"chapters": Usage(REACHED, 0, {"all": inner}, None)}, None)
    plan = orm.plan_of(books(), Usage(REACHED | ITERATED, 0, {}, needs))
    assert [(step.path, step.nested) for step in plan.prefetches] == [(("chapters",), ())]


def test_explanation_tells_that_unordered_rows_may_come_in_another_order(db):
    def reason(model, path):
        return orm.plan_of(model, rows(path)).prefetches[0].reason

    assert reason(Tag, "book_set.all[].title") is Reason.READ_WHOLE_UNORDERED
    assert reason(Book, "tags.all[].name") is Reason.READ_WHOLE


def test_related_manager_of_one_parent_is_joined(library):
    book = library.books[2]
    assert both(lambda: book.chapters.order_by("pk"), rows("translator.name")).counts[1] == 1
