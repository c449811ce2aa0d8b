"""Data that every trap needs: a few books with every kind of neighbour."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import django
import pytest

# These tests need a site and databases of their own: `pytest -c tests/orm/pytest.ini tests/orm`.
collect_ignore_glob = [] if os.environ.get("DJANGO_SETTINGS_MODULE") == "settings" else ["*"]
# Fetch modes came with Django 6.1.
collect_ignore = [] if django.VERSION >= (6, 1) else ["test_fetch_modes.py"]
# Only PostgreSQL has such columns, and such connections.
if os.environ.get("ORM_DATABASE") != "postgresql":
    collect_ignore += [
        "traps/test_columns_of_postgresql.py",
        "traps/test_queries_sent_together.py",
        "traps/test_statements_sent_before.py",
        "traps/test_timestamps_of_postgresql.py",
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may use both databases; some expect what needs texts that are equal in one way."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        item.add_marker(pytest.mark.django_db(databases=["default", "other"]))
        if item.get_closest_marker("exact_texts") and os.environ.get("ORM_DATABASE") == "mariadb":
            item.add_marker(pytest.mark.skip(reason="texts are compared by a collation there"))


@pytest.fixture
def library(db) -> SimpleNamespace:
    """Six books by three authors; half of the nullable relations are NULL."""
    from zoo.models import (
        Author,
        Book,
        Category,
        Chapter,
        Comment,
        Country,
        Language,
        Profile,
        Review,
        Secret,
        Tag,
    )

    countries = [Country.objects.create(name=f"c{n}") for n in range(3)]
    boss = Author.objects.create(name="boss", country=countries[0])
    authors = [
        Author.objects.create(name=f"a{n}", country=countries[n % 2], mentor=boss if n else None)
        for n in range(3)
    ]
    Profile.objects.create(author=authors[0], bio="p0", home=countries[1])
    Profile.objects.create(author=authors[2], bio="p2")
    secret = Secret.everything.create(name="open")
    hidden = Secret.everything.create(name="shut", hidden=True)
    Language.objects.create(code="en", country=countries[2])
    kinds = [Category.objects.create(name=f"k{n}") for n in range(2)]
    tags = [Tag.objects.create(name=f"t{n}", category=kinds[n % 2]) for n in range(4)]
    books = []
    for n in range(6):
        book = Book.objects.create(
            title=f"b{n % 3}",
            author=authors[n % 3],
            editor=authors[(n + 1) % 3] if n % 2 else None,
            publisher_id=countries[0].pk if n != 2 else 999,
            sponsor_id=(countries[1].pk, None, 998)[n % 3],
            vault=hidden if n == 4 else secret,
            drawer=(secret, None, hidden)[n % 3],
            language_id="en" if n % 2 else None,
        )
        book.tags.set(tags[: n % 4])
        books.append(book)
        for number in range(n % 3):
            Chapter.objects.create(book=book, number=number, translator=authors[number])
        Review.objects.create(book=book, reader=authors[n % 2], hidden=n == 1)
        Review.objects.create(book=book, reader=authors[2])
        Comment.objects.create(text=f"on {n}", target=book, writer=authors[0])
    for author in authors:
        Comment.objects.create(text="to author", target=author)
    Comment.objects.create(text="nothing")
    return SimpleNamespace(
        countries=countries, authors=authors, tags=tags, books=books, secret=secret, hidden=hidden
    )
