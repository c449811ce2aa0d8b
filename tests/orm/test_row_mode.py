"""Row mode by behaviour: what is selected, what is refused and why; SQL that is used again."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, Prefetch
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from walker import rows
from zoo.models import Author, Book, Restaurant, Tag

from djust_backend import DjustTemplates
from djust_backend.orm import apply, rowsets
from djust_backend.orm.levels import Level
from djust_backend.orm.plan import Reason

ORDERED = Book.objects.order_by("pk")


def decided(queryset, *paths):
    return apply.level_for(queryset, rows(*paths))


def test_only_what_is_read_is_selected():
    assert decided(ORDERED, "title", "author.name").columns == ("id", "title", "author__name")
    assert decided(ORDERED, "author.pk", "editor_id").columns == ("id", "author_id", "editor_id")
    assert decided(ORDERED, "editor.name").columns == ("id", "editor_id", "editor__name")


def test_rows_that_tie_are_selected_whole():
    tied = decided(Book.objects.order_by("title"), "title", "author.name")
    assert tied.columns == tuple(field.attname for field in Book._meta.concrete_fields)


REFUSED = {
    "union": (lambda: Book.objects.filter(pk=1).union(ORDERED), ("title",), Reason.COMBINED),
    "locked": (lambda: ORDERED.select_for_update(), ("title",), Reason.LOCKED),
    "deferred": (lambda: ORDERED.defer("title"), ("title",), Reason.DEFERRED),
    "values": (lambda: ORDERED.values("title"), ("title",), Reason.NOT_MODELS),
    "raw": (lambda: ORDERED.extra(select={"x": "1"}), ("title",), Reason.RAW_SQL),
    "joins all": (lambda: ORDERED.select_related(), ("title",), Reason.NO_CONSTRAINT),
    "own prefetch": (
        lambda: ORDERED.prefetch_related(Prefetch("tags", Tag.objects.all())),
        ("tags.all[].name",),
        Reason.USER_PREFETCH,
    ),
    "hidden": (lambda: ORDERED, ("vault.name",), Reason.BASE_MANAGER),
    "parent": (lambda: Restaurant.objects.order_by("pk"), ("place_ptr.name",), Reason.PARENT_LINK),
    "code": (lambda: ORDERED, ("save",), Reason.PYTHON_CODE),
    "known": (lambda: Author(pk=1).book_set.order_by("pk"), ("author.name",), Reason.KNOWN),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_instances_says_why(name):
    make, paths, reason = REFUSED[name]
    assert decided(make(), *paths).reason is reason


def test_levels_are_plain_data():
    level = decided(ORDERED, "title", "author.country.name", "tags.all[].name", "publisher.name")
    assert isinstance(level, Level)
    assert Level.from_dict(level.to_dict()) == level


def page(source, queryset, **more):
    options = {"NAME": "ours", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    template = DjustTemplates(options).from_string(source)
    with CaptureQueriesContext(connection) as queries:
        text = template.render({"books": queryset, **more})
    return text, len(queries)


LIST = "{% for b in books %}{{ b.title }}{{ b.author.name }};{% endfor %}"


def test_the_queryset_is_left_as_it_was(library):
    books = ORDERED.all()
    text, queries = page(LIST + LIST, books, again=books)
    assert queries == 1
    assert books._result_cache is None
    assert text == "".join(f"{b.title}{b.author.name};" for b in books) * 2


def test_a_second_template_with_the_same_needs_asks_nothing(library):
    books = ORDERED.all()
    assert [page(LIST, books)[1], page(LIST, books)[1]] == [1, 0]


def test_an_update_by_the_queryset_is_shown_by_the_next_render(library):
    books = ORDERED.all()
    page(LIST, books)
    books.update(title="other")
    assert page(LIST, books)[0].startswith("other")


def test_switched_off_it_makes_instances(library, settings):
    settings.DJUST_CONFIG = {"JIT_ROW_MODE": False}
    books = ORDERED.all()
    page(LIST, books)
    assert isinstance(books._result_cache[0], Book)


def test_receivers_of_new_instances_get_them(library):
    seen = []

    def receiver(instance, **more):
        seen.append(instance)

    post_init.connect(receiver, sender=Book)
    try:
        page(LIST, ORDERED.all())
    finally:
        post_init.disconnect(receiver, sender=Book)
    assert len(seen) == Book.objects.count()


SHAPES = [
    lambda: ORDERED.filter(title="b1"),
    lambda: ORDERED.filter(title="b2"),
    lambda: ORDERED.filter(title="nothing"),
    lambda: ORDERED.filter(title=None),
    lambda: ORDERED.filter(pk__in=[]),
    lambda: ORDERED.filter(pk__in=[1]),
    lambda: ORDERED.filter(pk__in=[3, 1, 2, None]),
    lambda: ORDERED.exclude(pk__in=[2, 3]),
    lambda: ORDERED.filter(author__name="a1"),
    lambda: ORDERED.filter(author__name="a2", editor__isnull=True),
    lambda: ORDERED.filter(tags__name="t1"),
    lambda: ORDERED[1:3],
    lambda: ORDERED[:1],
    lambda: ORDERED[2:],
    lambda: ORDERED.reverse(),
    lambda: ORDERED.filter(pk__in=Book.objects.filter(title="b1")),
    lambda: ORDERED.annotate(n=Count("tags")),
    lambda: ORDERED.distinct(),
    lambda: Book.objects.order_by("author__name", "pk"),
    lambda: Paginator(ORDERED, 2).page(2).object_list,
]


@pytest.mark.parametrize("turn", range(2))
def test_sql_that_is_used_again_gives_the_rows_of_each_query(library, turn):
    """Each shape twice, in both orders, so that each meets the SQL of those before it."""
    for make in SHAPES if turn else SHAPES[::-1]:
        for _ in range(2):
            expected = "".join(f"{b.title}{b.author.name};" for b in make())
            assert page(LIST, make())[0] == expected


def test_related_rows_are_asked_for_by_as_many_keys_as_there_are(library):
    tags = "{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.tags.count }};"
    source = f"{{% for b in books %}}{tags}{{% endfor %}}"
    for stop in (1, 2, 5, 3, 6):
        books = ORDERED[:stop]
        expected = "".join(
            "".join(t.name for t in b.tags.all()) + f"{b.tags.count()};" for b in ORDERED[:stop]
        )
        assert page(source, books) == (expected, 2)


def test_a_row_that_python_reaches_after_all_is_an_instance(library):
    level = decided(ORDERED, "title", "author.name")
    found = rowsets.rows_of(ORDERED.all(), level, None)
    assert found.instance(found.rows[0], 0) == ORDERED[0]
    assert found.instance(found.rows[0], 1) == ORDERED[0].author
