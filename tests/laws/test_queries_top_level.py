"""TABLE: a view's own QuerySets and pages: read once, under all their names, for what stock would pay or less."""

from __future__ import annotations

import pytest
from django.core.paginator import Page, Paginator
from django.test import RequestFactory
from django.views.generic import DetailView, ListView
from zoo.models import Author, Book

from tests.laws.queries import Scene, check
from tests.laws.test_queries_saved import library as library

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def ordered():
    return Book.objects.order_by("pk")


LOOP = "{% for b in books %}{{ b.author.name }}{% endfor %}"

#: Name: the template, stock's queries and ours, for six books.
PAGES = {
    "if and loop": ("{% if books %}" + LOOP + "{% endif %}", 7, 1),
    "if not, else loop": ("{% if not books %}-{% else %}" + LOOP + "{% endif %}", 7, 1),
    "count and loop": ("{{ books.count }}" + LOOP, 8, 1),
    "loop and count": (LOOP + "{{ books.count }}", 7, 1),
    "exists and loop": ("{{ books.exists }}" + LOOP, 8, 1),
    "count and maybe loop": ("{{ books.count }}{% if nothing %}" + LOOP + "{% endif %}", 1, 1),
    "count alone": ("{{ books.count }}", 1, 1),
    "length and loop": ("{{ books|length }}" + LOOP, 7, 1),
    "length alone": ("{{ books|length }}", 1, 1),
    "slice": ("{% for b in books|slice:':2' %}{{ b.author.name }}{% endfor %}", 3, 1),
    "slice, unread": ("{% with few=books|slice:':2' %}{% endwith %}", 0, 0),
    "slice and loop": ("{% for b in books|slice:':2' %}{{ b.title }}{% endfor %}" + LOOP, 8, 2),
    "loop and slice": (LOOP + "{% for b in books|slice:':2' %}{{ b.title }}{% endfor %}", 7, 1),
    "first filter": ("{% with b=books|first %}{{ b.author.name }}{% endwith %}", 2, 2),
    "first": ("{{ books.first.title }}", 1, 1),
    "item": ("{{ books.0.title }}", 1, 1),
    "two loops with different needs": (
        LOOP + "{% for b in books %}{{ b.editor.name }}{% endfor %}",
        11,
        1,
    ),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("shown", ["columns", "instances"])
def test_a_queryset_costs_what_stock_pays_or_less(name, shown):
    page, stock, ours = PAGES[name]
    if shown == "instances":
        page = page.replace("b.title", "b.get_deferred_fields").replace(
            "b.author.name", "b.author.label"
        )
    found = check(Scene(page, lambda: {"books": ordered()}))
    assert found.counts[0] == stock
    assert found.counts[1] <= stock if shown == "instances" else found.counts[1] == ours


#: Templates of a list view: what a page of three books costs on stock and here; the view has counted them all.
LISTS = {
    "page": ("{% for b in page_obj %}{{ b.author.label }}{% endfor %}", 4, 1),
    "object_list": ("{% for b in object_list %}{{ b.author.label }}{% endfor %}", 4, 1),
    "object_list of the page": (
        "{% for b in page_obj.object_list %}{{ b.author.label }}{% endfor %}",
        4,
        1,
    ),
    "own name": ("{% for b in book_list %}{{ b.author.label }}{% endfor %}", 4, 1),
    "all names": (
        (
            "{% for b in page_obj %}{{ b.title }}{% endfor %}{% for b in object_list %}{{ b.author.label }}{% endfor %}"
            "{% for b in book_list %}{{ b.editor.label }}{% endfor %}{% for b in page_obj.object_list %}{{ b.author.country.name }}{% endfor %}"
        ),
        9,
        1,
    ),
    "tested before": (
        "{% if page_obj %}{% for b in object_list %}{{ b.author.label }}{% endfor %}{% endif %}",
        4,
        1,
    ),
    "counted before": (
        "{{ page_obj|length }}{% for b in book_list %}{{ b.author.label }}{% endfor %}",
        4,
        1,
    ),
    "pager": (
        (
            "{{ page_obj.number }}/{{ page_obj.paginator.num_pages }} of {{ paginator.count }}"
            "{% if page_obj.has_next %}{{ page_obj.next_page_number }}{% endif %}{{ page_obj.start_index }}-{{ page_obj.end_index }}"
            "{% for b in page_obj %}{{ b.author.label }}{% endfor %}{% if is_paginated %}{{ paginator.page_range }}{% endif %}"
        ),
        4,
        1,
    ),
    "pager alone": (
        "{{ page_obj.number }}/{{ page_obj.paginator.num_pages }} of {{ paginator.count }}",
        0,
        0,
    ),
    "columns": (
        "{% for b in page_obj %}{{ b.author.name }}{% endfor %}{{ object_list|length }}",
        4,
        1,
    ),
}


def list_context(**options):
    class Books(ListView):
        queryset = ordered()
        paginate_by = 3

    view = Books(**options)
    view.kwargs, view.request = {}, RequestFactory().get("/")
    view.object_list = view.get_queryset()
    return view.get_context_data()


@pytest.mark.parametrize("name", LISTS)
def test_all_names_of_a_list_view_are_one_source(name):
    page, stock, ours = LISTS[name]
    assert check(Scene(page, list_context)).counts == (stock, ours)


def test_all_names_of_a_list_view_without_pages_are_one_source():
    page = "{% for b in object_list %}{{ b.author.label }}{% endfor %}{% for b in book_list %}{{ b.editor.label }}{% endfor %}"
    assert check(Scene(page, lambda: list_context(paginate_by=None))).counts[1] == 1


def test_both_names_of_a_detail_view_are_one_source(library):
    def context():
        view = DetailView(model=Author, object=None)
        view.object = Author.objects.get(pk=library.authors[0].pk)
        view.kwargs = {}
        return view.get_context_data()

    page = "{{ object.country.name }}{{ author.country.name }}{% for b in author.book_set.all %}{{ b.title }}{% endfor %}"
    found = check(Scene(page, context))
    assert found.counts == (2, 2)


class Counted(Page):
    """A page that answers its length itself."""

    def __len__(self):
        return 7


class OwnPaginator(Paginator):
    def _get_page(self, *args, **kwargs):
        return Counted(*args, **kwargs)


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("kind", [Paginator, OwnPaginator])
@pytest.mark.parametrize(
    "rows", [ordered, lambda: list(ordered()), lambda: ordered().values("title")]
)
def test_paginators_of_every_kind(kind, rows, page):
    def context():
        paginator = kind(rows(), 4)
        found = paginator.page(page)
        return {"page": found, "object_list": found.object_list, "paginator": paginator}

    for source in (
        "{% if page %}{% for b in page %}{{ b.title }}{{ b.author.label }}{% endfor %}{% endif %}{{ page|length }}",
        "{% for b in page.object_list %}{{ b.author.label }}{% endfor %}{{ paginator.count }}{{ page.0.title }}",
        "{{ page|length }}{{ page|first }}{% for b in page|slice:':2' %}{{ b.author.label }}{% endfor %}{% for b in object_list %}{{ b.title }}{% endfor %}",
        "{% for p in paginator %}{% for b in p %}{{ b.author.label }}{% endfor %}{% endfor %}",
    ):
        check(Scene(source, context))
