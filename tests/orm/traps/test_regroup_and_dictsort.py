"""Rows that filters and tags rearrange are the same rows, in stock's order, at stock's cost."""

from __future__ import annotations

from traps.compared import loop
from zoo.models import Author, Book
from zoo.odd import Sample


def books():
    return Book.objects.order_by("pk")


BODIES = {
    "sorted by column": "{% for b in rows|dictsort:'title' %}{{ b.title }}{{ b.pk }}{% endfor %}",
    "sorted by parent": "{% for b in rows|dictsort:'author.name' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "sorted by grandparent": "{% for b in rows|dictsortreversed:'author.country.name' %}{{ b.title }}{% endfor %}",
    "sorted by nothing": "{% for b in rows|dictsort:'nothing' %}{{ b.title }}{% endfor %}",
    "sorted by a place": "{% for b in rows|dictsort:0 %}{{ b.title }}{% endfor %}",
    "sorted by a method": "{% for b in rows|dictsort:'author.label' %}{{ b.title }}{{ b.author.label }}{% endfor %}",
    "sorted by a count": "{% for b in rows|dictsort:'tags.count' %}{{ b.title }}{% endfor %}",
    "sorted by a row": "{% for b in rows|dictsort:'author' %}{{ b.title }}{% endfor %}",
    "sorted and cut": "{% for b in rows|dictsort:'title'|slice:':2' %}{{ b.author.name }}{% endfor %}",
    "cut and sorted": "{% for b in rows|slice:':3'|dictsort:'title' %}{{ b.author.name }}{% endfor %}",
    "sorted inside": "{% for b in rows %}{% for t in b.tags.all|dictsortreversed:'category.name' %}{{ t.name }}{% endfor %}{% endfor %}",
    "sorted under a name": "{% with s=rows|dictsort:'title' %}{% for b in s %}{{ b.author.country.name }}{% endfor %}{{ s|length }}{% endwith %}",
    "grouped by column": "{% regroup rows by title as g %}{% for x in g %}{{ x.grouper }}{% for b in x.list %}{{ b.pk }}{% endfor %}{% endfor %}",
    "grouped by parent": "{% regroup rows by author as g %}{% for x in g %}{{ x.grouper.name }}{{ x.grouper }}{{ x.list|length }}{% endfor %}",
    "grouped by its column": "{% regroup rows by author.name as g %}{% for x in g %}{{ x.grouper }}{% for b in x.list %}{{ b.title }}{{ b.author.name }}{% endfor %}{% endfor %}",
    "grouped by NULL": "{% regroup rows by editor as g %}{% for x in g %}{{ x.grouper|default_if_none:'-' }}{{ x.grouper.name }}{% endfor %}",
    "grouped by a dangling key": "{% regroup rows by sponsor as g %}{% for x in g %}{{ x.grouper.name }}{{ x.list|length }}{% endfor %}",
    "grouped and unpacked": "{% regroup rows by author.name as g %}{% for name, list in g %}{{ name }}{% for b in list %}{{ b.title }}{{ b.editor.name }}{% endfor %}{% endfor %}",
    "grouped by places": "{% regroup rows by title as g %}{% for x in g %}{{ x.0 }}{{ x.1|length }}{{ x.1.0.author.name }}{% endfor %}",
    "grouped and tested": "{% regroup rows by author as g %}{% if g %}{{ g|length }}{{ g.0.grouper.name }}{% endif %}",
    "grouped with a filter": "{% regroup rows by title|upper as g %}{% for x in g %}{{ x.grouper }}{{ x.list.0.author.name }}{% endfor %}",
    "grouped and sorted": "{% regroup rows|dictsort:'author.name' by author.name as g %}{% for x in g %}{{ x.grouper }}{% for b in x.list %}{{ b.title }}{% endfor %}{% endfor %}",
    "grouped, then sorted": "{% regroup rows by title as g %}{% for x in g|dictsort:'grouper' %}{{ x.grouper }}{% for b in x.list %}{{ b.author.name }}{% endfor %}{% endfor %}",
    "grouped in groups": "{% regroup rows by title as g %}{% for x in g %}{% regroup x.list by author as h %}{% for y in h %}{{ y.grouper.name }}{{ y.list|length }}{% endfor %}{% endfor %}",
    "grouped and read again": "{% regroup rows by title as g %}{% for b in rows %}{{ b.author.name }}{% endfor %}{% for x in g %}{{ x.list|length }}{% endfor %}",
    "grouped, never read": "{% regroup rows by title as g %}x",
    "grouped, passed on": "{% regroup rows by author as g %}{% include 'groups.html' with groups=g only %}",
    "first and last": "{% with f=rows|first l=rows|last %}{{ f.title }}{{ f.author.name }}{{ l.title }}{% endwith %}",
    "joined": "{{ rows|join:', ' }}{% for b in rows %}{{ b.title }}{% endfor %}",
    "sliced thrice": "{% for b in rows|slice:':2' %}{{ b.title }}{% endfor %}{% for b in rows|slice:'2:4' %}{{ b.author.name }}{% endfor %}{{ rows|slice:'4:'|length }}",
    "made a list": "{% for b in rows|slice:':'|dictsort:'pk' %}{{ b.title }}{{ b.author.name }}{% endfor %}",
    "unordered list": "{{ rows|unordered_list }}",
    "random of one": "{% for b in rows|slice:':1' %}{{ b.tags.all|slice:':1'|join:'/' }}{% endfor %}",
    "changes": "{% for b in rows|dictsort:'title' %}{% ifchanged b.title %}{{ b.title }}:{% endifchanged %}{{ b.author.name }}{% endfor %}",
    "changes of rows": "{% for b in rows|dictsort:'author.name' %}{% ifchanged b.author %}{{ b.author.name }}{% else %}-{% endifchanged %}{% endfor %}",
    "changes of both": "{% for b in rows %}{% ifchanged b.title b.author.name %}c{% endifchanged %}{% ifchanged %}{{ b.author.name }}{% endifchanged %}{% endfor %}",
    "cycles": "{% for b in rows %}{% cycle b.title b.author.name 'z' %}{% cycle 'a' b.author as c %}{{ c }}{% endfor %}",
    "cycle silent": "{% for b in rows %}{% cycle b.title b.author.name as c silent %}{{ c }}{% resetcycle c %}{% endfor %}",
}  # fmt: skip

PARTS = {
    "groups.html": "{% for x in groups %}{{ x.grouper.country.name }}{% for b in x.list %}{{ b.tags.all|length }}{% endfor %}{% endfor %}"
}

SOURCES = {
    "rows": books,
    "unordered": Book.objects.all,
    "list": lambda: list(books()),
    "manager": lambda: Author.objects.first().book_set.all(),
    "some": lambda: books()[1:5],
    "none": Book.objects.none,
    "related": lambda: books().select_related("author"),
    "read": lambda: (rows := books(), len(rows))[0],
}


def test_rearranged_rows(zoo_rows, same_grid):
    same_grid(SOURCES, BODIES, templates=PARTS, fails=None, joins=False)


def test_rows_whose_columns_are_odd(zoo_rows, same_each):
    columns = [
        "status",
        "level",
        "flag",
        "part",
        "day",
        "at",
        "took",
        "data",
        "paper",
        "markup",
        "loud",
        "recipe",
    ]
    for column in columns:
        same_each(
            {
                f"sorted by {column}": (Sample.objects.all, f"{{% for b in rows|dictsort:'{column}' %}}{{{{ b.whole }}}}{{% endfor %}}"),
                f"grouped by {column}": (Sample.objects.all, f"{{% regroup rows by {column} as g %}}{{% for x in g %}}{{{{ x.grouper }}}}{{{{ x.list|length }}}}{{% endfor %}}"),
                f"changed {column}": (Sample.objects.all, loop(f"{{% ifchanged b.{column} %}}{{{{ b.{column} }}}}{{% endifchanged %}}")),
            },
            fails=None,
        )  # fmt: skip


GIVES_UP = {
    "at a NULL": "{% for b in rows|dictsort:'editor.name' %}{{ b.title }}{% endfor %}",
    "before a relation is read": "{% for b in rows|dictsort:'editor.name' %}{{ b.author.name }}{% endfor %}",
    "at a missing attribute": "{% for b in rows|dictsort:'nothing' %}{{ b.author.name }}{% endfor %}",
    "at a place": "{% for b in rows|dictsort:0 %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}",
    "of a relation": "{% for b in rows|dictsort:'pk' %}{% for t in b.tags.all|dictsort:'nothing' %}{{ t.category.name }}{% endfor %}{% endfor %}",
    "under a name": "{% with s=rows|dictsort:'editor.name' %}{{ s|length }}{% for b in s %}{{ b.vault.name }}{% endfor %}{% endwith %}",
    "and is cut": "{% for b in rows|dictsort:'editor.name'|slice:':2' %}{{ b.author.name }}{% endfor %}",
}


def test_a_sort_that_gives_up_asks_for_nothing(zoo_rows, same_grid):
    same_grid({"rows": Book.objects.all, "ordered": books}, GIVES_UP)
