"""Rows as they arrive: equal texts are one object, the collector rests, and pages are stock's."""

from __future__ import annotations

import gc
from typing import Any
from weakref import finalize

import pytest
from django.db import connection
from traps.compared import case_of, check, loop
from zoo.models import Author, Book, Country, Secret

from djust_backend import DjustTemplates
from djust_backend._native import Arrivals
from djust_backend.orm import rowsets, statements

pytestmark = pytest.mark.django_db

PAGE = loop("{{ b.title }}{{ b.author.name }}{{ b.author.country.name }}")


class Word(str):
    """A text of another class."""

    __slots__ = ()


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Makes so many books of two authors; in row mode, five are read at a time; ten are few."""
    settings.DJUST_CONFIG = {"JIT_SQL_CHECK": True}
    monkeypatch.setattr(statements, "_CHUNK", 5)
    monkeypatch.setattr(statements, "_LARGE", 10)

    def make(number: int) -> Any:
        country = Country.objects.create(name="<a country> & more")
        secret = Secret.everything.create(name="s")
        authors = [
            Author.objects.create(name="one author", country=country),
            Author.objects.create(name="another author"),
        ]
        Book.objects.bulk_create(
            Book(title="title", author=authors[n % 2], publisher_id=country.pk, vault=secret)
            for n in range(number)
        )
        return Book.objects.filter(title="title").order_by("pk")

    return make


@pytest.mark.parametrize("number", [0, 1, 4, 5, 6, 10, 11, 23])
def test_pages_are_stock_s(books: Any, number: int) -> None:
    rows = books(number)
    check(case_of(rows.all, PAGE), joins=False)


def texts(queryset: Any, page: str = PAGE) -> list[tuple[Any, ...]]:
    template = DjustTemplates(
        {"NAME": "texts", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    ).from_string(page)
    for _ in range(2):
        fresh = queryset.all()
        template.render({"rows": fresh})
    rows: list[tuple[Any, ...]] = rowsets._fetched[fresh][1].rows
    return rows


@pytest.mark.skipif(connection.vendor == "mysql", reason="its driver keeps the rows as well")
def test_equal_texts_of_joined_rows_are_one_object(books: Any) -> None:
    rows = texts(books(23))
    assert len(rows) == 23
    names = [value for row in rows for value in row if value == "one author"]
    assert len(names) == 12
    assert len(set(map(id, names))) == 1


def test_texts_of_the_rows_themselves_are_left_alone(books: Any) -> None:
    rows = texts(books(23))
    titles = [value for row in rows for value in row if value == "title"]
    assert len(set(map(id, titles))) == 23


@pytest.mark.parametrize("number", [4, 5, 9, 10])
def test_a_short_result_is_left_alone(books: Any, number: int) -> None:
    rows = texts(books(number))
    names = [value for row in rows for value in row if value == "one author"]
    assert len(set(map(id, names))) == len(names) == (number + 1) // 2


def test_rows_of_a_wrapped_cursor_are_read_alike(
    books: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site's cursor may give rows of its own kind."""
    made = connection.make_cursor

    class Cursor:
        def __init__(self, cursor: Any) -> None:
            self.cursor = cursor

        def __getattr__(self, name: str) -> Any:
            return getattr(self.cursor, name)

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *error: object) -> None:
            self.cursor.close()

        def __iter__(self) -> Any:
            return iter(self.cursor)

        def fetchmany(self, size: int = 1) -> Any:
            return [list(row) for row in self.cursor.fetchmany(size)]

    rows = books(11)
    monkeypatch.setattr(connection, "make_cursor", lambda cursor: Cursor(made(cursor)))
    check(case_of(rows.all, PAGE), joins=False)


def twin(text: str) -> str:
    """An equal text that is another object."""
    return "".join(list(text))


def test_only_texts_are_shared() -> None:
    first, second = twin("a name"), twin("a name")
    rows = [
        (1, first, None),
        (1.0, second, True),
        (True, Word("a name"), 1),
        (2**70, None, b"bytes"),
        (2**70, twin("other"), b"bytes"),
    ]
    before = [tuple(row) for row in rows]
    kinds = [[type(value) for value in row] for row in rows]
    Arrivals((0, 1, 2)).settle(rows)
    assert rows == before
    assert [[type(value) for value in row] for row in rows] == kinds
    del before
    Arrivals((0, 1, 2)).settle(rows)
    assert rows[0][1] is rows[1][1] is first


def test_rows_that_somebody_else_has_stay_as_they_are() -> None:
    texts = [twin("a name") for _ in range(3)]
    rows: list[Any] = [(text,) for text in texts]
    kept = rows[1]
    del texts[2:]
    Arrivals([0]).settle(rows)
    assert kept[0] is texts[1]
    assert rows[2][0] is texts[0]


def test_rows_of_another_kind_and_missing_columns() -> None:
    rows: list[Any] = [["a"], ("a", "b"), "text"]
    Arrivals([0]).settle(rows)
    assert rows == [["a"], ("a", "b"), "text"]
    with pytest.raises(IndexError):
        Arrivals([7]).settle(rows)


def test_two_columns_of_a_row_are_two_objects(books: Any) -> None:
    """As the driver gives them: `is` tells."""
    rows = books(23)
    namesake = Author.objects.create(name="one author")
    rows.update(editor=namesake)
    page = loop("{% if b.author.name is b.editor.name %}one{% else %}two{% endif %}")
    check(case_of(lambda: rows.select_related("author", "editor"), page), joins=False)


def test_texts_are_known_from_one_chunk_to_the_next() -> None:
    arrivals = Arrivals([0])
    first, later = [(twin("a name"),)], [(twin("a name"),), (twin("ä"),), (twin("ä"),)]
    arrivals.settle(first)
    arrivals.settle(later)
    assert later[0][0] is first[0][0]
    assert later[1][0] is later[2][0]


def test_many_different_texts_are_left_as_they_are() -> None:
    """More than there are places for, and equal ones far apart: nothing is mixed up."""
    texts = [f"{number % 5000} <of> many" for number in range(20_000)]
    rows = [(twin(text), number) for number, text in enumerate(texts)]
    arrivals = Arrivals([0])
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        arrivals.settle(part)
        rows[start : start + 500] = part
    assert [row[0] for row in rows] == texts


def test_texts_that_do_not_come_again_are_given_up() -> None:
    rows: list[Any] = [(twin(f"name {number}"),) for number in range(5000)]
    rows += [(twin("a name"),) for _ in range(2)]
    Arrivals([0]).settle(rows)
    assert rows[-1] == rows[-2]
    assert rows[-1][0] is not rows[-2][0]


def test_lone_surrogates_are_left_alone() -> None:
    rows = [(twin("a\ud800"),), (twin("a\ud800"),)]
    Arrivals([0]).settle(rows)
    assert rows == [("a\ud800",), ("a\ud800",)]


def test_only_rows_that_refer_to_nothing_are_spared() -> None:
    rows: list[Any] = [
        (1, twin("text"), 2.5, None, b"bytes", True),
        (1, ["a list"]),
        (1, {"a": "dictionary"}),
        (1, Word("text")),
        [1, twin("text")],
        (),
    ]
    Arrivals(()).settle(rows)
    # An instance of a class of one's own may refer to anything.
    assert list(map(gc.is_tracked, rows)) == [False, True, True, True, True, False]


def test_a_cycle_through_a_row_is_collected() -> None:
    class Node:
        pass

    node, gone = Node(), []
    rows: list[Any] = [(node, twin("text"))]
    Arrivals([1]).settle(rows)
    node.row = rows.pop()
    finalize(node, gone.append, True)
    del node
    gc.collect()
    assert gone == [True]
