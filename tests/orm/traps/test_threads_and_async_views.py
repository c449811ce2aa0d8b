"""One template, eight threads, other rows in each: everyone gets their own page, for no more queries than on stock.

The threads have connections of their own and render at once, on SQLite too: its database in memory is shared.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from asgiref.sync import sync_to_async
from django.core.paginator import Paginator
from django.db import connections
from django.template.backends.django import DjangoTemplates
from django.test.utils import CaptureQueriesContext
from traps.compared import case_of, loop
from zoo import odd_data
from zoo.data import populate
from zoo.models import Author, Book
from zoo.odd import Talking

from djust_backend import DjustTemplates
from tests.connections import close_connections

THREADS = 8
ROUNDS = 15

PAGES = {
    "columns": loop("{{ b.title }}{{ b.name }}{{ b.author_id }}"),
    "chains": loop("{{ b.author.country.name }}{{ b.editor.name }}{{ b.mentor.name }}{{ b.sponsor.name }}"),
    "collections": loop("{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}{{ b.tags.count }}{{ b.chapters.all|length }}"),
    "objects": loop("{{ b }}{{ b.label }}{% seen 'b' %}{% names %}{% loops %}"),
    "all of it": "{% if rows %}{{ rows|length }}{% endif %}"
    + loop("{{ b.title }}{{ b.author.name }}{% cycle 'x' 'y' %}{% ifchanged b.author %}{{ b.author.label }}{% endifchanged %}{% include 'part.html' %}")
    + "{% regroup again by author as g %}{% for x in g %}{{ x.grouper.name }}{{ x.list|length }}{% endfor %}",
}  # fmt: skip

PARTS = {
    "part.html": "{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.author.country.name }}"
}

#: Each thread's own rows.
SOURCES = [
    lambda: Book.objects.order_by("pk"),
    lambda: list(Book.objects.order_by("-pk")),
    lambda: Author.objects.all(),
    lambda: Paginator(Book.objects.order_by("title", "pk"), 3).get_page(2),
    lambda: Talking.objects.all(),
    lambda: Author.objects.order_by("pk").first().book_set.order_by("pk"),
    lambda: Book.objects.none(),
    lambda: Book.objects.values("title", "author__name").order_by("pk"),
]


def render(template, number):
    """The page of a thread's rows, and how many queries it took."""
    rows = SOURCES[number]()
    with CaptureQueriesContext(connections["default"]) as queries:
        page = template.render({"rows": rows, "again": rows})
    return page, len(queries)


@pytest.fixture
def rows(transactional_db):
    populate(4, 6)
    odd_data.populate(4, 6)


def in_threads(work):
    """Run in all threads at once, each with connections of its own."""
    barrier = Barrier(THREADS)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        finally:
            close_connections()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
@pytest.mark.parametrize("name", PAGES)
def test_threads(rows, name):
    case = case_of(dict, PAGES[name], templates=PARTS)
    stock = case.template(DjangoTemplates)
    expected = [render(stock, number) for number in range(THREADS)]
    template = case.template(DjustTemplates)

    def work(number):
        # Every thread comes by all the rows, at another place than the others.
        return [
            (at % THREADS, *render(template, at % THREADS)) for at in range(number, number + ROUNDS)
        ]

    for found in in_threads(work):
        for number, page, queries in found:
            assert page == expected[number][0]
            assert queries <= expected[number][1]


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_threads_that_all_come_first(rows):
    """Templates that nobody has rendered before: eight threads plan at once."""
    for name, source in PAGES.items():
        case = case_of(dict, source, templates=PARTS)
        expected = render(case.template(DjangoTemplates), 0)
        template = case.template(DjustTemplates)
        for found in in_threads(lambda number, template=template: render(template, 0)):
            assert found[0] == expected[0], name
            assert found[1] <= expected[1], name


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
@pytest.mark.parametrize("name", PAGES)
def test_async_views(rows, name):
    """Renders in worker threads, and rows that were read with `async for`."""
    case = case_of(dict, PAGES[name], templates=PARTS)
    stock, template = case.template(DjangoTemplates), case.template(DjustTemplates)
    expected = [render(stock, number)[0] for number in range(THREADS)]

    async def view(number):
        return (await sync_to_async(render)(template, number))[0]

    async def views():
        return await asyncio.gather(*(view(number) for number in range(THREADS)))

    assert in_loop(views) == expected

    async def read():
        books = [book async for book in Book.objects.order_by("pk")]
        return await sync_to_async(template.render)({"rows": books, "again": books})

    assert in_loop(read) == expected_of_list(stock)


def in_loop(view):
    """Run an async view, and leave no connection of its worker thread behind."""

    async def closing():
        try:
            return await view()
        finally:
            await sync_to_async(close_connections)()

    return asyncio.run(closing())


def expected_of_list(stock):
    books = list(Book.objects.order_by("pk"))
    return stock.render({"rows": books, "again": books})


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_a_render_in_the_event_loop_fails_as_on_stock(rows):
    """Queries are not allowed there; rows that the view has read with all their relations are."""
    case = case_of(dict, loop("{{ b.title }}{{ b.author.name }}"))
    found = []
    for backend in (DjangoTemplates, DjustTemplates):
        template = case.template(backend)

        async def fails(template=template):
            return template.render({"rows": Book.objects.order_by("pk")})

        async def works(template=template):
            books = [book async for book in Book.objects.select_related("author").order_by("pk")]
            return template.render({"rows": books})

        with pytest.raises(Exception, match="async context") as error:
            in_loop(fails)
        found.append((type(error.value), str(error.value), in_loop(works)))
    assert found[0] == found[1]
