"""Pages stand for the rows of their QuerySet and answer for themselves."""

from __future__ import annotations

import pytest
from django.core.paginator import Page, Paginator
from traps.compared import loop
from zoo.models import Author, Book, Node


class Ending(Page):
    def __getitem__(self, index):
        return super().__getitem__(index)

    def next_url(self):
        return f"?page={self.number + 1}"


class Pages(Paginator):
    def _get_page(self, *args, **kwargs):
        return Ending(*args, **kwargs)


def books():
    return Book.objects.order_by("pk")


SOURCES = {
    "first": lambda: Paginator(books(), 4).get_page(1),
    "last": lambda: Paginator(books(), 4).get_page(99),
    "orphans": lambda: Paginator(books(), 4, orphans=3).page(1),
    "one a page": lambda: Paginator(books(), 1).page(3),
    "empty": lambda: Paginator(books().none(), 4).get_page(1),
    "list": lambda: Paginator(list(books()), 4).page(2),
    "tuple": lambda: Paginator(tuple(books()), 4).page(1),
    "values": lambda: Paginator(books().values("title", "author__name"), 4).page(1),
    "union": lambda: Paginator(Book.objects.union(Book.objects.all()).order_by("id"), 4).page(1),
    "related": lambda: Paginator(Author.objects.get(name="a0").book_set.order_by("pk"), 1).page(1),
    "prefetched": lambda: Paginator(books().prefetch_related("tags"), 4).page(1),
    "own pages": lambda: Pages(books(), 4).page(1),
    "counted": lambda: (pages := Paginator(books(), 4), pages.count, pages.page(2))[2],
    "read": lambda: (page := Paginator(books(), 4).page(1), list(page))[0],
    "strings": lambda: Paginator("abcdefg", 3).page(1),
    "unordered": lambda: Paginator(Book.objects.order_by("title"), 4).page(1),
    "trees": lambda: Paginator(Node.objects.all(), 2).page(1),
}  # fmt: skip

BODIES = {
    "rows": loop("{{ b.title }}{{ b.name }}"),
    "chain": loop("{{ b.author.name }}{{ b.author.country.name }}{{ b.editor.name }}"),
    "collections": loop(
        "{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }}{% endfor %}{{ b.tags.count }}"
    ),
    "object list": "{% for b in rows.object_list %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "both": loop("{{ b.title }}")
    + "{% for b in rows.object_list %}{{ b.author.name }}{% endfor %}",
    "numbers": "{{ rows }}{{ rows.number }}{{ rows.has_next }}{{ rows.has_previous }}{{ rows.has_other_pages }}{{ rows.start_index }}{{ rows.end_index }}",
    "numbers and rows": "{{ rows.paginator.count }}{{ rows.paginator.num_pages }}"
    + loop("{{ b.title }}")
    + "{{ rows.next_page_number }}",
    "length": "{{ rows|length }}"
    + loop("{{ b.title }}")
    + "{{ rows|length }}{{ rows.object_list|length }}{{ rows.object_list.count }}",
    "truth": "{% if rows %}{% for b in rows %}{{ b.author.name }}{% endfor %}{% endif %}{% if rows.object_list %}y{% endif %}",
    "ends": "{{ rows.0.title }}{{ rows.0.author.name }}{{ rows|first }}{{ rows|last }}",
    "slice": "{% for b in rows|slice:':2' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "sorted": "{% for b in rows|dictsort:'title' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "grouped": "{% regroup rows by author as g %}{% for x in g %}{{ x.grouper.name }}{{ x.list|length }}{% endfor %}",
    "range": "{% for n in rows.paginator.page_range %}{% if n == rows.number %}[{{ n }}]{% else %}{{ n }}{% endif %}{% endfor %}",
    "elided": "{% for n in rows.paginator.get_elided_page_range %}{{ n }}{% endfor %}{{ rows.next_url }}",
    "all pages": "{% for p in rows.paginator %}{{ p.number }}{% for b in p %}{{ b.title }}{{ b.author.name }}{% endfor %}{% endfor %}",
    "pages of object list": "{% for b in rows.paginator.object_list %}{{ b.author.name }}{% endfor %}",
    "reversed": "{% for b in rows reversed %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "tag": "{% sizes rows %}" + loop("{{ b.author.name }}"),
    "included": "{% include 'page.html' with page=rows only %}",
}

PARTS = {
    "page.html": "{% for b in page %}{{ b.title }}{{ b.author.name }}{% endfor %}{{ page.number }}"
}


@pytest.mark.filterwarnings("ignore")
def test_pages(zoo_rows, same_grid):
    same_grid(SOURCES, BODIES, templates=PARTS, fails=None, joins=False)
