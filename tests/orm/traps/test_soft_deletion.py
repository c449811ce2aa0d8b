"""Managers that hide what is marked as deleted: keys show it, collections hide it, and marking in the middle of a page is seen."""

from __future__ import annotations

import pytest
from traps.compared import loop
from zoo import wild_data
from zoo.wild import Basket, Firm, Soft, SoftPart


@pytest.fixture
def rows(db):
    wild_data.populate(21, 8)


BODIES = {
    "key": "{{ b.soft.name }}{{ b.soft }}{{ b.soft.firm.name }}{{ b.soft_id }}",
    "collection": "{% for s in b.softs.all %}{{ s.name }}{{ s.deleted }}{% endfor %}{{ b.softs.count }}{{ b.softs.exists }}",
    "ends": "{{ b.softs.first.name }}{{ b.softs.last.name }}{{ b.softs.all.0.name }}{% for s in b.softs.all|slice:':2' %}{{ s.name }}{% endfor %}",
    "parts": "{% for p in b.soft.parts.all %}{{ p.pk }}{{ p.soft.name }}{% endfor %}{{ b.soft.parts.count }}{{ b.parts.count }}",
    "parts of rows": "{% for p in b.parts.all %}{{ p.pk }}{{ p.soft.deleted }}{{ p.get_next_in_order.pk }}{% endfor %}{{ b.get_softpart_order }}",
    "own kind": "{% for p in b.peers.all %}{{ p }}{{ p.peers.count }}{% endfor %}",
    "methods of the manager": "{{ b.softs.alive.count }}{% for s in b.softs.alive %}{{ s }}{% endfor %}{{ b.peers.alive.exists }}",
    "from a firm": "{% for s in b.softs.all %}{{ s }}{% endfor %}{{ b.softs.count }}",
}

SOURCES = {
    "baskets": lambda: Basket.objects.order_by("pk"),
    "baskets in their order": Basket.objects.all,
    "softs": Soft.objects.all,
    "all softs": lambda: Soft.everything.order_by("pk"),
    "alive": lambda: Soft.objects.alive(),
    "parts": SoftPart.objects.all,
    "all parts": SoftPart.everything.all,
    "firms": lambda: Firm.objects.order_by("pk"),
    "list": lambda: list(Soft.everything.order_by("-pk")),
}  # fmt: skip


def test_what_is_hidden_and_shown(rows, same_grid):
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(SOURCES, bodies, joins=False, fails=None)


def test_deletion_by_marking_in_the_middle_of_a_page(rows, same):
    """Each soft marks itself, and asks its peers afterwards."""
    same(
        lambda: Soft.objects.order_by("pk"),
        loop("{% put b 'deleted' True %}{% saved b %}{{ b }}{{ b.peers.count }}"),
        joins=False,
    )


def test_the_view_deletes_by_its_queryset(rows, same):
    def deleted():
        rows = Soft.objects.order_by("pk")
        rows.filter(name__startswith="s").delete()
        return rows

    same(deleted, loop("{{ b }}{% for p in b.parts.all %}{{ p.pk }}{% endfor %}"), joins=False)
