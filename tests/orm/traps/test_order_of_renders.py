"""The same render costs the same alone, repeated, and before or after others; what one learns makes none dearer."""

from __future__ import annotations

import random

from django.template.backends.django import DjangoTemplates
from traps.compared import case_of, loop, turn
from zoo.models import Author, Book, Comment, Node
from zoo.odd import Sample, Talking

from djust_backend import DjustTemplates


def books():
    return Book.objects.order_by("pk")


PAGES = {
    "columns": (books, loop("{{ b.title }}")),
    "chain": (books, loop("{{ b.author.country.name }}")),
    "unordered chain": (Book.objects.all, loop("{{ b.author.country.name }}")),
    "property": (Author.objects.all, loop("{{ b.label }}{{ b.mentor.label }}")),
    "text": (Talking.objects.all, loop("{{ b }}")),
    "method": (Talking.objects.all, loop("{{ b.label }}")),
    "method, maybe": (
        Talking.objects.all,
        loop("{% if forloop.counter > 2 %}{{ b.label }}{% endif %}"),
    ),
    "text of relations": (
        Author.objects.all,
        loop("{% for t in b.talks.all %}{{ t }}{% endfor %}"),
    ),
    "tag": (books, loop("{% seen 'b' 'author.country.name' %}")),
    "filter": (books, loop("{{ b|attribute:'author.country.name' }}")),
    "collections": (books, loop("{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}")),
    "counts": (books, loop("{{ b.tags.count }}{{ b.chapters.count }}")),
    "maybe": (books, loop("{% if b.title == 'b1' %}{{ b.author.name }}{% endif %}")),
    "other maybe": (books, loop("{% if b.title == 'b2' %}{{ b.author.name }}{% endif %}")),
    "list": (lambda: list(books()), loop("{{ b.author.name }}{{ b.tags.all|length }}")),
    "dangling": (books, loop("{{ b.sponsor.name }}{{ b.publisher.name }}")),
    "generic": (Comment.objects.all, loop("{{ b.target.author.name }}")),
    "tree": (Node.objects.all, loop("{{ b.parent.parent.name }}{{ b.children.count }}")),
    "samples": (
        Sample.objects.all,
        loop("{{ b.whole }}{{ b.group.name }}{{ b.get_status_display }}"),
    ),
    "one": (lambda: books()[:1], loop("{{ b.author.name }}{{ b.tags.all|length }}")),
    "none": (books().none, loop("{{ b.author.name }}")),
    "nulls first": (
        lambda: Book.objects.filter(editor=None).order_by("pk"),
        loop("{{ b.editor.name }}"),
    ),
    "then the others": (books, loop("{{ b.editor.name }}{{ b.editor.country.name }}")),
}


def test_any_order_costs_no_more_than_stock(zoo_rows):
    cases = {name: case_of(make, source) for name, (make, source) in PAGES.items()}
    stock = {name: turn(case.template(DjangoTemplates), case) for name, case in cases.items()}
    fresh = {name: turn(case.template(DjustTemplates), case) for name, case in cases.items()}
    templates = {name: case.template(DjustTemplates) for name, case in cases.items()}
    order = list(cases) * 4
    for seed in range(6):
        random.Random(seed).shuffle(order)
        for name in order:
            found = turn(templates[name], cases[name])
            assert found.page == stock[name].page, (name, seed)
            assert len(found.queries) <= len(stock[name].queries), (name, seed)
            assert len(found.queries) <= len(fresh[name].queries), (name, seed)


def test_rows_of_another_kind_next_time(zoo_rows):
    """What was learned of some rows holds for rows that have less, more, or nothing of it."""
    sources = {
        "all": books,
        "none": books().none,
        "one": lambda: books()[:1],
        "without editor": lambda: Book.objects.filter(editor=None).order_by("pk"),
        "with editor": lambda: Book.objects.exclude(editor=None).order_by("pk"),
        "list": lambda: list(books()),
        "authors": Author.objects.all,
        "talks": Talking.objects.all,
        "values": lambda: books().values("title", "author__name"),
        "deferred": lambda: books().only("title"),
        "samples": Sample.objects.all,
        "strings": lambda: ["a", "b"],
        "nothing": lambda: None,
    }
    bodies = [
        loop("{{ b.title }}{{ b.name }}"),
        loop("{{ b.title }}{{ b.author.name }}{{ b.author.country.name }}"),
        loop("{{ b }}{{ b.label }}{{ b.editor.name }}"),
        loop("{{ b.tags.count }}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}"),
        loop("{% if b.editor %}{{ b.editor.mentor.name }}{% endif %}{{ b.mentor.name }}"),
    ]
    for body in bodies:
        cases = {name: case_of(make, body) for name, make in sources.items()}
        shared = case_of(dict, body).template(DjustTemplates)
        stock = {name: turn(case.template(DjangoTemplates), case) for name, case in cases.items()}
        order = list(cases) * 3
        random.Random(body).shuffle(order)
        for name in order:
            found = turn(shared, cases[name])
            assert found.page == stock[name].page, (name, body)
            if isinstance(found.page, str):
                assert len(found.queries) <= len(stock[name].queries), (name, body)
