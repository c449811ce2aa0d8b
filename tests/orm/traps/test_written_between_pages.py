"""Rows that live longer than a page: what is written between two pages over them is on the second one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F
from django.template.backends.base import BaseEngine
from django.template.backends.django import DjangoTemplates
from traps.compared import Case, loop
from zoo.models import Author, Book, Chapter, Comment, Tag

from djust_backend import DjustTemplates

BODIES = {
    "many-to-many": "{% for t in b.tags.all %}{{ t.name }},{% endfor %}",
    "behind it": "{{ b.author.name }}{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }},{% endfor %}",
    "sorted": "{% for t in b.chapters.all|dictsort:'number' %}{{ t.number }},{% endfor %}",
    "size": "{{ b.tags.count }}{{ b.tags.all|length }}",
    "truth": "{% if b.tags.all %}y{% endif %}{{ b.chapters.exists }}",
    "first": "{{ b.chapters.first.number }}{{ b.chapters.all.0.number }}",
    "reverse": "{% for t in b.chapters.all %}{{ t.number }},{{ t.translator.name }}{% endfor %}",
    "generic": "{% for t in b.comments.all %}{{ t.text }},{% endfor %}",
    "by a method": "{{ b.subjects }}{{ b.remarks }}",
    "beside a tag": "{% seen 'b' 'pk' %}{% for t in b.tags.all %}{{ t.name }},{% endfor %}",
    "below a key": "{% for p in b.author.pupils.all %}{{ p.name }}{% endfor %}",
}


def books() -> Any:
    return Book.objects.order_by("pk")


def evaluated() -> Any:
    rows = books()
    len(rows)
    return rows


ROWS: dict[str, Callable[[], Any]] = {
    "queryset": books,
    "evaluated": evaluated,
    "list": lambda: list(books()),
    "page": lambda: Paginator(books(), 4).page(1),
}


def write() -> None:
    """Change what all books have, and add to it, over objects of its own."""
    Tag.objects.update(name="T")
    Chapter.objects.update(number=F("number") + 100)
    Comment.objects.update(text="C")
    Author.objects.update(name="A")
    for book in books():
        book.tags.add(Tag.objects.create(name="N"))
        book.chapters.create(number=999)
        book.comments.create(text="K")
        book.author.pupils.create(name="P")


def pages(backend: type[BaseEngine], source: str, rows: Any) -> list[str]:
    """The pages over the same rows before and after a write, which is undone."""
    template = Case(source, None).template(backend)
    with transaction.atomic():
        found = [template.render({"rows": rows})]
        write()
        found.append(template.render({"rows": rows}))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("body", BODIES)
def test_the_second_page_shows_what_was_written(zoo_rows, body, form):
    source = "{% load handlers %}" + loop(BODIES[body])
    stock, ours = (
        pages(backend, source, ROWS[form]()) for backend in (DjangoTemplates, DjustTemplates)
    )
    assert ours == stock
    assert stock[0] != stock[1] or body == "truth"


@pytest.mark.parametrize("body", BODIES)
def test_instances_keep_no_collections_that_stock_does_not_keep(zoo_rows, body):
    source = "{% load handlers %}" + loop(BODIES[body])
    rows = list(books())
    Case(source, None).template(DjustTemplates).render({"rows": rows})
    assert not any(vars(row).get("_prefetched_objects_cache") for row in rows)


def test_what_the_view_has_prefetched_stays(zoo_rows):
    rows = list(books().prefetch_related("tags"))
    source = loop("{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.chapters.all|join:',' }}")
    Case(source, None).template(DjustTemplates).render({"rows": rows})
    assert [list(vars(row)["_prefetched_objects_cache"]) for row in rows] == [["tags"]] * len(rows)


def test_a_page_that_failed_leaves_nothing_behind(zoo_rows):
    rows = list(books())
    source = loop("{{ b.tags.all|join:',' }}") + "{% include missing %}"
    with pytest.raises(Exception, match="No template names provided"):
        Case(source, None).template(DjustTemplates).render({"rows": rows, "missing": []})
    assert not any(vars(row).get("_prefetched_objects_cache") for row in rows)
