"""More rows cost no more queries, and each of many rows no more time than each of a few."""

from __future__ import annotations

from time import process_time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from traps.compared import case_of, loop
from zoo.models import Author, Book, Country, Secret, Tag

from djust_backend import DjustTemplates

PAGES = {
    "columns": "{{ b.title }}{{ b.author_id }}",
    "chain": "{{ b.title }}{{ b.author.country.name }}",
    "collections": "{% for t in b.tags.all %}{{ t.name }}{% endfor %}",
    "collections of relations": "{{ b.author.name }}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}",
    "maybe": "{% if b.title == 'x' %}{{ b.author.name }}{% endif %}",
    "dangling": "{{ b.sponsor.name }}{{ b.publisher.name }}",
}

SOURCES = {
    "rows": lambda: Book.objects.order_by("pk"),
    "unordered": lambda: Book.objects.all(),
    "list": lambda: list(Book.objects.order_by("pk")),
}


def grow(number):
    country = Country.objects.create(name="c")
    secret = Secret.everything.create(name="s")
    authors = Author.objects.bulk_create(
        Author(name=f"a{n}", country=country) for n in range(number)
    )
    tags = Tag.objects.bulk_create(Tag(name=f"t{n}") for n in range(3))
    books = Book.objects.bulk_create(
        Book(
            title="x", author=author, publisher_id=country.pk, sponsor_id=900 + n % 3, vault=secret
        )
        for n, author in enumerate(authors)
    )
    through = Book.tags.through
    through.objects.bulk_create(through(book=book, tag=tag) for book in books for tag in tags)


def cost(template, make):
    """Queries and CPU seconds of a render, the shortest of three."""
    found = []
    for _ in range(3):
        context = {"rows": make()}
        with CaptureQueriesContext(connection) as queries:
            started = process_time()
            template.render(context)
            found.append((len(queries), process_time() - started))
    return min(found)


@pytest.mark.parametrize("source", SOURCES)
def test_queries_and_time_of_many_rows(db, source):
    templates = {
        name: case_of(dict, loop(body)).template(DjustTemplates) for name, body in PAGES.items()
    }
    grow(100)
    few = {name: cost(template, SOURCES[source]) for name, template in templates.items()}
    grow(700)
    many = {name: cost(template, SOURCES[source]) for name, template in templates.items()}
    for name in PAGES:
        # The misses of keys that point nowhere are in one batch as well.
        assert many[name][0] == few[name][0], name
        # Eight times the rows; what grows with their square would take 64 times as long.
        assert many[name][1] < few[name][1] * 8 * 4, name
