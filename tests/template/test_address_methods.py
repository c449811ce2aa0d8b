"""Methods of models that return `reverse(…)`: the same address, whatever becomes of method, instance or patterns."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django import urls
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import path, reverse
from zoo.models import Author

from djust_backend.address_methods import address_method
from tests.compare import Case, render_on_both

numbers = itertools.count()


def nothing(request: HttpRequest, **parts: object) -> HttpResponse:
    """Answer with an empty page."""
    return HttpResponse()


urlpatterns = [
    path("all/", nothing, name="all"),
    path("a/<int:pk>/", nothing, name="one"),
    path("a/<str:name>/", nothing, name="named"),
    path("a/<int:pk>/<str:name>/", nothing, name="two"),
]


@pytest.fixture(autouse=True)
def own_addresses() -> Iterator[None]:
    """The patterns above, in place of the site's."""
    with override_settings(ROOT_URLCONF=__name__):
        yield


def placed(self: Author) -> str:
    return reverse("one", args=[self.pk])


def documented(self: Author) -> str:
    """The author's page."""
    return reverse("one", args=(self.id,))


def called_so(this: Any) -> str:
    return reverse("two", kwargs={"pk": this.pk, "name": this.name})


def single(self: Author) -> str:
    return reverse("named", kwargs={"name": self.name})


def bare(self: Author) -> str:
    return reverse("all")


def with_country(self: Author) -> str:
    return reverse("one", args=[self.country_id])


def over_relation(self: Author) -> str:
    return reverse("one", args=[self.country])


def with_more(self: Author) -> str:
    return reverse("one", args=[self.pk]) + "#top"


def of_property(self: Author) -> str:
    return reverse("named", args=[self.label])


def with_default(self: Author, view: str = "one") -> str:
    return reverse(view, args=[self.pk])


def swapped(self: Author) -> str:
    return reverse("two", kwargs={"name": self.name, "pk": self.pk})


def twice(self: Author) -> str:
    return reverse("two", args=[self.pk, self.pk])


def with_urlconf(self: Author) -> str:
    return reverse("one", None, [self.pk])


PLAIN = [placed, documented, called_so, single, bare, with_country, swapped]
OTHERS = [over_relation, with_more, of_property, with_default, twice, with_urlconf]


def method(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> str:
    """Give the model a method; its name."""
    name = f"address_{next(numbers)}"
    monkeypatch.setattr(Author, name, function, raising=False)
    return name


def authors() -> list[Author]:
    """Authors of every kind."""
    deferred = Author(pk=8)
    del deferred.__dict__["name"]
    return [
        Author(pk=5, name="a b/<c>", country_id=3),
        Author(pk=None, name=""),
        Author(pk="7", name="é"),
        Author(pk=-1, name=5),
    ]


def both(name: str, author: Author) -> str:
    """What both engines agree on."""
    source = f"{{{{ a.{name} }}}}|{{{{ a.{name}|length }}}}|{{% if a.{name} == '/all/' %}}all{{% endif %}}"
    try:
        return render_on_both(Case(source, {"a": author}))
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001 - compared already
        return type(error).__name__


@pytest.mark.parametrize("function", [*PLAIN, *OTHERS])
def test_the_same_address(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> None:
    name = method(monkeypatch, function)
    assert (address_method(Author, name) is not None) is (function in PLAIN)
    for author in authors():
        both(name, author)


def calls(name: str, author: Author, function: Callable[..., Any]) -> int:
    """How often the method itself runs for a page of ours."""
    seen = []

    def counted(self: Author) -> Any:
        seen.append(self)
        return function(self)

    with mock.patch.object(Author, name, counted):
        engines["django"].from_string(f"{{{{ a.{name} }}}}").render({"a": author})
    return len(seen)


def replacement(self: Author) -> str:
    return "patched"


def test_changes_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = method(monkeypatch, placed)
    author = Author(pk=5, name="x")
    assert both(name, author) == "/a/5/|5|"
    assert calls(name, author, placed) == 1
    with mock.patch.object(Author, name, replacement):
        assert both(name, author).startswith("patched|")
    vars(author)[name] = "own"
    assert both(name, author).startswith("own|")
    del vars(author)[name]
    with mock.patch.dict(placed.__globals__, {"reverse": lambda *args, **kwargs: "other"}):
        assert both(name, author).startswith("other|")
    monkeypatch.setattr(placed, "__code__", (lambda self: "code").__code__)
    assert both(name, author).startswith("code|")
    monkeypatch.undo()
    monkeypatch.setattr(Author, name, placed, raising=False)
    with mock.patch("django.urls.base.get_resolver", side_effect=urls.NoReverseMatch("gone")):
        assert both(name, author) == "NoReverseMatch"
    assert both(name, author) == "/a/5/|5|"


def test_flags_of_methods_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def changing(self: Author) -> str:
        return reverse("one", args=[self.pk])

    changing.alters_data = True  # type: ignore[attr-defined]
    assert both(method(monkeypatch, changing), Author(pk=5)) == "|0|"
