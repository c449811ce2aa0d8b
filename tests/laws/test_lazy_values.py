"""What nobody reads stays unread: unused QuerySets, branches not taken, lazy objects of a request."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.template import engines
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject, lazy
from zoo.data import populate
from zoo.models import Author, Book

from tests.laws.queries import Scene, both, check

pytestmark = pytest.mark.django_db(databases=["default", "other"])


@pytest.fixture(autouse=True)
def rows(db):
    populate(4, 6)


def books():
    return Book.objects.order_by("pk")


def context():
    return {
        "books": books(),
        "authors": Author.objects.all(),
        "one": books().first(),
        "manager": Book.objects,
    }


QUIET = {
    "unused": "{{ 1 }}",
    "passed on": "{% include 'empty.html' with x=books y=authors %}{% include 'empty.html' with x=books only %}",
    "named": "{% with x=books y=books.all z=one.tags.all m=one.tags %}{% endwith %}",
    "dead branch": "{% if nothing %}{{ books }}{% for b in books %}{{ b.author }}{% endfor %}{% endif %}",
    "dead end": "{% if nothing and books %}{% endif %}{% if True or books %}{% endif %}",
    "first of": "{% firstof 'x' books %}",
    "default": "{{ 'x'|default:books }}{{ 1|default_if_none:authors }}",
    "empty loop": "{% for x in nothing %}{{ x.author }}{% for b in books %}{% endfor %}{% endfor %}",
    "block": "{% extends 'parent.html' %}{% block unknown %}{% for b in books %}{{ b }}{% endfor %}{% endblock %}",
    "cycle": "{% cycle 'x' books %}",
    "is none": "{% if books is None %}{% endif %}{% if books is not None %}{% endif %}{% if one.tags is None %}{% endif %}",
    "path to nowhere": "{{ books.nothing.more }}{{ manager.nothing }}{{ one.tags.nothing }}",
    "sliced": "{% with x=books|slice:':2' %}{% endwith %}",
    "partial": "{% if nothing %}{% include 'reads.html' %}{% endif %}",
    "printed manager": "{{ manager }}",
    "key": "{{ one.author_id }}{% if one.author_id %}{% endif %}",
}
PARTS = {
    "empty.html": "",
    "parent.html": "{% block known %}{% endblock %}",
    "reads.html": "{% for b in books %}{{ b.author.name }}{% endfor %}",
}


@pytest.mark.parametrize("name", QUIET)
def test_no_query_for_what_is_not_read(name):
    made = context()
    found = check(Scene(QUIET[name], lambda: made, PARTS))
    assert found.counts == (0, 0)
    assert made["books"]._result_cache is None


MAYBE = {
    "{% for b in books %}{% if b.title == '' %}{{ b.author.name }}{{ b.tags.all|length }}{% endif %}{% endfor %}": {
        "zoo_book"
    },
    "{% for b in books %}{% if nothing %}{% for c in b.chapters.all %}{{ c.translator.name }}{% endfor %}{% endif %}{% endfor %}": {
        "zoo_book"
    },
    "{% for b in books %}{% with a=b.author t=b.tags.all %}{% endwith %}{% endfor %}": {"zoo_book"},
    "{% for b in books %}{% for c in b.chapters.all %}{% if nothing %}{{ c.translator.name }}{% endif %}{% endfor %}{% endfor %}": {
        "zoo_book",
        "zoo_chapter",
    },
}


@pytest.mark.parametrize("source", MAYBE)
def test_no_table_is_read_for_a_branch_not_taken(source):
    found = check(Scene(source, context))
    # Joins count here: nothing may come along for a branch that may not be taken.
    joined = {
        name
        for sql in found.ours[0].queries
        for name in ("author", "chapter", "tag")
        if f'JOIN "zoo_{name}"' in sql
    }
    assert found.ours[0].tables == MAYBE[source]
    assert not joined


def test_a_cached_fragment_reads_nothing():
    source = "{% load cache %}{% cache 600 fragment %}{% for b in books %}{{ b.author.name }}{% endfor %}{% endcache %}"
    for backend in ("stock", "ours"):
        cache.clear()
        found = both(Scene(source, context), renders=2)
        assert len(found.ours[1].queries) == 0, backend
    cache.clear()


class WokenError(Exception):
    """Somebody has looked at a lazy value."""


def wake():
    raise WokenError


ASLEEP = lazy(wake, str)()


@pytest.mark.parametrize(
    "source",
    [
        "{{ 1 }}{% if nothing %}{{ user.name }}{% endif %}",
        "{% with u=user %}{% endwith %}{% include 'empty.html' with u=user %}",
        "{% for b in books %}{{ b.author.name }}{% endfor %}",
        "{% for b in books %}{% include 'empty.html' with u=user %}{% endfor %}",
        "{% for x in values %}{{ forloop.counter }}{% endfor %}",
        "{% for b in mixed %}{{ forloop.counter }}{{ b.author.name }}{% if forloop.first %}{{ b.editor.name }}{% endif %}{% endfor %}",
    ],
)
def test_lazy_values_sleep_on(source):
    asleep = SimpleLazyObject(wake)

    def lazy_context():
        made = list(books())
        # Lazy rows in a list are no reason to wake them before their turn.
        made[2].extra = asleep
        return {
            "books": books(), "user": asleep, "values": [asleep, asleep],
            "text": ASLEEP, "mixed": [made[0], made[1], made[2]],
        }  # fmt: skip

    check(Scene(source, lazy_context, PARTS))


def test_a_lazy_row_in_a_list_waits_for_its_turn():
    def lazy_context():
        made = list(books())
        return {"books": [made[0], made[1], SimpleLazyObject(wake)]}

    source = "{% for b in books %}{{ b.author.name }}{% endfor %}"
    found = both(Scene(source, lazy_context))
    assert found.stock.page == found.ours[0].page == (WokenError, "")


def test_a_lazy_row_is_shown_as_a_row():
    def lazy_context():
        return {"user": SimpleLazyObject(lambda: Author.objects.order_by("pk").first()), "all": [
            SimpleLazyObject(lambda n=n: Author.objects.order_by("pk")[n]) for n in range(3)]}  # fmt: skip

    check(
        Scene(
            "{{ user.name }}{{ user.country.name }}{% if user %}{{ user.pupils.all|length }}{% endif %}",
            lazy_context,
        )
    )
    check(
        Scene(
            "{% for u in all %}{{ u.name }}{{ u.country.name }}{% for p in u.pupils.all %}{{ p }}{% endfor %}{% endfor %}",
            lazy_context,
        )
    )


@pytest.mark.parametrize("name", ["stock", "django"])
def test_the_request_is_left_asleep(name, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(lambda: pytest.fail("somebody woke the user"))
    request.session = SimpleNamespace(accessed=False)
    template = engines[name].from_string(
        "{{ books|length }}{% if nothing %}{{ user }}{{ perms.zoo }}{{ messages }}{% endif %}"
    )
    with django_assert_num_queries(1):
        template.render({"books": books()}, request)


@pytest.mark.parametrize("name", ["stock", "django"])
def test_permissions_and_messages_work_as_ever(name, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    template = engines[name].from_string(
        "{{ user.is_authenticated }}{{ perms.zoo.add_book }}{{ messages|length }}{% for m in messages %}{% endfor %}"
    )
    with django_assert_num_queries(0):
        assert template.render({}, request) == "FalseFalse0"


def test_objects_are_as_the_view_has_them():
    """Ad-hoc attributes, changes and shared objects."""

    def changed():
        made = list(books())
        for n, book in enumerate(made):
            book.title, book.stars = f"<{n}>", n
        made[0].author = Author(name="only here")
        made[1].author = made[2].author
        made[1].author.name = "changed"
        return {"books": made, "one": made[1]}

    check(
        Scene(
            "{% for b in books %}{{ b.title }}{{ b.stars }}{{ b.author.name }}{{ b.author.country.name }}{% if b == one %}={% endif %}{% if b is one %}#{% endif %}{% endfor %}",
            changed,
        )
    )


def test_a_queryset_of_the_view_ends_evaluated(settings):
    settings.DJUST_CONFIG = {"JIT_ROW_MODE": False}
    for source in ("{% for b in books %}{{ b.author.name }}{% endfor %}", "{% if books %}{% endif %}", "{{ books|length }}",
                   "{% regroup books by author as g %}", "{% if one in books %}{% endif %}"):  # fmt: skip
        made = []

        def fresh(made=made):
            made.append(context())
            return made[-1]

        check(Scene(source, fresh))
        for handed in made:
            assert handed["books"]._result_cache is not None, source
            assert all(type(book) is Book for book in handed["books"])


def test_rows_deleted_or_changed_by_a_tag_are_shown_changed():
    source = "{% load handlers %}{% for b in books %}{{ b.author.name }}{% rename b %}{{ b.author.name }}{{ b.title }}{% endfor %}"
    check(Scene(source, context, libraries={"handlers": "tests.laws.handlers"}))
