"""TABLE: questions about collections inside loops over instances: one query for all, and stock's answer for each."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.models import Prefetch
from django.template.backends.django import DjangoTemplates
from zoo.models import Author, Book, Chapter, Club, Dish, Member, Membership, Place, Restaurant, Tag

from djust_backend import DjustTemplates
from tests.laws.queries import Scene, check, run
from tests.laws.test_queries_saved import library as library

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def books():
    """Six instances, so that no query is left to the first loop."""
    return list(Book.objects.order_by("pk"))


def each(body: str) -> str:
    return "{% for b in books %}" + body + ";{% endfor %}"


TEMPLATES = {"tags.html": "{% for t in tags %}{{ t.name }}{% endfor %}"}

#: Name: the template, stock's queries and ours. Every second book has no chapters. The first question about a generic
#: relation of a process asks for the content type as well.
PAGES = {
    "count": (each("{{ b.tags.count }}"), 6, 1),
    "count of all": (each("{{ b.tags.all.count }}"), 6, 1),
    "count of a reverse key": (each("{{ b.chapters.count }}"), 6, 1),
    "generic count": (each("{{ b.comments.count }}"), 7, 2),
    "generic length": (each("{{ b.comments.all|length }}"), 7, 2),
    "counts of both kinds": (
        each("{{ b.tags.count }}{{ b.tags.all.count }}{{ b.tags.all|length }}"),
        18,
        1,
    ),
    "length": (each("{{ b.tags.all|length }}"), 6, 1),
    "pluralize": (each("{{ b.tags.all|length }} tag{{ b.tags.all|pluralize }}"), 12, 1),
    "length compared": (each("{% if b.tags.all|length > 1 %}many{% endif %}"), 6, 1),
    "length under a name": (
        each("{% with n=b.tags.all|length %}{{ n }}{{ n }}{% endwith %}"),
        6,
        1,
    ),
    "count in filters": (each("{{ b.tags.count|add:1|stringformat:'03d' }}"), 6, 1),
    "exists": (each("{{ b.chapters.exists }}"), 6, 1),
    "exists of all": (each("{{ b.chapters.all.exists }}"), 6, 1),
    "if exists": (each("{% if b.chapters.exists %}y{% else %}n{% endif %}"), 6, 1),
    "if": (each("{% if b.chapters.all %}y{% else %}n{% endif %}"), 6, 1),
    "if not": (each("{% if not b.chapters.all %}n{% endif %}"), 6, 1),
    "if any": (each("{% if b.chapters.all or b.tags.all %}y{% endif %}"), 9, 2),
    "if both": (each("{% if b.chapters.all and b.tags.all %}y{% endif %}"), 9, 2),
    "exists and count": (each("{% if b.chapters.exists %}{{ b.chapters.count }}{% endif %}"), 9, 2),
    "exists and always count": (each("{{ b.chapters.exists }}{{ b.chapters.count }}"), 12, 1),
    "count, maybe rows": (
        each(
            "{{ b.tags.count }}{% if b.title == 'b1' %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endif %}"
        ),
        7,
        2,
    ),
    "count, always rows": (
        each("{{ b.tags.count }}{% for t in b.tags.all %}{{ t.name }}{% endfor %}"),
        12,
        1,
    ),
    "length, maybe rows": (
        each(
            "{{ b.tags.all|length }}{% if b.title == 'b1' %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endif %}"
        ),
        7,
        1,
    ),
    "truth and rows": (
        each("{% if b.tags.all %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endif %}"),
        12,
        1,
    ),
    "first": (each("{{ b.tags.first.name }}"), 6, 1),
    "first of nothing": (each("{{ b.chapters.first.number }}{{ b.chapters.first }}"), 12, 1),
    "first of all": (each("{{ b.chapters.all.first.number }}"), 6, 1),
    "first goes on": (each("{{ b.tags.first.category.name }}"), 12, 2),
    "first twice": (each("{{ b.tags.first.name }}{{ b.tags.first.category.name }}"), 18, 2),
    "first and back": (each("{{ b.chapters.first.book.title }}"), 6, 1),
    "first under a name": (
        each("{% with t=b.tags.first %}{{ t.name }}{{ t.category.name }}{% endwith %}"),
        12,
        2,
    ),
    "first filter": (
        each("{% with t=b.tags.all|first %}{{ t.name }}{{ t.category.name }}{% endwith %}"),
        12,
        2,
    ),
    "first filter of nothing": (each("[{{ b.chapters.all|first }}]"), 6, 1),
    "item": (each("{{ b.tags.all.0.name }}"), 6, 1),
    "item goes on": (each("{{ b.tags.all.0.category.name }}"), 12, 2),
    "item that is not there": (
        each("[{{ b.tags.all.1.name }}{{ b.tags.all.7 }}{{ b.chapters.all.0|default:'-' }}]"),
        18,
        3,
    ),
    "item as an argument": (each("{{ b.title|default:b.tags.all.0.name }}"), 6, 1),
    "slice": (each("{% for t in b.tags.all|slice:':2' %}{{ t.name }}{% endfor %}"), 6, 1),
    "slice goes on": (
        each("{% for t in b.tags.all|slice:':2' %}{{ t.category.name }}{% endfor %}"),
        16,
        2,
    ),
    "slice of the rest": (
        each("{% for t in b.tags.all|slice:'1:' %}{{ t.name }}{% empty %}-{% endfor %}"),
        6,
        1,
    ),
    "slice between": (
        each("{% for t in b.tags.all|slice:'1:2' %}{{ t.name }}{% empty %}-{% endfor %}"),
        6,
        1,
    ),
    "slice by name": (each("{% for t in b.tags.all|slice:part %}{{ t.name }}{% endfor %}"), 6, 1),
    "slice of a slice": (
        each("{% for t in b.tags.all|slice:':2'|slice:'1:' %}{{ t.name }}{% endfor %}"),
        6,
        1,
    ),
    "slice of everything": (
        each("{% for t in b.tags.all|slice:':' %}{{ t.name }}{% endfor %}"),
        6,
        6,
    ),
    "slice in steps": (each("{% for t in b.tags.all|slice:'::2' %}{{ t.name }}{% endfor %}"), 6, 6),
    "slice of none": (
        each("{% for t in b.tags.all|slice:':0' %}{{ t.name }}{% empty %}-{% endfor %}"),
        0,
        0,
    ),
    "slice, its length": (
        each("{{ b.tags.all|slice:':2'|length }}{% if b.tags.all|slice:':2' %}y{% endif %}"),
        12,
        1,
    ),
    "slice, joined": (each("{{ b.chapters.all|slice:':2'|join:',' }}"), 6, 1),
    "slice, its first": (
        each("{% with c=b.chapters.all|slice:'1:'|first %}{{ c.number }}{% endwith %}"),
        6,
        1,
    ),
    "slice under a name": (
        each(
            "{% with ts=b.tags.all|slice:':2' %}{% if ts %}{% for t in ts %}{{ t.name }}{% endfor %}{{ ts|length }}{% endif %}{% endwith %}"
        ),
        6,
        1,
    ),
    "slice under a name, unread": (each("{% with ts=b.tags.all|slice:':2' %}x{% endwith %}"), 0, 0),
    "slice under a name, read once": (
        each(
            "{% with ts=b.tags.all|slice:':2' %}{% if b.title == 'b2' %}{% for t in ts %}{{ t.name }}{% endfor %}{% endif %}{% endwith %}"
        ),
        1,
        1,
    ),
    "slice of a name": (
        each(
            "{% with ts=b.tags.all %}{% for t in ts|slice:':2' %}{{ t.name }}{% endfor %}{% endwith %}"
        ),
        6,
        1,
    ),
    "slice included": (each("{% include 'tags.html' with tags=b.tags.all|slice:':2' %}"), 6, 1),
    "slice regrouped": (
        each(
            "{% regroup b.tags.all|slice:':2' by category as groups %}{% for g in groups %}{{ g.grouper.name }}{{ g.list|length }}{% endfor %}"
        ),
        16,
        2,
    ),
    "slice and all rows": (
        each(
            "{% for t in b.tags.all|slice:':1' %}{{ t.name }}{% endfor %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}"
        ),
        12,
        1,
    ),
    "several questions": (
        each(
            "{{ b.tags.count }}{{ b.tags.first.name }}{% for t in b.tags.all|slice:':2' %}{{ t.name }}{% endfor %}"
        ),
        18,
        3,
    ),
    "questions to many": (
        "{% for b in books %}{% for t in b.tags.all %}{{ t.book_set.count }}{{ t.book_set.first.title }}{% endfor %}{% endfor %}",
        30,
        3,
    ),
    "questions to one": (
        "{% for b in books %}{{ b.author.book_set.count }}{{ b.author.pupils.first.name }}{% endfor %}",
        18,
        3,
    ),
    "never": (each("{% if nothing %}{{ b.tags.count }}{{ b.tags.first }}{% endif %}"), 0, 0),
    "only once": (each("{% if forloop.last %}{{ b.tags.count }}{% endif %}"), 1, 1),
    "printed": (each("{{ b.tags.all }}"), 6, 6),
    "firstof": (each("{% firstof b.chapters.all b.title %}"), 6, 1),
    "last": (each("{{ b.tags.last.name }}"), 6, 6),
    "one": (
        "{{ one.tags.count }}{{ one.tags.first.name }}{% for t in one.tags.all|slice:':2' %}{{ t.name }}{% endfor %}",
        3,
        3,
    ),
    "without an order": (
        "{% for t in tags %}{{ t.book_set.all.0.title }}{{ t.book_set.all|slice:':1'|length }}{% endfor %}",
        6,
        6,
    ),
    "first without an order": ("{% for t in tags %}{{ t.book_set.first.title }}{% endfor %}", 3, 1),
    "a manager of its own": (each("{{ b.review_set.count }}{{ b.review_set.first }}"), 12, 12),
    "a generic first": (each("{{ b.comments.first.text }}"), 7, 7),
}


@pytest.fixture(autouse=True)
def chapters(library):
    for book in Book.objects.order_by("pk")[::2]:
        book.chapters.all().delete()


#: Sources whose rows are not all alike, and every question.
QUESTIONS = each(
    "{{ b.tags.count }}{{ b.chapters.exists }}{% if b.chapters.all %}y{% endif %}{{ b.tags.all|length }}"
    "{{ b.tags.first }}{{ b.chapters.all.0.number }}{% for t in b.tags.all|slice:':2' %}{{ t.category.name }}{% endfor %}"
)


def unsaved():
    return [*books(), Book(title="new")]


def twice():
    found = books()
    return [*found, *books(), found[0]]


def half_prefetched():
    found = list(Book.objects.prefetch_related("tags").order_by("pk")[:3])
    return [*found, *books()[3:]]


def changed_key():
    found = books()
    found[1].pk = str(found[1].pk)
    found[2].pk = None
    found[3].pk = found[4].pk
    return found


SOURCES = {
    "instances": books,
    "unsaved": unsaved,
    "twice": twice,
    "half prefetched": half_prefetched,
    "changed keys": changed_key,
    "deferred": lambda: list(Book.objects.only("title").order_by("pk")),
    "filtered": lambda: list(
        Book.objects.prefetch_related(
            Prefetch("chapters", Chapter.objects.filter(number=0))
        ).order_by("pk")
    ),
    "one": lambda: books()[:1],
    "none": list,
    "mixed": lambda: [
        *books(),
        *Author.objects.all(),
        {"tags": {"count": 3, "first": "x", "all": [1, 2]}},
        None,
    ],
    "raw": lambda: Book.objects.raw("SELECT * FROM zoo_book ORDER BY id"),
    "generator": lambda: (book for book in books()),
    "QuerySet that is handed on": lambda: Book.objects.order_by("pk"),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_question_to_every_source(source):
    check(Scene(QUESTIONS + "{{ books|length }}", lambda: {"books": SOURCES[source]()}))
    for body in PAGES.values():
        check(Scene(body[0], lambda: {"books": SOURCES[source](), "part": ":2"}, TEMPLATES))


#: Relations of other kinds: the parents, and what is asked of each.
RELATIVES = {
    "entries that are there twice": (
        Club,
        "{{ p.members.count }}{{ p.members.all|length }}{{ p.members.first.name }}",
    ),
    "the far side": (
        Author,
        "{{ p.club_set.count }}{{ p.club_set.exists }}{{ p.edited.first.title }}",
    ),
    "keys of a parent table": (
        Restaurant,
        "{{ p.dishes.count }}{{ p.dishes.first.name }}{{ p.dishes.all.1.name }}",
    ),
    "the parent table itself": (
        Place,
        "{{ p.dishes.count }}{% for d in p.dishes.all|slice:':1' %}{{ d.place.name }}{% endfor %}",
    ),
    "its own kind": (
        Member,
        "{{ p.friends.count }}{{ p.followers.count }}{{ p.follows.first.age }}{{ p.followers.all.0.age }}",
    ),
}


@pytest.mark.parametrize("name", RELATIVES)
def test_relations_of_every_kind(library, name):
    model, body = RELATIVES[name]
    relatives(library)
    page = "{% for p in rows %}" + body + ";{% endfor %}"
    found = check(Scene(page, lambda: {"rows": list(model.objects.order_by("pk"))}))
    questions = body.count("p.")
    assert found.counts[0] > questions >= found.counts[1]


def relatives(library):
    from zoo.models import Country

    country = Country.objects.first()
    for n in range(4):
        club = Club.objects.create(name=f"c{n}")
        for author in library.authors[:n]:
            Membership.objects.create(club=club, author=author)
            Membership.objects.create(club=club, author=author, since=2)
        place = Restaurant.objects.create(name=f"p{n}", country=country)
        for number in range(n):
            Dish.objects.create(place=place, name=f"d{number}")
        member = Member.objects.create(age=n)
        member.friends.set(Member.objects.all()[:2])
        member.follows.set(Member.objects.all()[:n])


#: Python code that runs between the questions; the handlers write to the database.
BETWEEN = {
    "writes through the instance": each(
        "{{ b.tags.count }}{% add_tag b %}{{ b.tags.count }}{{ b.tags.first.name }}"
    ),
    "writes through another instance": each(
        "{{ b.tags.count }}{% add_tag_to_next b %}{{ b.tags.all|length }}"
    ),
    "writes and slices": each(
        "{% add_chapter b %}{% for c in b.chapters.all|slice:':2' %}{{ c.number }}{% endfor %}"
    ),
    "writes once": each(
        "{% if forloop.counter == 3 %}{% add_tag_to_next b %}{% endif %}{{ b.tags.count }}{{ b.tags.exists }}"
    ),
    "reads": each("{{ b.tags.count }}{% credit b %}{{ b.tags.count }}"),
    "is handed a slice": each(
        "{% with ts=b.tags.all|slice:':2' %}{% described ts %}{% for t in ts %}{{ t }}{% endfor %}{% described ts %}{% endwith %}"
    ),
    "is handed a row": each(
        "{% with t=b.tags.first c=b.chapters.first %}{% described t %}{% described c %}{% endwith %}"
    ),
    "looks at the instance": each("{{ b.tags.count }}{{ b.tags.first.name }}{% described b %}"),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_python_code_between_the_questions(name):
    libraries = {"handlers": "tests.laws.handlers"}
    page = "{% load handlers %}" + BETWEEN[name]
    for _ in range(2):
        scene = Scene(page, lambda: {"books": books()}, libraries=libraries)
        found = [rolled_back(scene, backend) for backend in (DjangoTemplates, DjustTemplates)]
        assert found[1].page == found[0].page
        assert len(found[1].queries) <= len(found[0].queries)


def rolled_back(scene, backend):
    with transaction.atomic():
        found = run(scene.template(backend), scene)
        transaction.set_rollback(True)
    return found


def test_nothing_is_left_on_the_connection_or_the_instances():
    rows = books()
    scene = Scene(QUESTIONS, lambda: {"books": rows})
    before = [dict(vars(row)) for row in rows]
    run(scene.template(DjustTemplates), scene)
    assert connection.execute_wrappers == []
    assert [dict(vars(row)) for row in rows] == before


def test_an_error_on_the_way_leaves_nothing_on_the_connection():
    scene = Scene(each("{{ b.tags.count }}{% include missing %}"), lambda: {"books": books()})
    check(scene)
    assert connection.execute_wrappers == []


def context():
    found = books()
    return {"books": found, "one": found[0], "tags": list(Tag.objects.all()), "part": ":2"}


@pytest.mark.parametrize("name", PAGES)
def test_as_many_queries_as_questions(name):
    page, stock, ours = PAGES[name]
    assert check(Scene(page, context, TEMPLATES)).counts == (stock, ours)
