"""The object that a related manager knows may be a child's, whose primary key is not what the row holds."""

from __future__ import annotations

import pytest
from traps.compared import loop
from zoo.wild import Asset, Crew, House

KEYS = loop(
    "{% for c in b.crews.all %}{{ c.asset.pk }} {{ c.asset.id }} {{ c.asset_id }},{% endfor %}"
)


@pytest.fixture
def houses(db):
    """Houses whose own keys are not those of their assets."""
    Asset.objects.create()
    Asset.objects.create()
    for _ in range(3):
        house = House.objects.create()
        assert house.pk != house.asset_ptr_id
        Crew.objects.create(asset=house)


def test_rows_of_a_child_s_relation(houses, same_each):
    same_each(
        {
            "children": (House.objects.all, KEYS),
            "a list of children": (lambda: list(House.objects.all()), KEYS),
            "parents": (lambda: Asset.objects.order_by("pk"), KEYS),
        },
        joins=False,
    )


def test_the_relation_of_one_child(houses, same_each):
    """A related manager's QuerySet that the view hands over."""
    page = loop("{{ b.asset.pk }} {{ b.asset.id }}")
    same_each(
        {
            "of a child": (lambda: House.objects.first().crews.all(), page),
            "of a parent": (lambda: Asset.objects.last().crews.all(), page),
        },
        joins=False,
    )
