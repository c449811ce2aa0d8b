"""One query for many parents gives each what its own would: counts, existence, the first rows."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from zoo.models import (
    Author,
    Book,
    Club,
    Country,
    Dish,
    Language,
    Member,
    Membership,
    Node,
    Place,
    Restaurant,
    Shelf,
    Tag,
)

from djust_backend import orm
from djust_backend.orm import facts, guards
from djust_backend.orm.apply import plan_for
from djust_backend.orm.choose.pushdown import count_refusal, window_refusal
from djust_backend.orm.levels import Part
from djust_backend.orm.links import link
from djust_backend.orm.plan import Reason
from djust_backend.orm.pushdown import grouped_counts, grouped_exists, windows
from djust_backend.orm.usage import COUNTED, INDEXED, ITERATED, REACHED, SLICED, TRUTH, Usage

#: Everything to many in the zoo: the parent's class and the accessor.
EXACT_TEXTS = pytest.mark.exact_texts
RELATIONS = [
    (Book, "tags"),
    (Tag, "book_set"),
    (Book, "chapters"),
    pytest.param(Book, "comments", marks=EXACT_TEXTS),
    (Author, "pupils"),
    (Author, "comment_set"),
    (Author, "club_set"),
    (Club, "members"),
    (Club, "membership_set"),
    (Country, "place_set"),
    pytest.param(Language, "book_set", marks=EXACT_TEXTS),
    (Place, "dishes"),
    (Restaurant, "dishes"),
    (Node, "children"),
    (Member, "friends"),
    (Member, "follows"),
    (Member, "followers"),
]

PARTS = [(0, 1), (0, 3), (1, 2), (1, None), (2, 2)]


@pytest.fixture
def full(library):
    """The library, with rows in every relation: none, one and several, and some twice."""
    clubs = [Club.objects.create(name=f"club {n}") for n in range(3)]
    for n in range(3):
        for author in library.authors[n:]:
            Membership.objects.create(club=clubs[n], author=author, since=n)
    Membership.objects.create(club=clubs[0], author=library.authors[0], since=9)
    for n in range(4):
        place = (Place, Restaurant)[n % 2].objects.create(
            name=f"p{n}", country=library.countries[n % 2]
        )
        for number in range(n):
            Dish.objects.create(place_id=place.pk, name=f"d{number}")
    top = Node.objects.create(name="top")
    for n in range(3):
        Node.objects.create(name=f"n{n}", parent=top)
    members = [Member.objects.create(age=n % 2) for n in range(4)]
    members[0].friends.set(members[1:3])
    members[0].follows.set(members)
    members[1].follows.set(members[:1])
    return library


def relation(cls, name):
    found = facts.relation(cls, name)
    assert found is not None
    return found


def parents(cls, name):
    """All parents by the key that the relation joins on."""
    column = link(relation(cls, name)).column
    return {getattr(parent, column): parent for parent in cls._base_manager.order_by("-pk")}


@pytest.mark.parametrize(("cls", "name"), RELATIONS)
def test_counts_are_those_of_each_parent(full, cls, name):
    found = parents(cls, name)
    counts = grouped_counts(relation(cls, name), list(found), "default")
    assert counts == {key: getattr(parent, name).count() for key, parent in found.items()}
    assert counts == {key: len(getattr(parent, name).all()) for key, parent in found.items()}
    assert any(counts.values())


@pytest.mark.parametrize(("cls", "name"), RELATIONS)
def test_existence_is_that_of_each_parent(full, cls, name):
    found = parents(cls, name)
    having = grouped_exists(relation(cls, name), list(found), "default")
    assert having == {key for key, parent in found.items() if getattr(parent, name).exists()}


@pytest.mark.parametrize(("start", "stop"), PARTS)
@pytest.mark.parametrize(("cls", "name"), RELATIONS)
def test_windows_are_the_slices_of_each_parent(full, cls, name, start, stop):
    if window_refusal(relation(cls, name), "default"):
        assert windows(relation(cls, name), [1], Part(start, stop), "default") is None
        return
    found = parents(cls, name)
    parts = windows(relation(cls, name), list(found), Part(start, stop), "default")
    truth = {key: list(getattr(parent, name).all()[start:stop]) for key, parent in found.items()}
    assert parts == truth
    for key, rows in parts.items():
        for row, true in zip(rows, truth[key], strict=True):
            assert {k: v for k, v in vars(row).items() if k != "_state"} == {
                k: v for k, v in vars(true).items() if k != "_state"
            }


@pytest.mark.parametrize(("cls", "name"), RELATIONS)
def test_first_is_that_of_each_parent(full, cls, name):
    if window_refusal(relation(cls, name), "default", by_key=True):
        return
    found = parents(cls, name)
    parts = windows(relation(cls, name), list(found), Part(0, 1, by_key=True), "default")
    truth = {key: getattr(parent, name).first() for key, parent in found.items()}
    assert {key: rows[0] if rows else None for key, rows in parts.items()} == truth


def test_windows_of_columns_carry_the_key_of_the_parent(full):
    books = list(Book.objects.order_by("pk"))
    keys = [book.pk for book in books]
    parts = windows(
        relation(Book, "tags"),
        keys,
        Part(0, 2),
        "default",
        columns=("id", "name", "category__name"),
    )
    assert parts == {
        book.pk: [
            (book.pk, *row)
            for row in book.tags.all().values_list("id", "name", "category__name")[:2]
        ]
        for book in books
    }
    parts = windows(relation(Book, "chapters"), keys, Part(1, 3), "default", columns=("number",))
    assert parts == {
        book.pk: [(book.pk, *row) for row in book.chapters.all().values_list("number")[1:3]]
        for book in books
    }


@pytest.mark.parametrize("ask", [grouped_counts, grouped_exists])
def test_one_query_for_all_and_none_for_nobody(full, ask, django_assert_num_queries):
    keys = [book.pk for book in Book.objects.all()]
    with django_assert_num_queries(1):
        ask(relation(Book, "tags"), keys, "default")
    with django_assert_num_queries(0):
        assert not ask(relation(Book, "tags"), [], "default")


def test_keys_that_no_query_could_hold_come_in_chunks(full, monkeypatch):
    monkeypatch.setattr(guards, "MAX_BATCH", 2)
    keys = [book.pk for book in Book.objects.all()]
    with CaptureQueriesContext(connection) as queries:
        counts = grouped_counts(relation(Book, "tags"), keys, "default")
        windows(relation(Book, "tags"), keys, Part(0, 1), "default")
        grouped_exists(relation(Book, "tags"), keys, "default")
    assert len(queries) == 3 * 3
    assert set(counts) == set(keys)


def test_a_many_to_many_count_reads_only_the_table_in_between(full):
    with CaptureQueriesContext(connection) as queries:
        grouped_counts(relation(Book, "tags"), [1, 2], "default")
        grouped_exists(relation(Book, "tags"), [1, 2], "default")
    assert not any('"zoo_tag"' in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("cls", "name", "reason"),
    [
        (Book, "review_set", Reason.CUSTOM_MANAGER),
        (Shelf, "gadgets", Reason.CUSTOM_MANAGER),
        (Shelf, "ranked", Reason.CUSTOM_MANAGER),
        (Book, "tags", None),
        (Member, "friends", None),
        pytest.param(Book, "comments", None, marks=EXACT_TEXTS),
    ],
)
def test_what_is_counted_and_why_not(cls, name, reason):
    assert count_refusal(relation(cls, name), "default") is reason
    if reason is not None:
        assert grouped_counts(relation(cls, name), [1], "default") is None
        assert grouped_exists(relation(cls, name), [1], "default") is None


@pytest.mark.parametrize(
    ("cls", "name", "by_key", "reason"),
    [
        (Book, "tags", False, None),
        (Book, "chapters", False, None),
        (Place, "dishes", False, None),
        (Tag, "book_set", False, Reason.PART_UNORDERED),
        (Tag, "book_set", True, None),
        (Country, "place_set", False, Reason.PART_UNORDERED),
        pytest.param(Book, "comments", False, Reason.GENERIC_ROWS, marks=EXACT_TEXTS),
        (Book, "review_set", False, Reason.CUSTOM_MANAGER),
        (Member, "followers", False, None),
    ],
)
def test_which_windows_are_possible_and_why_not(cls, name, by_key, reason):
    assert window_refusal(relation(cls, name), "default", by_key) is reason


def test_a_database_without_windows_is_left_alone(monkeypatch):
    monkeypatch.setattr(connection.features, "supports_over_clause", False, raising=False)
    assert window_refusal(relation(Book, "tags"), "default") is Reason.NO_WINDOWS


@pytest.mark.exact_texts
def test_texts_that_may_be_equal_in_two_spellings_are_no_keys(monkeypatch):
    assert count_refusal(relation(Language, "book_set"), "default") is None
    monkeypatch.setattr(Language._meta.get_field("code"), "db_collation", "nocase")
    assert count_refusal(relation(Language, "book_set"), "default") is Reason.INEXACT_KEY


def test_two_columns_are_no_key():
    assert link(relation(Author, "seats")).path == "guest_id"
    assert facts.relation(Book, "title") is None


def test_a_hidden_entry_in_between_is_nobodys_to_count(monkeypatch):
    class Hiding(models.Manager):
        pass

    monkeypatch.setitem(Membership._meta.__dict__, "base_manager", Hiding())
    assert count_refusal(relation(Club, "members"), "default") is Reason.CUSTOM_MANAGER


def test_dangling_targets_are_not_counted_where_stock_does_not():
    """Without constraints the rows themselves are counted, as Django counts them."""
    assert link(relation(Book, "tags")).whole
    assert link(relation(Club, "members")).whole


def sure(fields, **flags):
    """The usage of a manager of which these things are sure to be done."""
    below = {name: Usage(REACHED, 0, {}, None) for name in fields if name != "all"}
    if "all" in fields:
        below["all"] = Usage(REACHED | flags.get("all", 0), flags.get("maybe", 0), {}, None)
    return Usage(REACHED, 0, below, None)


@pytest.mark.parametrize(
    ("cls", "name", "usage", "lines"),
    [
        (Book, "tags", sure(["count"]), ["ask tags.count: only counted"]),
        (Book, "tags", sure(["all"], all=COUNTED), ["ask tags.count: only counted"]),
        (Book, "chapters", sure(["exists"]), ["ask chapters.exists: only asked"]),
        (Book, "chapters", sure(["all"], all=TRUTH), ["ask chapters.exists: only asked"]),
        (Book, "tags", sure(["all"], all=SLICED), ["ask tags.part: only some rows"]),
        (Book, "tags", sure(["first", "count"]), ["ask tags.count: ", "ask tags.first: only some"]),
        (Book, "review_set", sure(["count"]), ["leave review_set.count: its rows have a manager"]),
        (Tag, "book_set", sure(["first"]), ["ask book_set.first: only some rows"]),
        (Tag, "book_set", sure(["all"], all=INDEXED), ["leave book_set.part: which rows come"]),
        (Book, "tags", sure(["all"], all=ITERATED | COUNTED), ["prefetch tags: always read whole"]),
        (Book, "tags", sure(["all"], all=TRUTH, maybe=ITERATED), ["prefetch tags: always read"]),
    ],
)
def test_the_plan_says_what_is_asked_and_why_not(db, cls, name, usage, lines):
    needs = Usage(REACHED | ITERATED, 0, {}, Usage(REACHED, 0, {name: usage}, None))
    plan = plan_for(cls._default_manager.all(), needs.row_needs())
    found = [line.strip() for line in plan.explain().splitlines()[1:]]
    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True)), found
    assert orm.Plan.from_dict(plan.to_dict()) == plan
