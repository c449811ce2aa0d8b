"""A test of a site's may give a model other attributes for a while: pages are those of the class as it is now."""

from __future__ import annotations

import itertools
from functools import partial
from unittest.mock import PropertyMock

import pytest
from django.core.paginator import Page, Paginator
from django.db.models import Manager, QuerySet
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseManyToOneDescriptor,
)
from django.db.models.manager import BaseManager
from traps.compared import loop
from zoo.models import Author, Book, Country, Tag

SOURCES = {
    "queryset": lambda: Book.objects.order_by("pk"),
    "joined": lambda: Book.objects.select_related("author").order_by("pk"),
    "prefetched": lambda: Book.objects.prefetch_related("tags", "author").order_by("pk"),
    "list": lambda: list(Book.objects.order_by("pk")),
    "one": lambda: [Book.objects.order_by("pk").first()],
}

PAGES = {
    "column": "{{ b.title }}",
    "key": "{{ b.author_id }}{{ b.author.pk }}{{ b.author.id }}{{ b.pk }}",
    "relation": "{{ b.author.name }}{{ b.author.country.name }}{% if b.editor %}{{ b.editor.name }}{% endif %}",
    "code": "{{ b.byline }}{{ b.author.label }}",
    "printed": "{{ b }}{{ b.author }}",
    "truth": "{% if b %}{{ b.title }}{% endif %}{{ b|length }}{% if b.author %}+{% endif %}",
    "collection": "{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.tags.count }}{{ b.tags.first.name }}",
    "plain collection": "{% for t in b.tags %}{{ t }}{% endfor %}{% for c in b.comments.all %}{{ c.text }}{% endfor %}",
    "reverse": "{% for x in b.author.book_set.all %}{{ x.title }}{% endfor %}{{ b.author.profile.bio }}",
}


def property_of(value):
    """A property that takes what instances are made with, and has a value of its own."""
    return property(lambda self: value, lambda self, given: None)


def walk(self):
    return f"walked {self.language and self.language.code}"


PATCHES = {
    "column to property": (Book, "title", lambda: property_of("<patched>")),
    "column to mock": (Book, "title", lambda: PropertyMock(return_value="mocked")),
    "key to property": (Book, "author_id", lambda: property_of(1)),
    "pk to property": (Book, "pk", lambda: property_of(-1)),
    "relation to property": (
        Book,
        "author",
        lambda: property_of({"name": "dict", "label": "in a dict"}),
    ),
    "relation to another": (Book, "author", lambda: property(lambda self: self.editor)),
    "relation to value": (Book, "author", lambda: "text"),
    "related column": (Author, "name", lambda: property_of("everybody")),
    "related relation": (Author, "country", lambda: property_of({"name": "nowhere"})),
    "collection to list": (Book, "tags", lambda: property(lambda self: ["a", "b"])),
    "collection to rows": (
        Book,
        "tags",
        lambda: property(lambda self: Tag.objects.filter(pk__gt=1)),
    ),
    "collection to dictionary": (
        Book,
        "tags",
        lambda: property(lambda self: {"all": ["x"], "count": 7}),
    ),
    "generic to dictionary": (Book, "comments", lambda: {"all": [{"text": "said"}]}),
    "reverse to rows": (
        Author,
        "book_set",
        lambda: property(lambda self: Book.objects.filter(author=self)),
    ),
    "reverse one to value": (Author, "profile", lambda: property_of({"bio": "short"})),
    "method": (Book, "byline", lambda: walk),
    "method to property": (Book, "byline", lambda: property(walk)),
    "method to value": (Book, "byline", lambda: "nobody"),
    "property": (Author, "label", lambda: property(lambda self: self.mentor and self.mentor.name)),
    "property to method": (Author, "label", lambda: lambda self: f"called {self.pk}"),
    "text": (Book, "__str__", lambda: lambda self: f"book {self.pk} of {self.author.name}"),
    "text of related": (Author, "__str__", lambda: lambda self: "an author"),
    "markup": (Book, "__html__", lambda: lambda self: "<b>book</b>"),
    "truth": (Book, "__bool__", lambda: lambda self: self.pk != 1),
    "length": (Book, "__len__", lambda: lambda self: self.pk % 2),
    "items": (Book, "__getitem__", lambda: lambda self, name: f"item {name}"),
    "items of related": (Author, "__getitem__", lambda: lambda self, name: f"item {name}"),
    "call": (Author, "__call__", lambda: lambda self: {"name": "called"}),
    "missing attributes": (Country, "__getattr__", lambda: lambda self, name: f"no {name}"),
    "all attributes": (Author, "__getattribute__", lambda: all_attributes),
    "made": (Author, "__init__", lambda: made),
}


#: Django's own classes, which a package may give other methods as well.
READERS = {
    "count": (QuerySet, "count", lambda self: 77),
    "exists": (QuerySet, "exists", lambda self: False),
    "first": (QuerySet, "first", lambda self: None),
    "iteration": (QuerySet, "__iter__", lambda self: iter(list(OWN_ITERATION(self))[:1])),
    "rows": (QuerySet, "_fetch_all", lambda self: fetch_one(self)),
    "length": (QuerySet, "__len__", lambda self: 5),
    "truth": (QuerySet, "__bool__", lambda self: False),
    "items": (QuerySet, "__getitem__", lambda self, at: list(OWN_ITERATION(self))[at]),
    "all": (BaseManager, "all", lambda self: OWN_ALL(self).filter(pk__gt=1)),
    "all of managers": (Manager, "all", lambda self: OWN_ALL(self).filter(pk__gt=1)),
    "relation": (
        ForwardManyToOneDescriptor,
        "__get__",
        lambda self, one, cls=None: "fk" if one else self,
    ),
    "related object": (
        ForwardManyToOneDescriptor,
        "get_object",
        lambda self, one: Author.objects.first(),
    ),
    "collection": (
        ReverseManyToOneDescriptor,
        "__get__",
        lambda self, one, cls=None: {"all": ["m"], "count": 3} if one else self,
    ),
}

PAGES_OF_ROWS = {
    "loop": loop("{{ b.title }}{{ b.author.name }}"),
    "questions": "{{ rows.count }}{{ rows|length }}{% if rows %}y{% endif %}{{ rows.exists }}",
    "ends": "{{ rows.first }}{{ rows.0 }}{{ rows|first }}{% for b in rows|slice:':2' %}{{ b.author.name }}{% endfor %}",
    "of collections": loop(PAGES["collection"] + "{{ b.tags.exists }}{{ b.tags.all|length }}"),
    "keys": loop("{{ b.author.pk }}{{ b.author.country.name }}"),
    "methods": loop("{{ b.byline }}"),
}

PAGINATED = {
    "length": (Page, "__len__", lambda self: 1),
    "items": (Page, "__getitem__", lambda self, at: list(self.object_list[:1])[at]),
    "iteration": (Page, "__iter__", lambda self: iter("ab")),
    "next": (Page, "has_next", lambda self: "next?"),
    "rows": (Page, "object_list", property_of([1, 2])),
    "count": (Paginator, "count", property(lambda self: 99)),
    "page": (Paginator, "page", lambda self, number: Page([number], number, self)),
}

PAGINATED_PAGES = {
    "loop": "{% for b in page %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "questions": "{{ page|length }}{{ page.0 }}{{ page.has_next }}{{ page.paginator.count }}{{ page }}",
    "rows": "{% for b in page.object_list %}{{ b.author.name }}{% endfor %}",
    "slice": "{% for b in page|slice:':1' %}{{ b.author.name }}{% endfor %}{{ page|first }}",
    "paginator": "{% for b in page.paginator.get_page %}{{ b.author.name }}{% endfor %}",
}

OWN_ITERATION, OWN_ALL, OWN_FETCH = QuerySet.__iter__, BaseManager.all, QuerySet._fetch_all


def fetch_one(rows):
    OWN_FETCH(rows)
    del rows._result_cache[1:]


def all_attributes(self, name):
    found = object.__getattribute__(self, name)
    return f"got {found}" if name == "name" else found


def made(self, *arguments, **named):
    super(Author, self).__init__(*arguments, **named)
    self.name = f"made {self.name}"


_fresh = itertools.count()


@pytest.fixture
def check(zoo_rows, same):
    """Checks a page of `PAGES` with rows of `SOURCES`; on request, by needs that no page had before."""

    def check_page(page, rows, is_fresh):
        fresh = f"{{{{ b.fresh_{next(_fresh)} }}}}" if is_fresh else ""
        source = loop(PAGES[page] + fresh) if page in PAGES else PAGES_OF_ROWS[page] + fresh
        same(SOURCES[rows], source, fails=None)

    return check_page


@pytest.fixture
def check_around(subtests, monkeypatch):
    """Runs checks before a class is changed, while it is, and afterwards.

    All of them at each time: an interpreter counts no more than a thousand changes of a class.
    """

    def run(cls, name, value, checks):
        def each(when):
            for label, check in checks.items():
                with subtests.test(f"{label}, {when}"):
                    check()

        each("before")
        with monkeypatch.context() as patch:
            patch.setattr(cls, name, value, raising=False)
            each("while it is changed")
        each("afterwards")

    return run


@pytest.mark.parametrize("patched", PATCHES)
@pytest.mark.parametrize("is_fresh", [False, True])
def test_pages_of_patched_models(check, check_around, patched, is_fresh):
    model, name, make = PATCHES[patched]
    # Every page with a QuerySet, and by turns with rows from elsewhere.
    others = itertools.cycle([rows for rows in SOURCES if rows != "queryset"])
    checks = {
        f"{page}, {rows}": partial(check, page, rows, is_fresh)
        for page in PAGES
        for rows in (["queryset"] if is_fresh else ["queryset", next(others)])
    }
    check_around(model, name, make(), checks)


@pytest.mark.parametrize("patched", READERS)
@pytest.mark.parametrize("is_fresh", [False, True])
def test_pages_where_django_is_patched(check, check_around, patched, is_fresh):
    """Nothing is fetched ahead, nor read in another way, while Django's own way is another."""
    checks = {
        f"{page}, {rows}": partial(check, page, rows, is_fresh)
        for page, rows in itertools.product(PAGES_OF_ROWS, ("queryset", "list"))
    }
    check_around(*READERS[patched], checks)


@pytest.mark.parametrize("patched", PAGINATED)
def test_pages_where_pages_are_patched(zoo_rows, same, check_around, patched):
    def check(source):
        paginator = Paginator(Book.objects.order_by("pk"), 2)
        same(lambda: {"page": paginator.page(1)}, source, fails=None)

    checks = {label: partial(check, source) for label, source in PAGINATED_PAGES.items()}
    check_around(*PAGINATED[patched], checks)


def test_keys_answer_again_when_a_class_is_as_it_was(zoo_rows, same, monkeypatch):
    """A tag that gets the rows makes them instances, whose keys answer for those of related rows."""

    def reads_authors():
        source = loop("{{ b.author.pk }}{{ b|classed }}")
        return "zoo_author" in "".join(same(SOURCES["queryset"], source).ours[-1].queries)

    assert not reads_authors()
    with monkeypatch.context() as patch:
        patch.setattr(Author, "pk", property_of("own"))
        assert reads_authors()
    assert not reads_authors()


def test_the_log_says_who_has_replaced_what(check, monkeypatch, caplog):
    check("loop", "queryset", False)
    monkeypatch.setattr(QuerySet, "count", lambda self: 77)
    check("loop", "queryset", False)
    check("loop", "queryset", False)
    said = [record.getMessage() for record in caplog.records if record.name == "djust_backend.jit"]
    assert len(said) == 1
    assert f"QuerySet.count by {__name__}" in said[0]
