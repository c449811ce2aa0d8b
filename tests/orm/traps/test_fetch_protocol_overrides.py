"""QuerySets and managers that answer for themselves are asked, and their answers shown."""

from __future__ import annotations

from django.core.paginator import Paginator
from traps.compared import loop
from zoo.models import Author, Gadget, Ranked, Review, Secret, Shelf
from zoo.odd import Brought, Kind, Quiet

SOURCES = {
    "fetching": lambda: Brought.fetched.all(),
    "iterating": lambda: Brought.iterated.all(),
    "stepping": lambda: Brought.stepped.all(),
    "filtered": lambda: Brought.fetched.filter(name__gt="t1"),
    "sliced": lambda: Brought.fetched.all()[1:3],
    "related to": lambda: Brought.iterated.select_related("author"),
    "manager": lambda: Brought.fetched,
    "quiet": Quiet.objects.all,
    "quiet named": lambda: Quiet.objects.named(),
    "quiet manager": lambda: Quiet.objects,
    "kinds": Kind.objects.all,
    "kinds of one": lambda: Kind.objects.filter(kind="x"),
    "a list": lambda: list(Brought.fetched.all()),
    "a page": lambda: Paginator(Brought.iterated.all(), 3).get_page(1),
    "a page of quiet ones": lambda: Paginator(Quiet.objects.all(), 3).get_page(1),
    "an iterator": lambda: Brought.stepped.iterator(chunk_size=100),
}

BODIES = {
    "columns": loop("{{ b.name }}{{ b.pk }}"),
    "chain": loop("{{ b.name }}{{ b.author.name }}{{ b.author.country.name }}"),
    "objects": loop("{{ b }}{{ b.title }}{% kind_of b %}"),
    "tested": "{% if rows %}" + loop("{{ b.name }}") + "{% endif %}",
    "counted": "{{ rows.count }}{{ rows|length }}{{ rows.exists }}" + loop("{{ b.name }}"),
    "ends": "{{ rows.first }}{{ rows.first.name }}{{ rows.last.name }}{{ rows.0.name }}",
    "twice": loop("{{ b.name }}") + loop("{{ b.author.name }}"),
    "sliced": "{% for b in rows|slice:':2' %}{{ b.name }}{% endfor %}",
    "all": "{% for b in rows.all %}{{ b.name }}{{ b.author.name }}{% endfor %}",
    "kept and read": loop("{% keep b %}{{ b.name }}{% kept %}"),
}


def test_sources_that_answer_for_themselves(zoo_rows, same_grid):
    same_grid(SOURCES, BODIES, joins=False, fails=None)


MANAGERS = {
    "hiding": (Review.objects.all, "{{ b.reader.name }}{{ b.book.title }}{{ b.hidden }}"),
    "hiding, all of them": (lambda: Secret.everything.order_by("pk"), "{{ b.name }}"),
    "numbering": (lambda: Ranked.objects.all(), "{{ b.rank }}{{ b.shelf.name }}"),
    "prefetching": (lambda: Gadget.objects.all(), "{% for p in b.parts.all %}{{ p.pk }}{% endfor %}{{ b.shelf.name }}"),
    "below a shelf": (
        lambda: Shelf.objects.order_by("pk"),
        "{% for g in b.gadgets.all %}{% for p in g.parts.all %}{{ p.gadget.pk }}{% endfor %}{% endfor %}{% for r in b.ranked.all %}{{ r.rank }}{% endfor %}{{ b.ranked.count }}{{ b.gadgets.count }}",
    ),
    "own count of a relation": (Author.objects.all, "{{ b.quiets.count }}{{ b.quiets.exists }}{{ b.quiets.first }}"),
    "own count of all": (Author.objects.all, "{{ b.quiets.all.count }}{{ b.quiets.all|length }}{% for q in b.quiets.all %}{{ q.name }}{% endfor %}"),
    "own methods": (Author.objects.all, "{% for q in b.quiets.named %}{{ q.name }}{{ q.author.name }}{% endfor %}"),
    "kinds of a relation": (Author.objects.all, "{% for k in b.kinds.all %}{{ k.title }}{{ k.name }}{% endfor %}{{ b.kinds.count }}"),
}  # fmt: skip


def test_managers_that_answer_for_themselves(zoo_rows, same_each):
    for n in range(2):
        shelf = Shelf.objects.create(name=f"s{n}")
        for _ in range(n + 1):
            Gadget.objects.create(shelf=shelf).parts.create()
            Ranked.objects.create(shelf=shelf)
    same_each({name: (make, loop(body)) for name, (make, body) in MANAGERS.items()})
