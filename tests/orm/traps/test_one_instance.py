"""What a page reads of one instance of the view's comes with one query, if stock would read all of it one by one."""

from __future__ import annotations

import copy

import pytest
from django.db import connection
from traps.compared import both, case_of, turn
from zoo.models import (
    Author,
    Bistro,
    Book,
    Language,
    Node,
    Place,
    Profile,
    Restaurant,
)
from zoo.odd import Label, Sample

from djust_backend import DjustTemplates

#: Of `b`, a book.
BODIES = {
    "two": "{{ b.author.name }}{{ b.editor.name }}",
    "two below": "{{ b.author.country.name }}{{ b.author.profile.bio }}{{ b.author.profile.home.name }}",
    "by another key": "{{ b.language.code }}{{ b.language.country.name }}{{ b.author.name }}",
    "keys only": "{{ b.author_id }}{{ b.author.pk }}{{ b.editor.id }}{{ b.title }}",
    "itself": "{{ b.author.label }}{{ b.editor.label }}{% if b.author == b.editor %}same{% endif %}",
    "without a constraint": "{{ b.author.name }}{{ b.publisher.name }}{{ b.sponsor.name }}",
    "hidden": "{{ b.author.name }}{{ b.vault.name }}{{ b.drawer.name }}",
    "maybe": "{{ b.author.name }}{% if b.title == 'b1' %}{{ b.editor.name }}{{ b.author.country.name }}{% endif %}",
    "rows": "{{ b.author.name }}{% for c in b.chapters.all %}{{ c.number }},{% endfor %}",
    "rows first": "{% for c in b.chapters.all %}{{ c.number }},{% empty %}-{% endfor %}{{ b.author.name }}",
    "rows with relations": "{{ b.author.name }}{% for c in b.chapters.all %}{{ c.translator.country.name }},{% endfor %}",
    "rows and more": "{{ b.author.name }}{{ b.editor.name }}{% for c in b.chapters.all %}{{ c.pk }}{% endfor %}"
    "{% for t in b.tags.all %}{{ t.name }}{{ t.category.name }}{% endfor %}{% for r in b.review_set.all %}{{ r }}{% endfor %}",
    "rows twice": "{{ b.author.name }}{% for c in b.chapters.all %}{{ c.number }}{% endfor %}{% for c in b.chapters.all %}{{ c.pk }}{% endfor %}",
    "rows under a name": "{% with c=b.chapters.all %}{{ b.author.name }}{% endwith %}{% for c in b.chapters.all %}{{ c.pk }}{% endfor %}",
    "counted": "{{ b.author.name }}{{ b.chapters.all|length }}{{ b.chapters.count }}{{ b.editor.name }}",
    "some rows": "{{ b.author.name }}{% for c in b.chapters.all|slice:':2' %}{{ c.number }}{% endfor %}{{ b.chapters.first.pk }}",
    "back again": "{% for c in b.chapters.all %}{{ c.book.title }}{{ c.book.author.name }}{% endfor %}{{ b.author.name }}",
    "Python code": "{{ b.author.name }}{{ b.byline }}{{ b.credits }}{{ b.editor.name }}{{ b.parts }}{{ b.places }}",
    "a tag": "{% seen 'b' 'author.profile.bio' %}{{ b.author.profile.bio }}{{ b.editor.name }}",
    "a tag between": "{{ b.author.name }}{% seen 'b' 'editor' %}{{ b.editor.name }}{% for c in b.chapters.all %}{{ c.pk }}{% endfor %}",
    "two names": "{{ b.author.name }}{{ again.editor.name }}{% for c in again.chapters.all %}{{ c.pk }}{% endfor %}",
    "with": "{% with a=b.author %}{{ a.name }}{{ a.profile.bio }}{% endwith %}{{ b.editor.profile.home.name }}",
    "in a loop": "{% for x in 'ab' %}{{ b.author.name }}{{ b.editor.name }}{% for c in b.chapters.all %}{{ c.pk }}{% endfor %}{% endfor %}",
}  # fmt: skip

#: What has been fetched is forgotten, and fetched again by whoever needs it.
MEANWHILE = {
    "written between": "{{ b.author.name }}{% put b.author 'name' 'new' %}{% saved b.author %}{{ b.editor.name }}"
    "{% for c in b.chapters.all %}{{ c.number }}{{ c.translator.name }},{% endfor %}",
    "rows written between": "{{ b.author.name }}{% renumber b %}{% for c in b.chapters.all %}{{ c.number }},{% endfor %}",
    "changed between": "{{ b.author.name }}{% put b 'editor_id' b.author_id %}{{ b.editor.name }}",
    "fetched again": "{{ b.author.name }}{% forget b %}{{ b.editor.name }}{{ b.author.name }}",
}  # fmt: skip


def of(make):
    """A context with one instance, under two names."""

    def context():
        instance = make()
        return {"b": instance, "again": instance}

    return context


def book(number=0):
    return Book.objects.order_by("pk")[number]


def changed(**values):
    def make():
        found = book()
        for name, value in values.items():
            setattr(found, name, value() if callable(value) else value)
        return found

    return make


def deleted_behind():
    found = book()
    Book.objects.filter(pk=found.pk).delete()
    return found


def deleted():
    found = book()
    found.delete()
    return found


def read_before():
    found = book()
    assert found.author.name
    list(found.chapters.all())
    return found


SOURCES = {
    "first": book,
    "second": lambda: book(1),
    "third": lambda: book(2),
    "last": lambda: Book.objects.order_by("-pk")[0],
    "another author": changed(author_id=lambda: Author.objects.last().pk),
    "an author as text": changed(author_id=lambda: str(Author.objects.first().pk)),
    "no editor": changed(editor_id=None),
    "an editor of nobody's": changed(editor_id=12345),
    "an editor of no column's size": changed(editor_id=10**30),
    "deleted behind": deleted_behind,
    "an author of the view's": changed(author=lambda: Author(name="only here")),
    "without a key": changed(pk=None),
    "deleted": deleted,
    "read before": read_before,
    "joined": lambda: Book.objects.select_related("author", "editor").order_by("pk")[0],
    "prefetched": lambda: Book.objects.prefetch_related("chapters", "tags").order_by("pk")[0],
    "some columns": lambda: Book.objects.only("title").order_by("pk")[0],
    "some columns less": lambda: Book.objects.defer("author", "language").order_by("pk")[0],
    "annotated": lambda: Book.objects.annotate(author__name=Book.objects.values("title")[:1]).order_by("pk")[0],
    "copied": lambda: copy.copy(book()),
    "new": lambda: Book(title="new", author=Author.objects.first()),
    "new with a key": lambda: Book(pk=book().pk, title="b", author_id=Author.objects.last().pk),
    "new as saved": lambda: Book.from_db("default", ["id", "title", "author_id"], [book(1).pk, "b", Author.objects.first().pk]),
}  # fmt: skip


def test_pages_about_a_book(zoo_rows, same_grid):
    contexts = {name: of(make) for name, make in SOURCES.items()}
    same_grid(contexts, BODIES, joins=False, fails=None)


def test_pages_that_write_or_change_what_they_read(zoo_rows, subtests):
    for name, make in SOURCES.items():
        for what, body in MEANWHILE.items():
            with subtests.test(f"{name}: {what}"):
                found = both(case_of(of(make), body))
                assert [ours.page for ours in found.ours] == [found.stock.page] * 2


AUTHORS = {
    "profile": "{{ b.profile.bio }}{{ b.profile.home.name }}{{ b.country.name }}",
    "profile and rows": "{{ b.profile.bio }}{% for x in b.pupils.all %}{{ x.name }}{{ x.mentor.name }}{% endfor %}",
    "mentors": "{{ b.mentor.name }}{{ b.mentor.mentor.name }}{{ b.mentor.mentor.mentor.name }}{{ b.mentor.profile.bio }}",
    "profile of nobody": "{{ b.profile.bio|default:'none' }}{% if b.profile %}yes{% endif %}{{ b.country.name }}{{ b.profile }}",
    "and back": "{{ b.profile.author.name }}{{ b.profile.author.country.name }}{{ b.country.name }}",
    "in Python": "{{ b.country.name }}{{ b.profile.bio }}{% seen 'b' 'profile.author.country' %}",
    "books": "{{ b.country.name }}{% for x in b.book_set.all %}{{ x.title }}{% endfor %}{% for x in b.edited.all %}{{ x.pk }}{% endfor %}",
}


def test_pages_about_an_author(zoo_rows, same_grid):
    contexts = {
        f"author {n}": of(lambda n=n: Author.objects.order_by("pk")[n])
        for n in range(Author.objects.count())
    }
    contexts["moved"] = of(moved)
    same_grid(contexts, AUTHORS, joins=False, fails=None)


def moved():
    """Its key is that of another author's, as before `save()` makes a copy of it."""
    found = Profile.objects.select_related("author").first().author
    found.pk = Author.objects.exclude(pk=found.pk).last().pk
    return found


def test_pages_about_rows_of_every_kind(zoo_rows, same_each):
    same_each(
        {
            "a child's table": (
                of(Restaurant.objects.first),
                "{{ b.country.name }}{{ b.chef.country.name }}{{ b.place_ptr.country.name }}{% for d in b.dishes.all %}{{ d.name }}{% endfor %}",
            ),
            "a child's child": (of(Bistro.objects.first), "{{ b.country.name }}{{ b.chef.name }}{{ b.menu }}{{ b.house.name }}"),
            "a parent first": (of(Restaurant.objects.first), "{{ b.place_ptr.country.name }}{{ b.country.name }}{{ b.chef.name }}"),
            "a parent last": (of(Restaurant.objects.first), "{{ b.country.name }}{{ b.chef.name }}{{ b.place_ptr.country.name }}"),
            "a parent maybe": (of(Restaurant.objects.first), "{% if b.name %}{{ b.place_ptr.country.name }}{% endif %}{{ b.country.name }}"),
            "two parents": (of(Bistro.objects.first), "{{ b.restaurant_ptr.place_ptr.country.name }}{{ b.country.name }}{{ b.chef.name }}"),
            "a parent's table": (of(Place.objects.first), "{{ b.country.name }}{{ b.restaurant.chef.name }}"),
            "a tree": (of(Node.objects.last), "{{ b.parent.name }}{{ b.parent.parent.name }}{% for n in b.children.all %}{{ n.name }}{% endfor %}"),
            "a key that is a text": (of(Language.objects.first), "{{ b.country.name }}{% for x in b.book_set.all %}{{ x.title }}{% endfor %}"),
        },
        joins=False,
    )  # fmt: skip


def page(source, context):
    """The page, and the queries that it ran."""
    case = case_of(context, source)
    return turn(case.template(DjustTemplates), case)


@pytest.mark.skipif(connection.vendor == "postgresql", reason="sends queries together instead")
def test_queries_saved(zoo_rows):
    """Besides the query of the view."""
    for source, expected in {
        "{{ b.author.name }}": 1,
        "{{ b.author.name }}{{ b.editor.name }}": 1,
        "{{ b.author.name }}{{ b.author.country.name }}{{ b.author.profile.bio }}": 1,
        "{{ b.author.name }}{% for c in b.chapters.all %}{{ c.number }}{% endfor %}": 1,
        "{{ b.author.name }}{{ b.editor.name }}{% for c in b.chapters.all %}{{ c.number }}{% endfor %}": 1,
        "{% for c in b.chapters.all %}{{ c.number }}{% endfor %}{{ b.editor.name }}": 1,
        "{{ b.author.name }}{% if b.title %}{{ b.editor.name }}{% endif %}": 2,
    }.items():
        found = page(source, of(lambda: book(5)))
        assert len(found.queries) == expected, (source, found.queries)


def test_rows_that_point_back_find_the_object_of_the_view(zoo_rows, same):
    def changed_author():
        found = Profile.objects.select_related("author").first().author
        found.name = "changed"
        return found

    source = (
        "{{ b.profile.author.name }}{{ b.country.name }}{{ b.profile.home.name }}{{ b.profile.author.country.name }}"
        "{% for x in b.pupils.all %}{{ x.mentor.name }}{% endfor %}"
    )
    same(of(changed_author), source, joins=False)


def test_collections_of_an_instance_that_lost_its_key(zoo_rows, same_each):
    """As before `save()` makes a copy of it; what was prefetched is there all the same."""

    def lost(*names):
        def make():
            found = Book.objects.prefetch_related(*names).order_by("pk")[2]
            found.pk = None
            return found

        return of(make)

    same_each(
        {
            f"{name}, {'prefetched' if names else 'not read'}": (
                lost(*names),
                f"{{% for x in b.{name}.all %}}{{{{ x.pk }}}}{{% endfor %}}",
            )
            for name in ("chapters", "tags", "comments")
            for names in ((name,), ())
        },
        fails=None,
    )


def test_columns_of_every_type(zoo_rows, same_each):
    """In the order of the columns of both, and with rows that have them as columns of their own."""
    first, second = Sample.objects.order_by("pk")[:2]
    labels = [Label.objects.create(sample=first, own=own) for own in (None, second, first)]
    columns = [field.attname for field in Sample._meta.concrete_fields]
    shown = "".join(
        f"{{{{ {path}.{column} }}}}{{{{ {path}.{column}|classed }}}};"
        for column in columns
        for path in ("b.sample", "b.own")
    )
    own = shown.replace("b.sample", "b.label.sample").replace("b.own", "b.label.own")
    rows = "{% for x in b.labels.all %}{{ x.pk }}{{ x.own_id }},{% endfor %}"
    same_each(
        {
            "no row": (of(lambda: Label.objects.get(pk=labels[0].pk)), shown),
            "another row": (of(lambda: Label.objects.get(pk=labels[1].pk)), shown),
            "the same row": (of(lambda: Label.objects.get(pk=labels[2].pk)), shown),
            "below": (of(lambda: Sample.objects.get(pk=first.pk)), own),
            "with rows": (of(lambda: Sample.objects.get(pk=first.pk)), own + rows),
            "rows first": (of(lambda: Sample.objects.get(pk=second.pk)), rows + own),
        },
        joins=False,
    )
