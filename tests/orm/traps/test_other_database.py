"""Rows of two databases with the same keys: each finds its own relations, and routers are asked as stock asks them."""

from __future__ import annotations

import pytest
from traps.compared import loop
from zoo.models import Author, Book, Country, Secret, Tag


class Apart:
    """Keeps countries elsewhere."""

    def db_for_read(self, model, **hints):
        return "other" if model is Country else None


class Sticky:
    """Keeps what is related where its instance is, and all tags elsewhere."""

    def db_for_read(self, model, instance=None, **hints):
        if model is Tag:
            return "other"
        return instance._state.db if instance is not None else None


class Elsewhere:
    """Reads everything elsewhere."""

    def db_for_read(self, model, **hints):
        return "other"


class ByRow:
    """Keeps what belongs to every other row elsewhere."""

    def db_for_read(self, model, instance=None, **hints):
        return None if instance is None or instance.pk % 2 else "other"


@pytest.fixture
def two(db):
    for alias in ("default", "other"):
        secret = Secret.everything.using(alias).create(name=f"{alias} s")
        for n in range(3):
            country = Country.objects.using(alias).create(pk=n + 1, name=f"{alias} c{n}")
            author = Author.objects.using(alias).create(
                pk=n + 1, name=f"{alias} a{n}", country=country
            )
            tag = Tag.objects.using(alias).create(pk=n + 1, name=f"{alias} t{n}")
            book = Book.objects.using(alias).create(
                pk=n + 1, title=f"{alias} b{n}", author=author, publisher=country, vault=secret,
                editor=author if n else None,
            )  # fmt: skip
            book.tags.add(tag)
            book.chapters.create(number=n, translator=author)


SOURCES = {
    "default": lambda: Book.objects.order_by("pk"),
    "other": lambda: Book.objects.using("other").order_by("pk"),
    "unordered": lambda: Book.objects.using("other"),
    "both": lambda: [*Book.objects.order_by("pk"), *Book.objects.using("other").order_by("pk")],
    "taken in turn": lambda: [book for n in (1, 2, 3) for book in (Book.objects.get(pk=n), Book.objects.using("other").get(pk=n))],
    "manager": lambda: Book.objects.db_manager("other"),
    "related": lambda: Author.objects.using("other").get(pk=2).book_set.all(),
    "raw": lambda: Book.objects.using("other").raw("SELECT * FROM zoo_book ORDER BY id"),
    "prefetched": lambda: Book.objects.using("other").prefetch_related("tags", "author").order_by("pk"),
    "selected": lambda: Book.objects.using("other").select_related("author__country").order_by("pk"),
    "moved": lambda: [setattr(book._state, "db", "other") or book for book in Book.objects.order_by("pk")],
}  # fmt: skip

BODIES = {
    "chain": loop("{{ b.title }}{{ b.author.name }}{{ b.author.country.name }}{{ b.editor.name }}"),
    "keys": loop("{{ b.author.pk }}{{ b.publisher.name }}{{ b.vault.name }}{{ b.publisher.pk }}"),
    "collections": loop("{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% for c in b.chapters.all %}{{ c.translator.name }}{{ c.book.title }}{% endfor %}"),
    "counts": loop("{{ b.tags.count }}{{ b.chapters.all|length }}{{ b.tags.first.name }}"),
    "numbers": loop("{{ b.tags.count }}{{ b.chapters.exists }}{% for t in b.tags.all|slice:':1' %}{{ t.name }}{% endfor %}"),
    "tree": loop("{% for o in b.author.book_set.all %}{{ o.title }}{{ o.tags.count }}{% endfor %}"),
    "all": "{% for b in rows.all %}{{ b.title }}{{ b.author.name }}{% endfor %}{{ rows.count }}{{ rows.db }}",
}  # fmt: skip

ROUTERS = {
    "none": [],
    "apart": [Apart()],
    "sticky": [Sticky()],
    "elsewhere": [Elsewhere()],
    "by row": [ByRow()],
}


@pytest.mark.parametrize("routers", ROUTERS)
def test_rows_of_two_databases(two, same_each, settings, routers):
    settings.DATABASE_ROUTERS = ROUTERS[routers]
    for source, make in SOURCES.items():
        same_each(
            {f"{source} {name}": (make, body) for name, body in BODIES.items()},
            fails=None,
            joins=False,
        )


ONE = {
    "default": lambda: Book.objects.get(pk=2),
    "other": lambda: Book.objects.using("other").get(pk=2),
    "moved": lambda: setattr(book := Book.objects.get(pk=2), "_state", Book.objects.using("other").get(pk=3)._state) or book,
}  # fmt: skip

ABOUT_ONE = {
    "single rows": "{{ b.author.name }}{{ b.editor.name }}{{ b.author.country.name }}",
    "with rows": "{{ b.author.name }}{% for c in b.chapters.all %}{{ c.number }}{{ c.translator.name }}{% endfor %}",
}


@pytest.mark.parametrize("router", [None, Apart, Sticky, Elsewhere, ByRow])
def test_pages_about_one_instance(two, same_grid, settings, router):
    settings.DATABASE_ROUTERS = [router()] if router else []
    sources = {name: lambda make=make: {"b": make()} for name, make in ONE.items()}
    same_grid(sources, ABOUT_ONE, joins=False, fails=None)
