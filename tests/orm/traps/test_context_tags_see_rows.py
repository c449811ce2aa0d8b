"""Python code that looks at the context finds rows, sources and loops as on stock."""

from __future__ import annotations

from traps.compared import loop
from zoo.models import Author, Book


def books():
    return Book.objects.order_by("pk")


BODIES = {
    "row": "{{ b.title }}{% seen 'b' %}",
    "path of a row": "{{ b.author.name }}{% seen 'b' 'author.name' %}",
    "path that the template does not have": "{{ b.title }}{% seen 'b' 'author.country' %}",
    "source": "{{ b.title }}{% seen 'rows' %}",
    "names": "{{ b.title }}{% names %}",
    "names, empty body": "{% names %}",
    "loops": "{{ b.title }}{% loops %}{% for t in b.tags.all %}{{ t.name }}{% loops %}{% endfor %}",
    "kept": "{{ b.title }}{% keep b %}{% kept %}",
    "kept and compared": "{{ b.author.name }}{% keep b %}{% keep b %}{% kept %}",
    "as a value": "{% seen 'b' 'title' as t %}{{ t }}{{ b.author.name }}",
    "inner row": "{% for t in b.tags.all %}{{ t.name }}{% seen 't' 'category' %}{% seen 'b' %}{% endfor %}",
    "body": "{% around %}{{ b.author.name }}{% seen 'extra' %}{% endaround %}{{ extra }}",
    "body of loops": "{% around %}{% for t in b.tags.all %}{{ t.category.name }}{% endfor %}{% endaround %}",
    "bound": "{% bind x b.author %}{{ x.name }}{{ x.country.name }}",
    "bound rows": "{% bind x b.tags.all %}{% for t in x %}{{ t.name }}{% endfor %}{{ x|length }}",
    "bound manager": "{% bind x b.tags %}{% for t in x.all %}{{ t.name }}{% endfor %}{{ x.count }}",
    "left behind": "{% bind forgotten b %}",
    "inclusion": "{% shown b %}{% shown b.author %}",
    "filter": "{{ b|attribute:'author.country.name' }}{{ b|attribute:'tags.count' }}",
    "filter on a relation": "{{ b.author|attribute:'country.name' }}{{ b.tags.all|attribute:'query.model.__name__' }}",
    "debug": "{{ b.title }}{% if forloop.first %}{% debug %}{% endif %}",
    "with": "{% with x=b y=b.author z=b.tags.all %}{% names %}{{ x.title }}{% seen 'y' 'country.name' %}{% endwith %}",
    "included": "{% include 'names.html' %}{% include 'names.html' with x=b only %}",
    "set": "{% put b 'title' 'set' %}{{ b.title }}{% seen 'b' 'title' %}",
    "set of a parent": "{% put b.author 'name' b.title %}{{ b.author.name }}{% seen 'b' 'author.name' %}",
    "forgotten": "{% put b 'title' 'set' %}{% forget b %}{{ b.title }}",
    "its own query": "{% asked %}{{ b.author.name }}",
    "source again": "{{ b.title }}{% sizes rows %}",
    "shadowed": "{% with b=b.author %}{{ b.name }}{% seen 'b' %}{% endwith %}{{ b.title }}",
    "a variable for a path": "{{ b.title }}{% seen name 'author.name' %}",
    "in a filter block": "{% filter upper %}{% seen 'b' %}{{ b.author.name }}{% endfilter %}",
    "in a cache": "{% load cache %}{% cache 0 row b.pk %}{% seen 'b' 'author' %}{{ b.author.name }}{% endcache %}",
}

PARTS = {"names.html": "{% load tools %}{% names %}{% seen 'b' %}{{ b.author.name }}{{ x.author.name }}", "row.html": "{{ b.pk }}{{ b.author.name }}{{ b.country.name }}"}  # fmt: skip

SOURCES = {"rows": books, "list": lambda: list(books()), "unordered": Book.objects.all}


def test_what_tags_find(zoo_rows, same_grid):
    sources = {
        name: lambda make=make: {"rows": make(), "name": "b"} for name, make in SOURCES.items()
    }
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(sources, bodies, templates=PARTS, joins=False)


AROUND = {
    "before the loop": "{% sizes rows %}" + loop("{{ b.title }}{{ b.author.name }}"),
    "after the loop": loop("{{ b.title }}{{ b.author.name }}") + "{% sizes rows %}{% names %}",
    "around the loop": "{% around %}" + loop("{{ b.author.name }}") + "{% endaround %}{% seen 'rows' %}",
    "debug after": loop("{{ b.title }}") + "{% debug %}",
    "debug before": "{% debug %}" + loop("{{ b.title }}"),
    "bound source": "{% bind r rows %}{% for b in r %}{{ b.author.name }}{% endfor %}{{ r|length }}",
    "bound part": "{% bind r rows|slice:':2' %}{% for b in r %}{{ b.author.name }}{% endfor %}",
    "kept across loops": loop("{% keep b %}{{ b.title }}") + loop("{% keep b %}") + "{% kept %}",
    "names across loops": loop("{{ b.title }}") + "{% names %}" + loop("{{ b.author.name }}"),
    "changed between loops": loop("{% put b 'title' 'x' %}") + loop("{{ b.title }}{{ b.author.name }}"),
    "changed and read by a tag": loop("{{ b.title }}") + loop("{% put b 'title' 'x' %}") + "{% sizes rows %}" + loop("{{ b.title }}"),
    "author changed between loops": loop("{% put b 'author' author %}") + loop("{{ b.author.name }}"),
    "key changed between loops": loop("{{ b.title }}{% put b 'author_id' author.pk %}") + loop("{{ b.author.name }}"),
    "columns, then changed": loop("{{ b.author.name }}") + loop("{% put b 'author_id' author.pk %}") + loop("{{ b.author.name }}"),
    "in a block": "{% include 'child.html' %}",
}  # fmt: skip


def test_tags_around_loops(zoo_rows, same_each):
    parts = {
        "child.html": "{% extends 'base.html' %}{% load tools %}{% block rows %}"
        + loop("{{ b.author.name }}{% seen 'b' %}")
        + "{{ block.super }}{% endblock %}",
        "base.html": "{% load tools %}{% block rows %}"
        + loop("{{ b.title }}")
        + "{% sizes rows %}{% endblock %}",
    }

    def context():
        return {"rows": books(), "author": Author.objects.get(name="boss")}

    cases = {name: (context, body, {"templates": parts}) for name, body in AROUND.items()}
    same_each(cases, joins=False)
