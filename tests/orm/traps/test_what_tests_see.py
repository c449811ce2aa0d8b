"""What a site's own tests look at: contexts, templates, signals, numbers of queries, in any order of tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.http import HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.test import Client, SimpleTestCase, override_settings
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.views.generic import DetailView, ListView
from zoo.models import Author, Book

TEMPLATES = {
    "base.html": "<{% block rows %}-{% endblock %}>{% include 'foot.html' %}",
    "list.html": (
        "{% extends 'base.html' %}{% block rows %}{{ block.super }}"
        "{% for b in object_list %}{{ b.title }}{{ b.author.name }}{% include 'row.html' %}{% endfor %}"
        "{% endblock %}"
    ),
    "row.html": "{% for t in b.tags.all %}{{ t.name }}{% endfor %}",
    "foot.html": "{{ object_list|length }}{{ page_obj.number }}",
    "one.html": "{{ object.author.name }}{% for t in book.tags.all %}{{ t.category.name }}{% endfor %}",
    "hidden.html": "{% for b in books %}{{ b.remarks }}{{ b.tags.count }}{{ b.tags.first }}{% endfor %}",
    "plain.html": "{% for b in books %}{{ b.title }}{{ b.author.country.name }}{% endfor %}{{ books.count }}",
}
ENGINES = {
    "stock": "django.template.backends.django.DjangoTemplates",
    "ours": "djust_backend.DjustTemplates",
}


class Books(ListView):
    queryset = Book.objects.order_by("pk")
    template_name = "list.html"
    paginate_by = 4


class OneBook(DetailView):
    model = Book
    template_name = "one.html"


def plain(request):
    return render(request, "plain.html", {"books": Book.objects.order_by("pk")})


def hidden(request):
    return render(request, "hidden.html", {"books": Book.objects.order_by("pk")})


def late(request):
    """Rendered after the view, and changed by a callback before anybody sees it."""
    response = TemplateResponse(request, "plain.html", {"books": Book.objects.order_by("pk")})
    response.add_post_render_callback(lambda done: done.headers.__setitem__("X-Done", "yes"))
    return response


def twice(request):
    """One QuerySet for two templates, and read by the view between them."""
    books = Book.objects.order_by("pk")
    first = render(request, "plain.html", {"books": books}).content
    title = books[0].title
    second = render(request, "plain.html", {"books": books.filter(pk__gt=0)}).content
    return HttpResponse(first + title.encode() + second)


urlpatterns = [
    path("books/", Books.as_view()),
    path("book/<int:pk>/", OneBook.as_view()),
    path("plain/", plain),
    path("hidden/", hidden),
    path("late/", late),
    path("twice/", twice),
]


@contextmanager
def site(engine: str) -> Iterator[Client]:
    """A client of a site with this engine."""
    entry = {
        "NAME": "django",
        "BACKEND": ENGINES[engine],
        "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)],
            "context_processors": ["django.template.context_processors.request"],
        },
    }
    with override_settings(TEMPLATES=[entry], ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        yield Client()


def visit(engine: str, address: str):
    """The response, the number of queries, and the names of templates in the order of their signals."""
    seen: list[str] = []

    def note(sender, template, context, **more):
        seen.append(template.name)

    with site(engine) as client, CaptureQueriesContext(connection) as queries:
        template_rendered.connect(note)
        try:
            response = client.get(address)
        finally:
            template_rendered.disconnect(note)
        number = len(queries)
    return response, number, seen


ADDRESSES = ["/books/", "/books/?page=2", "/plain/", "/hidden/", "/late/", "/twice/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_response_context_templates_and_signals(library, address):
    stock, stock_queries, stock_seen = visit("stock", address)
    ours, our_queries, our_seen = visit("ours", address)
    assert ours.content == stock.content
    assert our_seen == stock_seen
    assert [template.name for template in ours.templates] == stock_seen
    assert our_queries <= stock_queries
    assert dict(ours.headers) == dict(stock.headers)
    for name in stock_seen:
        SimpleTestCase().assertTemplateUsed(ours, name)
    assert _names(ours.context) == _names(stock.context)
    for name in ("books", "object_list", "b", "t"):
        assert _shown(ours.context.get(name)) == _shown(stock.context.get(name)), name


def _names(context) -> set[str]:
    """The names of one context, or of the list of those of several templates."""
    return set(context.keys() if hasattr(context, "keys") else context.flatten())


def _shown(value: object) -> object:
    """What a test compares: rows as rows, whatever holds them."""
    return value if value is None or hasattr(value, "pk") else list(value)  # type: ignore[call-overload]


def test_detail_views(library):
    address = f"/book/{library.books[3].pk}/"
    stock, stock_queries, _ = visit("stock", address)
    ours, our_queries, _ = visit("ours", address)
    assert ours.content == stock.content
    assert our_queries <= stock_queries
    assert ours.context["object"] == stock.context["object"]
    assert type(ours.context["book"]) is Book


@pytest.mark.parametrize("order", list(itertools.permutations(ADDRESSES[:3])))
def test_numbers_of_queries_do_not_depend_on_the_order_of_tests(library, order):
    numbers = {address: visit("ours", address)[1] for address in order}
    again = {address: visit("ours", address)[1] for address in reversed(order)}
    assert numbers == again == {address: visit("ours", address)[1] for address in numbers}


def test_receivers_of_post_init_see_every_instance(library):
    made: list[str] = []

    def note(sender, instance, **more):
        made.append(f"{sender.__name__} {instance.pk}")

    post_init.connect(note, sender=Author)
    try:
        seen = {}
        for engine in ENGINES:
            made.clear()
            visit(engine, "/plain/")
            seen[engine] = set(made)
    finally:
        post_init.disconnect(note, sender=Author)
    assert seen["ours"] == seen["stock"] != set()


def test_rows_of_the_context_may_be_used_afterwards(library):
    with site("ours") as client:
        response = client.get("/plain/")
        books = response.context["books"]
        assert [book.author.name for book in books] == [
            book.author.name for book in Book.objects.order_by("pk")
        ]
        assert books.filter(title="b0").count() == 2
        assert books.last().pk == library.books[-1].pk
        assert len(books) == 6


def test_a_kept_response_keeps_nothing_of_the_render(library):
    with site("ours") as client:
        response = client.get("/hidden/")
        assert connection.execute_wrappers == []
        for book in response.context["books"]:
            assert type(book._state.fields_cache) is dict
        assert response.context["books"]._iterable_class is Book.objects.all()._iterable_class


def test_rows_of_a_kept_response_ask_one_by_one(library, django_assert_num_queries):
    """As on stock: what was not read while the page was rendered is asked for by each row."""
    for engine in ENGINES:
        with site(engine) as client:
            books = list(client.get("/hidden/").context["books"])
            with django_assert_num_queries(len(books)):
                assert [book.vault_id and book.author.name for book in books]
