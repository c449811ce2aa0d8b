"""Keys that the database finds by another spelling: a batch in Python would lose rows, or fail."""

from __future__ import annotations

import pytest
from django.db import connection
from traps.compared import loop
from zoo.wild import Badge, Desk, Firm, Site

# These have a collation that folds case; elsewhere such rows point nowhere.
OTHER = str.swapcase if connection.vendor in ("sqlite", "mysql") else str

BODIES = {
    "to one": "{{ b.site.word }}{{ b.site.firm.name }}",
    "to one, twice": "{% if b.site %}{{ b.site.firm.heir.name }}{% endif %}{{ b.site.word }}",
    "key": "{{ b.site.pk }}{{ b.site_id }}{{ b.site.word }}",
    "through a row": "{{ b.badge.desk.site.word }}",
    "rows of it": "{% for d in b.site.desks.all %}{{ d.number }}{{ d.site.word }}{% endfor %}{{ b.site.desks.count }}",
    "first of it": "{{ b.site.desks.first.number }}{% for d in b.site.desks.all|slice:':1' %}{{ d.number }}{% endfor %}",
}  # fmt: skip

SITES = {
    "rows": "{% for d in b.desks.all %}{{ d.number }}{{ d.site.firm.name }},{% endfor %}",
    "counts": "{{ b.desks.count }}{{ b.desks.exists }}{% if b.desks.all %}y{% endif %}",
    "rows and counts": "{% for d in b.desks.all %}{{ d.number }}{% endfor %}{{ b.desks.count }}{{ b.desks.all|length }}",
    "ends": "{{ b.desks.first.number }}{{ b.desks.last.number }}{{ b.desks.all.1.number }}",
}


@pytest.fixture
def rows(db):
    firm = Firm.objects.create(id="12345678123456781234567812345678", name="f")
    for n in range(3):
        site = Site.objects.create(word=f"Site{n}", firm=firm)
        for turn, word in enumerate((site.word, OTHER(site.word), "nowhere", None)):
            desk = Desk.objects.create(number=f"{n}.{turn}", site_id=word)
            Badge.objects.create(desk=desk)


SOURCES = {
    "rows": lambda: Desk.objects.order_by("pk"),
    "unordered": lambda: Desk.objects.order_by(),
    "list": lambda: list(Desk.objects.order_by("pk")),
    "joined by the view": lambda: Desk.objects.order_by("pk").select_related("site__firm"),
}


def test_of_foreign_keys(rows, same_grid):
    same_grid(SOURCES, {name: loop(body) for name, body in BODIES.items()}, joins=False)


def test_of_collections(rows, same_grid):
    sources = {
        "rows": lambda: Site.objects.order_by("pk"),
        "list": lambda: list(Site.objects.order_by("pk")),
        "of a firm": lambda: Firm.objects.get().sites.all(),
    }
    same_grid(sources, {name: loop(body) for name, body in SITES.items()}, joins=False)
