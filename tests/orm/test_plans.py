"""Plans are data that people can read, compare and carry around."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import FieldError
from django.db.models.sql.compiler import SQLCompiler
from walker import both, rows
from zoo.models import Author, Book

from djust_backend import orm
from djust_backend.orm import Plan

NEEDS = rows(
    "author.country.name",
    "publisher.name",
    "sponsor.name",
    "tags.all[].category.name",
    "?editor.name",
    "language.code",
    "chapters.count",
)


def test_explanation_names_every_relation_and_reason(db):
    assert orm.explain(Book.objects.order_by("pk"), NEEDS).splitlines() == [
        "zoo.Book",
        "  join author: always walked, and a join keeps rows and order",
        "    join author.country: always walked, and a join keeps rows and order",
        "  join language: always walked, and a join keeps rows and order",
        "  prefetch publisher: the database does not guarantee the row: a join could lose it",
        "  prefetch tags: always read whole: one query for all rows",
        "    prefetch tags.category: below a second query, whose manager stays as it is",
        "  leave sponsor: nullable and without a guarantee that the row exists: left to the peers",
        "  leave editor: not sure to be walked: left to the peers",
        "  leave chapters: not sure to be read whole: left as it is",
    ]
    assert orm.explain(Author, rows("name")).splitlines() == ["zoo.Author", "  as it is"]
    assert orm.explain(Author, rows("country.pk")).splitlines() == [
        "zoo.Author",
        "  leave country: only its key is needed, which the row holds",
    ]


def test_plain_data_and_back(db):
    plan = orm.plan_of(Book.objects.order_by("pk"), NEEDS)
    data = plan.to_dict()
    assert Plan.from_dict(data) == plan
    assert orm.plan_of(Book.objects.order_by("pk"), NEEDS) is plan
    data["joins"][0]["reason"] = "NEVER_HEARD_OF"
    with pytest.raises(KeyError):
        Plan.from_dict(data)


def test_planning_runs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        orm.explain(Book.objects.order_by("pk"), NEEDS)


def test_query_that_cannot_be_built_is_run_without_joins(library, monkeypatch, caplog):
    built = SQLCompiler.get_related_selections

    def broken(self, *args, **kwargs):
        if self.query.select_related:
            raise FieldError("no such join")
        return built(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "get_related_selections", broken)
    needs = rows("vault.name", "author.name", "editor.name", "language.country.name", "title")
    assert both(lambda: Book.objects.order_by("-pk"), needs).counts[1] == 6
    assert "No joins for zoo.Book" in caplog.text


def test_threads_plan_alike():
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda n: orm.explain(Book.objects.order_by("pk"), NEEDS), range(40)))
    assert len(set(texts)) == 1
