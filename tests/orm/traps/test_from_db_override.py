"""Classes that make their instances in their own way are read through their instances."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.models import F, Value
from django.db.models.signals import post_init, pre_init
from traps.compared import loop
from zoo import odd
from zoo.models import Author, Book, Tag

MODELS = [odd.FromDb, odd.Started, odd.Asked, odd.Watched, odd.Indexed, odd.Talking, odd.Shouting, odd.Kind,
          odd.ExtraKind]  # fmt: skip

WAYS = {
    "columns": "{{ b.name }}{{ b.pk }}",
    "chain": "{{ b.name }}{{ b.author.name }}{{ b.author.country.name }}",
    "attributes": "{{ b.loaded }}{{ b.any_thing }}{{ b.nothing }}{{ b.title }}{{ b.label }}",
    "printed": "{{ b }}{{ b.name }}",
    "truth": "{% if b %}{{ b.name }}{% endif %}{{ b|length }}{{ b|default:'-' }}",
    "keys": "{{ b.author_id }}{{ b.author.pk }}{{ b.id }}",
}


def test_rows_are_what_their_class_makes(zoo_rows, same_grid):
    bodies = {name: loop(way) for name, way in WAYS.items()}
    for model in MODELS:
        rows = model.objects
        sources = {
            "all": rows.all,
            "list": lambda rows=rows: list(rows.all()),
            "only": lambda rows=rows: rows.only("name"),
            "deferred": lambda rows=rows: rows.defer("name"),
            "joined": lambda rows=rows: rows.select_related("author__country"),
            "annotated": lambda rows=rows: rows.annotate(loaded=Value(3), other=F("author__name")),
        }
        same_grid({f"{model.__name__} {name}": make for name, make in sources.items()}, bodies)


RELATED = {
    odd.FromDb: "from_dbs",
    odd.Started: "started",
    odd.Asked: "asked",
    odd.Watched: "watched",
    odd.Indexed: "indexed",
    odd.Talking: "talks",
    odd.Kind: "kinds",
    odd.Quiet: "quiets",
    odd.Brought: "brought",
}


def test_rows_of_a_relation(zoo_rows, same_grid):
    bodies = {
        "columns": "{% for r in b.NAME.all %}{{ r.name }}{{ r.nothing }}{% endfor %}",
        "objects": "{% for r in b.NAME.all %}{{ r }}{{ r.title }}{{ r.label }}{% endfor %}",
        "back": "{% for r in b.NAME.all %}{{ r.name }}{{ r.author.name }}{% endfor %}",
        "count": "{{ b.NAME.count }}{{ b.NAME.all|length }}{{ b.NAME.exists }}",
        "first": "{{ b.NAME.first.name }}{{ b.NAME.first }}{{ b.NAME.all.0.name }}",
        "tested": "{% if b.NAME.all %}{% for r in b.NAME.all %}{{ r.name }}{% endfor %}{% endif %}",
        "methods": "{{ b.NAME.named }}{{ b.NAME.named.count }}",
    }
    for model, name in RELATED.items():
        named = {
            f"{model.__name__} {key}": loop(body.replace("NAME", name))
            for key, body in bodies.items()
        }
        same_grid({"authors": Author.objects.all}, named)


@pytest.mark.parametrize("model", [Tag, Author, Book])
@pytest.mark.parametrize("signal", [pre_init, post_init])
def test_receivers_that_come_and_go(zoo_rows, same, model, signal):
    """A receiver may change instances; it may be connected after the first render, and be gone later."""
    sources = [
        loop("{{ b.name }}{{ b.title }}"),
        loop(
            "{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.author.name }}{{ b.mentor.name }}"
        ),
    ]
    seen = []

    def receiver(sender, **kwargs):
        seen.append(sender)
        instance = kwargs.get("instance")
        if instance is not None:
            instance.__dict__["name"] = instance.__dict__["title"] = "received"

    def check():
        for source in sources:
            same(lambda: model.objects.order_by("pk"), source)

    check()
    signal.connect(receiver, sender=model)
    try:
        check()
        stock = len(seen) / 3
        assert seen
        assert stock == int(stock), "each render makes as many instances as one by stock"
    finally:
        signal.disconnect(receiver, sender=model)
    check()
    assert isinstance(Book._meta.get_field("title"), models.CharField)


def made_loudly(cls, db, names, values, **more):
    made = models.Model.from_db.__func__(cls, db, names, values, **more)
    made.name = f"loud {made.name}"
    return made


def test_properties_that_come_later(zoo_rows, same, monkeypatch):
    """A class may be given a property, a method or a descriptor where it had a column."""
    for source in (loop("{{ b.name }}{{ b.mentor.name }}{{ b.extra }}"), loop("{{ b.name }}")):
        same(Author.objects.all, source)
        with monkeypatch.context() as patch:
            patch.setattr(Author, "extra", property(lambda self: f"extra {self.pk}"), raising=False)
            same(Author.objects.all, source)
        with monkeypatch.context() as patch:
            patch.setattr(Author, "from_db", classmethod(made_loudly))
            same(Author.objects.all, source)
        same(Author.objects.all, source)
