"""What fails on stock fails here: the same error, at the same place, and only if it is reached."""

from __future__ import annotations

import pytest
from django.db.models import Prefetch
from traps.compared import FAILS, loop
from zoo.models import Author, Book, Tag
from zoo.odd import Talking


def books():
    return Book.objects.order_by("pk")


QUERYSETS = {
    "no such table": lambda: Book.objects.raw("SELECT * FROM nowhere"),
    "no primary key": lambda: Book.objects.raw("SELECT title FROM zoo_book"),
    "no such column": lambda: books().extra(where=["nonsense = 1"]),
    "no such selection": lambda: books().select_related("nothing"),
    "a column selected": lambda: books().select_related("title"),
    "a collection selected": lambda: books().select_related("tags"),
    "no such prefetch": lambda: books().prefetch_related("nothing"),
    "no such prefetch, deep": lambda: books().prefetch_related("author__nothing"),
    "a column prefetched": lambda: books().prefetch_related("title"),
    "prefetched twice": lambda: books().prefetch_related(
        "tags", Prefetch("tags", Tag.objects.all())
    ),
    "prefetched by two QuerySets": lambda: books().prefetch_related(
        Prefetch("tags", Tag.objects.all()), Prefetch("tags", Tag.objects.distinct())
    ),
    "sliced prefetch": lambda: books().prefetch_related(Prefetch("tags", Tag.objects.all()[:1])),
    "selected and deferred": lambda: books().select_related("author").only("title"),
    "nothing deferred": lambda: books().defer("nothing"),
    "the key deferred": lambda: books().defer("pk"),
    "nothing of a relation deferred": lambda: books().defer("author__nothing"),
    "beyond a column deferred": lambda: books().defer("title__nothing"),
    "only nothing": lambda: books().only("title", "nothing"),
    "only nothing of a relation": lambda: books().only("title", "author__nothing"),
    "unread until then": lambda: books().filter(
        pk__in=Book.objects.extra(where=["nonsense"]).values("pk")
    ),
    "other database": lambda: books().using("nowhere"),
}

READ = {
    "loop": loop("{{ b.title }}"),
    "chain": loop("{{ b.author.name }}"),
    "truth": "{% if rows %}y{% endif %}",
    "length": "{{ rows|length }}",
    "part": "{% for b in rows|slice:':2' %}{{ b.author.name }}{% endfor %}",
    "never": "{% if nothing %}{% for b in rows %}{{ b.author.name }}{% endfor %}{% endif %}",
    "collections": loop("{% for t in b.tags.all %}{{ t.name }}{% endfor %}"),
    "and": "{% if rows and rows %}y{% else %}n{% endif %}{{ rows|length }}",
    "not": "{% if not rows %}y{% else %}n{% endif %}",
    "or": "{% if nothing or rows %}y{% else %}n{% endif %}",
    "in": "{% if 'x' in rows %}y{% else %}n{% endif %}",
    "sized": "{% if rows|length > 1 %}y{% else %}n{% endif %}",
    "first": "{{ rows|first }}{{ rows|last }}",
    "printed": "{{ rows }}",
    "default": "{{ rows|default:'-' }}",
    "yes or no": "{{ rows|yesno }}",
    "first of": "{% firstof rows 'x' %}",
    "grouped": "{% regroup rows by author as g %}{{ g|length }}",
    "list": "{{ rows|unordered_list }}",
    "length, then loop": "{{ rows|length }}" + loop("{{ b.author.name }}"),
    "twice": "{% if rows and nothing %}{% endif %}" + loop("{{ b.title }}"),
    "bound": "{% with r=rows %}{{ r|length }}{% if r %}y{% endif %}{% endwith %}",
    "counted before": "{{ rows.count }}{{ rows|length }}" + loop("{{ b.title }}"),
    "counted in vain": "{{ rows.count }}{% if nothing %}" + loop("{{ b.title }}") + "{% endif %}",
    "asked before": "{{ rows.exists }}{{ rows|length }}{{ rows.count }}{{ rows|length }}",
    "count": "{{ rows.count }}{{ rows.exists }}{{ rows.first.title }}",
}


def test_querysets_that_fail(zoo_rows, same_grid):
    same_grid(QUERYSETS, READ, fails=None, joins=False)


def test_querysets_that_would_fail_of_more_rows(zoo_rows, same_grid):
    empty = {
        name: lambda make=make: make().filter(title="nothing")
        for name, make in QUERYSETS.items()
        if name not in ("no such table", "no primary key")
    }
    same_grid(empty, READ, fails=None, joins=False)


class Failing:
    """Rows that come until one does not."""

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        yield from self.rows
        raise LookupError("no more rows")


ERRORS = {
    "generator": (lambda: Failing(books()[:2]), loop("{{ b.author.name }}"), FAILS),
    "method of a row": (Talking.objects.all, loop("{{ b.author.name }}{{ b.broken }}"), FAILS),
    "method of the third row": (
        Talking.objects.all,
        loop("{% if forloop.counter == 3 %}{{ b.broken }}{% endif %}{{ b.author.name }}"),
        FAILS,
    ),
    "method of the last": (
        Talking.objects.all,
        loop("{{ b.author.name }}") + "{% with x=rows|last %}{{ x.broken }}{% endwith %}",
        FAILS,
    ),
    "in an inclusion": (Talking.objects.all, loop("{% include 'broken.html' %}"), FAILS),
    "a missing inclusion": (Talking.objects.all, loop("{{ b.author.name }}{% include 'nothing.html' %}"), FAILS),
    "a filter": (books, loop("{{ b.author|attribute:'nothing' }}"), FAILS),
    "a collection of an unsaved row": (lambda: [Book()], loop("{% for t in b.tags.all %}{% endfor %}"), FAILS),
    "an unsaved row's manager": (lambda: [Book()], loop("{{ b.tags.count }}"), FAILS),
    "an unset key": (lambda: [Book()], loop("{{ b.author.name }}{{ b.author }}")),
    "a manager in a loop": (books, loop("{% for t in b.tags %}{{ t }}{% endfor %}"), FAILS),
    "a manager of nothing": (lambda: Book.objects, loop("{{ b.title }}"), FAILS),
    "a row in a loop": (books, loop("{% for x in b.author %}{{ x }}{% endfor %}"), FAILS),
    "too many names": (books, "{% for a, b in rows %}{{ a }}{% endfor %}", FAILS),
    "names of pairs": (books, "{% for a, b in rows.values_list %}{{ a }}{% endfor %}", FAILS),
    "a comparison": (books, loop("{% if b < b.author %}x{% endif %}{% if b.author > 3 %}y{% endif %}")),
    "widths": (books, loop("{% widthratio b.author b.pk 10 %}{% widthratio b.author.pk 10 100 %}")),
    "private names": (lambda: {"rows": books()}, loop("{{ b.author.name }}{{ b.title.nothing.more }}")),
    "deferred and deleted": (
        lambda: (list(books().defer("title")), Book.objects.all().delete())[0],
        loop("{{ b.title }}{{ b.author.name }}"),
    ),
    "deferred key and deleted": (
        lambda: (list(books().defer("author")), Book.objects.filter(title="b1").delete())[0],
        loop("{{ b.author.name }}"),
    ),
}  # fmt: skip

PARTS = {"broken.html": "{{ b.author.name }}{{ b.broken }}"}


@pytest.mark.parametrize("debug", [False, True])
def test_errors_of_rows(zoo_rows, same_each, debug):
    same_each(ERRORS, templates=PARTS, options={"debug": debug}, joins=False)


def test_a_failing_render_leaves_the_next_alone(zoo_rows, same_each):
    """Groups, plans and caches of a page that failed serve nobody else."""
    bad = loop("{{ b.author.name }}{% if forloop.counter == 2 %}{{ b.broken }}{% endif %}")
    good = loop("{{ b.author.name }}{{ b.author.country.name }}")
    for _ in range(3):
        same_each({"bad": (Talking.objects.all, bad, FAILS), "good": (Talking.objects.all, good)})
    same_each(
        {"after": (Author.objects.all, loop("{% for t in b.talks.all %}{{ t }}{% endfor %}"))}
    )
