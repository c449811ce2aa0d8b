"""Arrays, ranges, JSON and search: what only PostgreSQL stores and computes."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.contrib.postgres.aggregates import ArrayAgg, JSONBAgg, StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import F, Q
from django.db.models.fields.json import KT
from traps.compared import loop
from zoo.postgres import Chest


@pytest.fixture
def chests(library):
    for n in range(4):
        chest = Chest.objects.create(
            words=["<a>", "b", None][: n % 4],
            grid=[[1, 2], [3, n]] if n else None,
            span=(n, n + 5) if n % 2 else None,
            days=(datetime.date(2024, 1, 1 + n), None),
            data={"a": {"b": [1, {"c": "<x>"}]}, "n": n} if n else {},
            address=f"10.0.0.{n}" if n else None,
            owner=library.authors[n % 3] if n else None,
        )
        for size in range(n):
            chest.drawers.create(sizes=[Decimal(size), Decimal("1.50")])
    Chest.objects.update(found=SearchVector("words"))
    return Chest.objects


BODIES = {
    "columns": "{{ b.words }}|{{ b.grid }}|{{ b.span }}|{{ b.days }}|{{ b.found }}|{{ b.data }}|{{ b.address }}",
    "into arrays": "{{ b.words.0 }}{{ b.grid.1.1 }}{{ b.words|length }}{{ b.words|join:', ' }}{% if 'b' in b.words %}b{% endif %}",
    "loops": "{% for w in b.words %}{{ w|default_if_none:'-' }}{% endfor %}{% for r in b.grid %}{% for x in r %}{{ x }}{% endfor %}{% endfor %}",
    "ranges": "{{ b.span.lower }}{{ b.span.upper }}{% if 3 in b.span %}in{% endif %}{{ b.days.lower|date:'Y' }}{{ b.days.upper_inf }}{{ b.span.isempty }}",
    "json": "{{ b.data.a.b.1.c }}{{ b.data.n|add:1 }}{% for k, v in b.data.items %}{{ k }}={{ v }}{% endfor %}",
    "relations": "{{ b.owner.name }}{% for d in b.drawers.all %}{{ d.sizes }}{{ d.sizes.1 }}{% endfor %}{{ b.drawers.count }}",
    "all": "{{ b.words }}{{ b.owner.country.name }}{% for d in b.drawers.all|slice:':1' %}{{ d.sizes|first }}{% endfor %}{{ b.nothing }}",
}


def sources(chests):
    return {
        "rows": lambda: chests.order_by("pk"),
        "only": lambda: chests.only("words", "span"),
        "values": lambda: chests.values("words", "grid", "span", "data__a__b"),
        "key transform": lambda: chests.annotate(nothing=KT("data__a__b")).order_by("pk"),
        "in array": lambda: chests.annotate(nothing=F("words__0")).filter(words__contains=["b"]),
        "in json": lambda: chests.filter(data__n__gte=2).annotate(nothing=F("data__a")),
        "in range": lambda: chests.filter(Q(span__contains=3) | Q(words__len=2)).order_by("-span", "pk"),
        "array of rows": lambda: chests.annotate(nothing=ArrayAgg("drawers__pk", filter=Q(drawers__isnull=False))),
        "text of rows": lambda: chests.annotate(nothing=StringAgg("owner__name", delimiter=",")),
        "json of rows": lambda: chests.annotate(nothing=JSONBAgg("drawers__sizes")),
        "subquery": lambda: chests.annotate(nothing=ArraySubquery(chests.values("pk")[:2])),
        "search": lambda: chests.annotate(nothing=SearchRank(F("found"), SearchQuery("b"))).order_by("-nothing", "pk"),
        "distinct on": lambda: chests.order_by("owner_id", "pk").distinct("owner_id"),
        "locked": lambda: chests.select_for_update(of=("self",), skip_locked=True),
        "joined": lambda: chests.select_related("owner__country").prefetch_related("drawers"),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_columns_and_expressions(chests, same_grid):
    same_grid(sources(chests), {name: loop(body) for name, body in BODIES.items()}, joins=False)
