"""Fields whose attributes are no plain columns: money, paths, pictures, keys with descriptors of their own."""

from __future__ import annotations

import pytest
from traps.compared import loop
from zoo import wild_data
from zoo.wild import Basket, Firm, Odds, Picture


@pytest.fixture
def rows(library):
    wild_data.populate(5, 8)


BODIES = {
    "money": "{{ b.cash }}{{ b.cash.amount }}{% if b.cash == x %}x{% endif %}{% ifchanged b.cash %}c{% endifchanged %}",
    "path": "{{ b.path }}{{ b.path.name }}{{ b.path.suffix }}{{ b.path.parent.name }}{% if b.path %}y{% endif %}",
    "picture": "{{ b.picture }}{{ b.picture.name }}{{ b.picture.thumbnail }}{% if b.picture %}{{ b.picture.url }}{% endif %}",
    "key": "{{ b.firm.name }}{{ b.firm_id }}{{ b.firm.pk }}{% if b.firm %}y{% endif %}{{ b.firm.heir.name }}",
    "upper": "{{ b.upper }}{{ b.upper|length }}",
    "numbers": "{{ b.big }}|{{ b.rough }}|{{ b.exact }}|{{ b.whole }}|{{ b.rough|floatformat:2 }}|{{ b.exact|add:1 }}|{{ b.big|divisibleby:2 }}",
    "moments": "{{ b.moment }}|{{ b.day }}|{{ b.took }}|{{ b.moment|date:'c' }}|{{ b.day|date:'D' }}|{{ b.took.days }}",
    "bytes and json": "{{ b.raw }}|{{ b.data }}|{{ b.data.a.b.1 }}|{{ b.data.items }}|{{ b.data.keys }}",
    "by the fallback": "{{ b.word }}{{ b.heir.name }}{{ b.sites.count }}{{ b.nothing }}",
    "collections": "{% for k in b.baskets.all %}{{ k.pk }}{{ k.soft.name }}{% endfor %}",
}

SOURCES = {
    "rows": lambda: Odds.objects.order_by("pk"),
    "only": lambda: Odds.objects.only("slug"),
    "some": lambda: Odds.objects.only("cash", "picture", "firm"),
    "deferred": lambda: Odds.objects.defer("cash", "path", "upper", "firm"),
    "values": lambda: Odds.objects.order_by("pk").values("cash", "path", "picture", "firm", "upper", "raw", "data"),
    "joined": lambda: Odds.objects.order_by("pk").select_related("firm__heir"),
    "prefetched": lambda: Odds.objects.order_by("pk").prefetch_related("firm", "baskets"),
    "by money": lambda: Odds.objects.order_by("-cash", "pk").filter(cash__gte=0),
    "list": lambda: list(Odds.objects.order_by("pk")),
}  # fmt: skip


def test_of_rows(rows, same_grid):
    bodies = {name: loop(body) for name, body in BODIES.items()}
    same_grid(SOURCES, bodies, joins=False, fails=None)


def test_of_rows_below(rows, same_grid):
    bodies = {
        name: loop("{% for b in b.odds.all %}" + body + "{% endfor %}")
        for name, body in BODIES.items()
    }
    sources = {
        "baskets": lambda: Basket.objects.order_by("pk"),
        "firms": lambda: Firm.objects.order_by("pk"),
    }
    same_grid(sources, bodies, joins=False, fails=None)


def test_a_picture_is_a_picture(rows, same):
    found = same(SOURCES["rows"], "{% for b in rows %}{% kind_of b.picture %},{% endfor %}")
    assert Picture.__name__ in found.stock.page
