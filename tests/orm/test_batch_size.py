"""Large groups: no query takes more parameters than the backend allows, none is run ahead."""

import pytest
from django.db import connection
from walker import both, rows
from zoo.models import Author, Book, Country

from djust_backend import orm
from djust_backend.orm import guards


@pytest.fixture
def crowd(db):
    countries = Country.objects.bulk_create(Country(name=f"c{n}") for n in range(2300))
    Author.objects.bulk_create(Author(name="x", country=country) for country in countries)


def test_more_rows_than_parameters(crowd):
    found = both(lambda: Author.objects.order_by("-pk", "name"), rows("pupils.all[].name"))
    limit = connection.features.max_query_params
    size = guards.MAX_BATCH if not limit else min(guards.MAX_BATCH, limit - 100)
    assert found.counts[1] == 1 + -(-2300 // size)


def test_touching_one_row_costs_one_query(crowd, django_assert_num_queries):
    authors = list(Author.objects.all())
    with django_assert_num_queries(1):
        orm.load(authors, ("country",), None, authors[2000])
    assert "country" in authors[2000]._state.fields_cache


def test_small_batches(library, monkeypatch):
    monkeypatch.setattr(guards, "MAX_BATCH", 2)
    needs = rows("author.name", "tags.all[].category.name", "?editor.country.name")
    both(lambda: Book.objects.all(), needs)
    both(lambda: list(Book.objects.all()), needs)
