"""`get_absolute_url` and its like where rows stand for instances: the same addresses, errors and changes as stock's."""

from __future__ import annotations

from contextlib import contextmanager
from unittest import mock

import pytest
from django import template, urls
from django.http import HttpResponse
from django.template.backends.django import DjangoTemplates
from django.test import override_settings
from django.urls import path, reverse
from django.utils import translation
from traps.compared import both, case_of, loop, turn
from zoo.models import Author, Book
from zoo.odd import Sample

from djust_backend import DjustTemplates
from djust_backend.orm import rowsets


def nothing(request, **parts):
    """Answer with an empty page."""
    return HttpResponse()


urlpatterns = [
    path("b/<int:pk>/", nothing, name="one"),
    path("n/<str:name>/", nothing, name="named"),
    path("s/<slug:name>/", nothing, name="slug"),
    path("b/<int:pk>/<path:name>", nothing, name="two"),
    path("u/<uuid:key>/", nothing, name="key"),
]


@pytest.fixture(autouse=True)
def own_addresses():
    """The patterns above, in place of the site's."""
    with override_settings(ROOT_URLCONF=__name__):
        yield


def by_key(self):
    return reverse("one", args=[self.pk])


def by_name(self):
    return reverse("named", kwargs={"name": self.name})


def by_title(self):
    return reverse("two", args=[self.id, self.title])


def by_foreign_key(self):
    return reverse("one", args=[self.author_id])


def by_country(self):
    return reverse("one", args=(self.country_id,))


def by_slug(self):
    return reverse("slug", args=[self.title])


def with_more(self):
    return reverse("one", args=[self.pk]) + "?x=1&y=2"


COLUMNS = ["pk", "flag", "maybe", "whole", "part", "price", "day", "at", "hour", "took", "key",
           "address", "text", "renamed", "level"]  # fmt: skip


def by_column(name, view):
    """A method that gives a column's value to an address."""
    space = {"reverse": reverse}
    exec(f"def address(self):\n    return reverse({view!r}, args=[self.{name}])\n", space)
    return space["address"]


@contextmanager
def made():
    """The instances that are made of rows meanwhile."""
    found = []
    make = rowsets.Bound.make

    def noted(self, row, shape, using):
        found.append(self.models[shape])
        return make(self, row, shape, using)

    with mock.patch.object(rowsets.Bound, "make", noted):
        yield found


def books():
    return Book.objects.order_by("pk")


def give(monkeypatch, model, function):
    """Give a model a method called `address`."""
    monkeypatch.setattr(model, "address", function, raising=False)


@pytest.mark.parametrize("function", [by_key, by_title, by_foreign_key])
def test_no_instance_is_made_for_an_address(zoo_rows, same, monkeypatch, function):
    give(monkeypatch, Book, function)
    with made() as found:
        result = same(books, loop("{{ b.address }} {{ b.address|length }} {{ b.title }}"))
    assert "/b/" in result.stock.page
    assert found == []
    assert len(result.ours[0].queries) == 1


def test_of_joined_rows_and_of_rows_below(zoo_rows, same, monkeypatch):
    give(monkeypatch, Author, by_name)
    give(monkeypatch, Book, by_key)
    with made() as found:
        same(
            books, loop("{{ b.author.address }}{{ b.editor.address }}{{ b.author.mentor.address }}")
        )
        same(
            lambda: Author.objects.order_by("pk"),
            loop("{{ b.address }}{% for x in b.book_set.all %}{{ x.address }}{% endfor %}"),
        )
    assert found == []


@pytest.mark.parametrize("function", [by_country, by_slug, with_more])
def test_what_only_django_can_tell_or_refuse(zoo_rows, monkeypatch, function):
    """A NULL, a text that no pattern takes, more than `reverse`."""
    model = Author if function is by_country else Book
    Book.objects.filter(title="b0").update(title="<&> ä")
    Author.objects.filter(name="a1").update(country=None)
    give(monkeypatch, model, function)
    result = both(case_of(lambda: model.objects.order_by("pk"), loop("{{ b.address }}")))
    assert {ours.page for ours in result.ours} == {result.stock.page}
    if function is not with_more:
        assert result.stock.page[0] is urls.NoReverseMatch


@pytest.mark.parametrize("view", ["one", "named", "key"])
def test_columns_of_every_type(zoo_rows, monkeypatch, view, subtests):
    for name in COLUMNS:
        give(monkeypatch, Sample, by_column(name, view))
        with subtests.test(name):
            case = case_of(lambda: Sample.objects.order_by("pk"), loop("{{ b.address }}"))
            result = both(case)
            assert {ours.page for ours in result.ours} == {result.stock.page}


def test_a_language_prefix_and_another_urlconf(zoo_rows, same, monkeypatch):
    give(monkeypatch, Book, by_key)
    with translation.override("de"):
        same(books, loop("{{ b.address }}"))
    urls.set_script_prefix("/a b/")
    try:
        result = same(books, loop("{{ b.address }}"))
    finally:
        urls.clear_script_prefix()
    assert "/a%20b/b/" in result.stock.page


register = template.Library()


@register.simple_tag
def from_now_on(what):
    """Change in mid-page how addresses are made."""
    {
        "another method": lambda: setattr(Book, "address", with_more),
        "another reverse": lambda: by_key.__globals__.update(reverse=lambda *a, **k: "/other/"),
        "other patterns": lambda: urls.set_urlconf("tests.urls"),
        "other code": lambda: setattr(by_key, "__code__", by_foreign_key.__code__),
    }[what]()
    return ""


@pytest.mark.parametrize(
    "what", ["another method", "another reverse", "other patterns", "other code"]
)
def test_changes_in_mid_page(zoo_rows, monkeypatch, what):
    code = by_key.__code__
    source = (
        "{% load change %}{% for b in rows %}{{ b.address }}{% if forloop.counter == 2 %}"
        f"{{% from_now_on {what!r} %}}{{% endif %}}{{% endfor %}}"
    )
    give(monkeypatch, Book, by_key)
    case = case_of(
        books, source, options={"libraries": {"change": __name__, "tools": "traps.tools"}}
    )
    pages = []
    for backend in (DjangoTemplates, DjustTemplates):
        page = case.template(backend)
        with monkeypatch.context() as patch:
            patch.setattr(Book, "address", by_key)
            patch.setitem(by_key.__globals__, "reverse", reverse)
            try:
                pages.append(turn(page, case).page)
            finally:
                by_key.__code__ = code
                urls.set_urlconf(None)
    assert pages[0] == pages[1]
