"""Two databases: rows of one are not looked for in the other."""

import pytest
from walker import both, rows
from zoo.models import Author, Comment, Country

from djust_backend import orm
from djust_backend.orm import Reason


@pytest.fixture
def two(db):
    for alias in ("default", "other"):
        for n in range(3):
            country = Country.objects.using(alias).create(pk=n + 1, name=f"{alias}{n}")
            Author.objects.using(alias).create(pk=n + 1, name=f"a{n}", country=country)


def authors(alias):
    return Author.objects.using(alias).order_by("pk")


class Apart:
    """Keeps countries in the other database."""

    def db_for_read(self, model, **hints):
        return "other" if model is Country else None


def test_each_instance_asks_its_own_database(two):
    found = both(lambda: [*authors("default"), *authors("other")], rows("country.name"))
    assert found.counts == (8, 4)


def test_rows_of_the_other_database_are_joined_there(two):
    found = both(lambda: authors("other"), rows("country.name", "pupils.all[].name"))
    assert found.counts[1] == 2


def test_router_keeps_a_relation_apart(two, settings):
    settings.DATABASE_ROUTERS = [Apart()]
    plan = orm.plan_of(Author.objects.order_by("pk"), rows("country.name", "mentor.name"))
    assert [step.reason for step in plan.prefetches] == [Reason.OTHER_DATABASE]
    assert [step.path for step in plan.joins] == [("mentor",)]
    found = both(lambda: Author.objects.order_by("pk"), rows("country.name"))
    assert found.counts[1] == 2


def test_generic_targets_outside_the_default_database_are_left_alone(two):
    """Django's batch looks for them in the default database, lazy access in their own."""
    for n, author in enumerate(authors("other")):
        Comment.objects.using("other").create(text=f"x{n}", target=author)
    Author.objects.all().delete()
    both(lambda: Comment.objects.using("other").all(), rows("target.name"))
