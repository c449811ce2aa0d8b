"""Many renders of one template at once: each gets its own page."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier, Lock

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.template.backends.django import DjangoTemplates
from zoo.data import populate
from zoo.models import Author, Book

from djust_backend import DjustTemplates
from tests.connections import close_connections
from tests.laws.queries import Scene

THREADS = 8
ROUNDS = 20

SOURCE = (
    "{% for b in books %}{{ b.title }}{{ b.author.name }}{{ b.author.country.name }}{% if b.editor %}{{ b.editor.name }}{% endif %}"
    "{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }}{% cycle 'x' 'y' %}{% endfor %}"
    "{% for c in b.chapters.all %}{% include 'part.html' with who=c.translator %}{% endfor %}{% endfor %}{{ number }}"
)
PARTS = {"part.html": "{{ who.name }}{{ who.country.name }}{{ number }}"}


def context(number):
    made = [
        lambda: Book.objects.order_by("pk"),
        lambda: list(Book.objects.order_by("-pk")),
        lambda: Book.objects.filter(pk__gt=Book.objects.order_by("pk").first().pk).order_by("pk"),
        lambda: Author.objects.order_by("pk").first().book_set.order_by("pk"),
    ]
    return {"books": made[number % 4](), "number": number}


@pytest.fixture
def expected(transactional_db):
    """The pages of stock, and the template on ours; rows that every connection sees."""
    populate(4, 6)
    stock = Scene(SOURCE, dict, PARTS).template(DjangoTemplates)
    return [stock.render(context(number)) for number in range(THREADS)]


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_threads_get_their_own_pages(expected):
    template = Scene(SOURCE, dict, PARTS).template(DjustTemplates)
    barrier = Barrier(THREADS)
    # SQLite's database lives in memory, behind one connection, which serves one thread at a time:
    # there the threads take turns page by page. On PostgreSQL they render at once.
    shared = connections["default"] if connections["default"].vendor == "sqlite" else None
    if shared is not None:
        shared.inc_thread_sharing()

    def work(number):
        if shared is not None:
            connections["default"] = shared
        barrier.wait()
        try:
            return [page(number) for _ in range(ROUNDS)]
        finally:
            if shared is None:
                close_connections()

    def page(number):
        with turn:
            return template.render(context(number))

    turn = Lock() if shared is not None else nullcontext()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(work, range(THREADS)))
    finally:
        if shared is not None:
            shared.dec_thread_sharing()
    for number, pages in enumerate(found):
        assert set(pages) == {expected[number]}


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_async_views_render_in_a_thread(expected):
    template = Scene(SOURCE, dict, PARTS).template(DjustTemplates)

    async def view(number):
        return await sync_to_async(lambda: template.render(context(number)))()

    async def views():
        try:
            return await asyncio.gather(*(view(number) for number in range(THREADS)))
        finally:
            await sync_to_async(close_connections)()

    assert asyncio.run(views()) == expected
