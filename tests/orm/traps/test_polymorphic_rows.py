"""Rows that come as what they are: a manager that gives each row its own class, children of two lines, and proxies."""

from __future__ import annotations

import pytest
from traps.compared import loop
from zoo import wild_data
from zoo.models import Author
from zoo.odd import Kind
from zoo.wild import Asset, Crew, Firm, House, Mark, OldShip, Ship


@pytest.fixture
def rows(zoo_rows):
    wild_data.populate(11, 8)


BODIES = {
    "class": "{% kind_of b %}{{ b.name }}{{ b }}{{ b.firm.name }}",
    "of a child": "{{ b.port.word }}{{ b.on.word }}{{ b.port.firm.name }}{{ b.house_id }}{{ b.asset_ptr.name }}",
    "down and up": "{{ b.as_ship.port.word }}{{ b.house.on.word }}{{ b.asset_ptr.firm.name }}{{ b.as_ship.asset_ptr_id }}",
    "rows": "{% for c in b.crews.all %}{{ c.name }}{{ c.asset.name }}{% kind_of c.asset %}{% endfor %}{{ b.crews.count }}",
    "generic rows": "{% for m in b.marks.all %}{{ m.level }}{{ m.on }}{% endfor %}{{ b.marks.count }}",
    "properties": "{{ b.name_of_port }}{{ b.age }}{{ b.title }}",
    "proxy's rows": "{% for c in b.old_crews.all %}{{ c.name }}{{ c.old.name_of_port }}{% endfor %}",
}

SOURCES = {
    "as they are": Asset.real.all,
    "as they are, in order": lambda: Asset.real.order_by("-pk"),
    "some": lambda: Asset.real.filter(firm__isnull=False)[:4],
    "only": lambda: Asset.real.only("name"),
    "joined": lambda: Asset.real.select_related("firm"),
    "assets": Asset.objects.all,
    "with children": lambda: Asset.objects.select_related("as_ship__port", "house__on"),
    "ships": Ship.objects.all,
    "houses": House.objects.all,
    "old ships": OldShip.objects.all,
    "mixed": lambda: [*Ship.objects.all(), *House.objects.all(), *OldShip.objects.all(), *Asset.real.all()],
    "mixed with others": lambda: [*Ship.objects.all(), *Firm.objects.all(), None, *Crew.objects.all()],
    "union": lambda: Asset.objects.order_by().union(Asset.objects.order_by()).order_by("id"),
    "of a firm": lambda: Firm.objects.first().asset_rows.all(),
    "kinds": Kind.objects.all,
}  # fmt: skip


def test_of_any_class(rows, same_grid):
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(SOURCES, bodies, joins=False, fails=None)


def test_from_other_rows(rows, same_each):
    same_each(
        {
            "crews": (
                lambda: Crew.objects.order_by("pk"),
                loop("{{ b.asset.name }}{{ b.ship.port.word }}{{ b.old.name_of_port }}{{ b.asset }}"),
            ),
            "marks": (
                lambda: Mark.objects.order_by("pk"),
                loop("{{ b.on.name }}{{ b.on.firm.name }}{{ b.on.port.word }}{{ b.on }}"),
            ),
            "firms": (
                lambda: Firm.objects.order_by("pk"),
                loop("{% for a in b.asset_rows.all %}{{ a }}{{ a.port.word }}{{ a.on.word }}{% endfor %}{{ b.asset_rows.count }}"),
            ),
            "kinds of authors": (
                lambda: Author.objects.order_by("pk"),
                loop("{% for k in b.kinds.all %}{{ k.title }}{{ k.author.name }}{% endfor %}"),
            ),
        },
        joins=False,
    )  # fmt: skip
