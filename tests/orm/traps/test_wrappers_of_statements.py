"""Wrappers around statements that the site or one of its tags opens: each takes away its own, and sees every statement."""

from __future__ import annotations

from django.db import connection
from traps.compared import case_of, loop
from zoo.models import Book

from djust_backend import DjustTemplates


def books():
    return Book.objects.order_by("pk")


BODIES = {
    "counts": "{% counting %}{{ b.tags.count }}{% endcounting %}",
    "first": "{% counting %}{{ b.tags.first.name }}{% endcounting %}{{ b.chapters.count }}",
    "rows": "{% counting %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endcounting %}",
    "nested": "{% counting %}{{ b.chapters.exists }}{% counting %}{{ b.author.name }}{% endcounting %}{% endcounting %}",
    "later": "{{ b.tags.count }}{% counting %}{{ b.title }}{% endcounting %}",
}


def test_a_tag_takes_its_own_wrapper_away(library):
    for body in BODIES.values():
        for make in (books, lambda: list(books())):
            template = case_of(make, loop(body)).template(DjustTemplates)
            template.render({"rows": make()})
            assert connection.execute_wrappers == [], body


def test_statements_are_seen_once_at_least(library, same):
    for body in (
        "{% counting %}{{ b.title }}{% endcounting %}",
        "{% counting %}{% asked %}{% endcounting %}",
    ):
        same(books, loop(body))


def test_a_wrapper_around_the_render_is_still_there(library):
    seen = []

    def see(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    template = case_of(books, loop("{{ b.tags.count }}{{ b.remarks }}{{ b.tags.first }}")).template(
        DjustTemplates
    )
    with connection.execute_wrapper(see):
        template.render({"rows": books()})
        assert connection.execute_wrappers == [see]
        count = len(seen)
        books().count()
        assert len(seen) == count + 1
    assert connection.execute_wrappers == []


def test_a_failing_render_takes_nothing_away(library):
    source = loop("{{ b.remarks }}{{ b.tags.count }}{{ b|attribute:'no such thing' }}")
    template = case_of(books, source).template(DjustTemplates)
    seen = []

    def see(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    kept = None
    with connection.execute_wrapper(see):
        try:
            template.render({"rows": books()})
        except AttributeError as error:
            kept = error
    assert kept is not None
    assert connection.execute_wrappers == []
