"""Plans are data that people can read, compare and carry around."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.core.paginator import Page, Paginator
from django.db.models.sql.compiler import SQLCompiler
from walker import both, rows
from zoo.models import Book

from djust_backend import DjustTemplates, orm
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
    needs = NEEDS.merge(rows("save"))
    explained = orm.explain(Book.objects.order_by("pk"), needs).splitlines()
    assert explained[0].startswith("zoo.Book: instances at save, because Python code")
    assert explained[1:] == [
        "  join author: always walked, and a join keeps rows and order",
        "    join author.country: always walked, and a join keeps rows and order",
        "  join language: always walked, and a join keeps rows and order",
        "  prefetch tags: always read whole: one query for all rows",
        "    prefetch tags.category: below a second query, whose manager stays as it is",
        "  ask chapters.count: only counted: one grouped query for all parents",
        "  leave publisher: without a guarantee that the row exists: left to the peers",
        "  leave sponsor: without a guarantee that the row exists: left to the peers",
        "  leave editor: not sure to be walked: left to the peers",
    ]


def test_explanation_of_row_mode_names_its_columns(db):
    explained = orm.explain(Book.objects.order_by("pk"), rows("title", "tags.all[].name"))
    assert explained.splitlines() == [
        "zoo.Book: every use is a plain column: rows instead of instances",
        "  select id, title",
        "  rows of tags",
        "    select tagged__id, id, name",
    ]


@pytest.mark.exact_texts
def test_bytes_and_back(db):
    plan = orm.plan_of(Book.objects.order_by("pk"), NEEDS)
    assert Plan.from_bytes(plan.to_bytes()) == plan
    assert plan.mode == "rows"
    for torn in (b"", b"\x00", plan.to_bytes()[:-3], b"\x93\x01\x02\x03", b"\x92\x63\x80"):
        with pytest.raises(ValueError, match=r"not a plan|format"):
            Plan.from_bytes(torn)


def test_digests_are_the_same_in_every_process(db):
    """Neither the order of hashes nor the process may matter to who shares plans."""
    script = (
        "import django; django.setup()\n"
        "from zoo.models import Book; from walker import rows; from djust_backend import orm\n"
        "needs = rows('title', 'author.country.name', 'tags.all[].name', 'editor.pk')\n"
        "print(orm.plan_of(Book.objects.order_by('pk'), needs).digest)"
    )
    here = Path(__file__).parent
    found = set()
    for seed in ("1", "2"):
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join([str(here), str(here.parents[1])]),
            "DJANGO_SETTINGS_MODULE": "settings",
        }
        run = subprocess.run(
            [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
        )
        found.add(run.stdout.strip())
    assert len(found) == 1
    assert len(found.pop()) == 64


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


@pytest.mark.exact_texts
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


def test_code_that_is_read_is_part_of_the_plan(db):
    explained = orm.explain(Book.objects.order_by("pk"), rows("byline", "subjects")).splitlines()
    assert explained[0].startswith("zoo.Book: instances at tags, because")
    assert explained[1:] == [
        "  join author: always walked, and a join keeps rows and order",
        "    join author.country: always walked, and a join keeps rows and order",
        "  prefetch tags: always read whole: one query for all rows",
        "    prefetch tags.category: below a second query, whose manager stays as it is",
    ]
    found = orm.explain(Book.objects.order_by("pk"), rows("credits")).splitlines()
    assert "  leave author: not sure to be walked: left to the peers" in found


def test_a_template_tells_the_plans_of_its_sources(django_assert_num_queries):
    options = {"NAME": "ours", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    template = DjustTemplates(options).from_string(
        "{% for b in books %}{{ b.title }}{{ b.author.name }}{% endfor %}"
        "{% for b in page %}{{ b.save }}{% endfor %}{{ other }}"
    )
    books = Book.objects.order_by("pk")
    page = Page(books[:3], 1, Paginator(books, 3))
    with django_assert_num_queries(0):
        plans = template.plans(books=books, page=page, other=3, unused=books)
        assert template.plans(books=Book)["books"].model == "zoo.Book"
    assert {name: plan.mode for name, plan in plans.items()} == {
        "books": "rows",
        "page": "instances",
    }
    assert plans["books"].rows.columns == ("id", "title", "author__name")
