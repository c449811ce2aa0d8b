"""Values of a context that are no rows stay what they are; none is invented, looked into ahead, or preferred."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict, defaultdict, deque, namedtuple
from types import MappingProxyType, SimpleNamespace

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from traps.compared import case_of, check, loop
from zoo.models import Author, Book

Pair = namedtuple("Pair", "first second")


def books():
    return Book.objects.order_by("pk")


def endless() -> dict:
    """A dictionary that holds itself."""
    made: dict = {"rows": books()}
    made["self"] = made
    made["list"] = [made]
    return made


class Explosive:
    """Fails when anybody looks."""

    def __getattr__(self, name):
        raise AssertionError(f"asked for {name}")

    def __len__(self):
        raise AssertionError("asked for a length")

    def __iter__(self):
        raise AssertionError("iterated")

    def __eq__(self, other):
        raise AssertionError("compared")

    __hash__ = object.__hash__


VALUES = {
    "pairs": lambda: {"rows": [Pair(book, "x") for book in books()]},
    "tuples": lambda: {"rows": [(book, book.pk) for book in books()]},
    "dictionaries": lambda: {"rows": [{"first": book, "items": 3, "0": "zero"} for book in books()]},
    "ordered": lambda: {"rows": [OrderedDict(first=book) for book in books()]},
    "views": lambda: {"rows": [MappingProxyType({"first": book}) for book in books()]},
    "defaults": lambda: {"rows": [defaultdict(list, first=book) for book in books()]},
    "chains": lambda: {"rows": [ChainMap({"first": book}, {"second": 2}) for book in books()]},
    "own dictionaries": lambda: {"rows": [UserDict(first=book) for book in books()]},
    "namespaces": lambda: {"rows": [SimpleNamespace(first=book) for book in books()]},
    "deque": lambda: {"rows": deque(SimpleNamespace(first=book) for book in books())},
    "keys": lambda: {"rows": {book: book.title for book in books()}},
    "nested": lambda: {"rows": [SimpleNamespace(first=SimpleNamespace(author=book.author)) for book in books()]},
    "lazy": lambda: {"rows": [SimpleNamespace(first=SimpleLazyObject(lambda book=book: book)) for book in books()]},
    "querysets": lambda: {"rows": [SimpleNamespace(first=books()[n]) for n in range(3)]},
    "endless": lambda: {"rows": [endless(), endless()]},
    "explosive": lambda: {"rows": [SimpleNamespace(first=None)], "never": Explosive(), "again": [Explosive()]},
}  # fmt: skip

BODIES = {
    "walks": "{{ b.first.author.name }}{{ b.0.author.name }}{{ b.first.author.country.name }}{{ b.second }}{{ b.1 }}",
    "names": "{{ b.items }}{{ b.first.title }}{{ b.title }}{{ b.author.name }}{{ b.nothing }}",
    "rows below": "{% for t in b.first.tags.all %}{{ t.name }}{% endfor %}{% for r in b.rows %}{{ r.author.name }}{% endfor %}",
    "itself": "{% for r in b.self.self.list %}{% for s in r.rows %}{{ s.author.name }}{% endfor %}{% endfor %}{{ b.self.self.nothing }}",
    "unpacked": "{% for k, v in b.items %}{{ k }}{{ v.title }}{% endfor %}",
}


def test_rows_inside_of_containers(library, same_grid):
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(VALUES, bodies, fails=None, joins=False)


def test_unpacking(library, same_each):
    body = (
        "{% for one, two in rows %}{{ one.author.name }}{{ two.author.name }}{{ two }}{% endfor %}"
    )
    same_each({name: (VALUES[name], body) for name in ("pairs", "tuples")})


@pytest.mark.parametrize(
    "name", ["rows_count", "rows_length", "book_list", "object_list", "page_obj", "paginator", "is_paginated"]
)  # fmt: skip
def test_no_name_is_invented(library, same, name):
    same(books, loop("{{ b.author.name }}") + f"[{{{{ {name} }}}}{{% if {name} %}}y{{% endif %}}]")


def test_columns_called_like_secrets_are_shown(library, same):
    same(books, loop("{{ b.vault.name }}{{ b.vault_id }}{{ b.drawer.hidden }}{{ b.pk }}"))


PROCESSORS = ["django.template.context_processors.request", f"{__name__}.own"]


def own(request):
    """A context processor with a QuerySet of its own, under the view's names and under another."""
    return {"rows": Author.objects.none(), "authors": Author.objects.order_by("pk"), "x": "theirs"}


def test_values_of_the_view_win_against_context_processors(library):
    source = (
        loop("{{ b.author.name }}{{ x }}")
        + "{% for a in authors %}{{ a.country.name }}{{ a.mentor.name }}{% endfor %}{{ request.path }}"
    )
    for made in ({"rows": books()}, {"rows": books(), "x": "ours"}, {}):
        case = case_of(
            lambda made=made: dict(made),
            source,
            request=RequestFactory().get("/x/"),
            options={"context_processors": PROCESSORS},
        )
        check(case, joins=False)


def test_safe_and_plain_texts_and_data_of_requests(library, same):
    same(
        lambda: {"rows": [mark_safe("<b>"), "<b>", QueryDict("a=1&a=2&b=<x>"), b"<b>", 1.5, None, (1, 2)]},
        loop("{{ b }}{{ b.a }}{{ b.0 }}{{ b.lists }}{{ b|length }}"),
    )  # fmt: skip
