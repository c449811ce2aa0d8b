"""Rows of the wild models, the same for the same seed."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from random import Random
from types import SimpleNamespace

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from . import wild

_MOMENT = datetime.datetime(2024, 3, 31, 0, 30, 0, 5, tzinfo=datetime.timezone.utc)

ODD_VALUES = {
    "path": [None, "a/b.txt", "<x>"],
    "big": [0, -(2**63), 2**63 - 1, 10**6],
    "rough": [None, wild.LARGEST, -wild.LARGEST, 1e-300, 0.1 + 0.2, -0.0, 1e16],
    "exact": [None, Decimal("123456789012345.123456789012345"), Decimal(0), Decimal("-0.5")],
    "whole": [None, Decimal(10) ** 19, Decimal(7)],
    "moment": [None, _MOMENT, _MOMENT.replace(year=1800), _MOMENT.replace(microsecond=0)],
    "day": [None, _MOMENT.date(), datetime.date(1, 1, 1), datetime.date(9999, 12, 31)],
    "took": [None, datetime.timedelta(days=-3, microseconds=7), datetime.timedelta(hours=30)],
    "raw": [None, b"", b"\x00\xff<b>"],
    "data": [{}, {"a": {"b": [1, "<"]}}, [], "x", 0, {"items": 3, "keys": None}],
}


def populate(seed: int, size: int) -> None:
    """Fill every table of the wild models with up to `size` rows."""
    random = Random(seed)
    some = SimpleNamespace(
        of=lambda rows: random.choice([None, *rows]), random=random, size=size, rows={}
    )
    for fill in (_keys, _inheritance, _managers, _fields, _marks):
        fill(some)


def _keys(some: SimpleNamespace) -> None:
    random, firms = some.random, []
    for n in range(some.size):
        key = uuid.UUID(int=random.getrandbits(128), version=4)
        firms.append(wild.Firm.objects.create(id=key, name=f"f{n % 3}", heir=some.of(firms)))
    sites = [
        wild.Site.objects.create(word=random.choice(["Site{}", "site{}"]).format(n), firm=firm)
        for n, firm in enumerate(random.choices(firms, k=some.size) if firms else ())
    ]
    words = [None, "nowhere", *(site.word for site in sites)]
    if connection.vendor in ("sqlite", "mysql"):
        words += [site.word.swapcase() for site in sites]
    desks = [
        wild.Desk.objects.create(number=Decimal(n) / 2, site_id=random.choice(words))
        for n in range(some.size)
    ]
    badges = [
        wild.Badge.objects.create(desk=desk, colour=random.choice([None, "red", "<b>"]))
        for desk in desks
        if random.random() < 0.7
    ]
    for n in range(some.size if badges else 0):
        depth = random.choice([wild.LARGEST, -wild.LARGEST, 0.1, 1e300, float(n)])
        wild.Scratch.objects.create(badge=random.choice(badges), depth=depth)
    some.rows = {"firms": firms, "sites": sites}


def _inheritance(some: SimpleNamespace) -> None:
    random, rows = some.random, some.rows
    assets: list[wild.Asset] = []
    ships = []
    for n in range(some.size):
        moment = random.choice([None, _MOMENT + datetime.timedelta(days=30 * n)])
        own = {"name": f"a{n}", "firm": some.of(rows["firms"]), "made": moment}
        match random.randint(0, 2):
            case 0:
                assets.append(wild.Asset.objects.create(**own))
            case 1:
                ships.append(wild.Ship.objects.create(**own, port=some.of(rows["sites"])))
            case 2:
                assets.append(wild.House.objects.create(**own, on=some.of(rows["sites"])))
    keys = [asset.asset_ptr_id if isinstance(asset, wild.House) else asset.pk for asset in assets]
    keys += [ship.pk for ship in ships]
    crews = [
        wild.Crew.objects.create(
            name=f"c{n % 2}",
            asset_id=random.choice([None, *keys]),
            ship=some.of(ships),
            old_id=random.choice([None, *(ship.pk for ship in ships)]),
        )
        for n in range(some.size)
    ]
    for who in crews:
        for whom in random.sample(crews, random.randint(0, min(3, len(crews)))):
            wild.Liking.objects.create(
                who=who, whom=whom, teller=some.of(crews), much=random.randint(1, 2)
            )
    some.rows |= {"assets": keys, "ships": ships}


def _managers(some: SimpleNamespace) -> None:
    random = some.random
    softs = [
        wild.Soft.everything.create(
            name=f"{'sS'[n % 2]}{n % 3}",
            deleted=random.random() < 0.4,
            firm=some.of(some.rows["firms"]),
        )
        for n in range(some.size)
    ]
    for soft in softs:
        soft.peers.set(random.sample(softs, random.randint(0, min(2, len(softs)))))
        for _ in range(random.randint(0, 3)):
            wild.SoftPart.everything.create(soft=soft, deleted=random.random() < 0.3)
    some.rows["softs"] = softs


def _fields(some: SimpleNamespace) -> None:
    random = some.random
    odds = [
        wild.Odds.objects.create(
            cash=wild.Cash(Decimal(n) / 4),
            firm=some.of(some.rows["firms"]),
            upper=f"up{n}",
            slug=f"s{n}",
            picture=random.choice([None, "", f"p{n}.png"]),
            **{name: random.choice(values) for name, values in ODD_VALUES.items()},
        )
        for n in range(some.size)
    ]
    softs, ships = some.rows["softs"], some.rows["ships"]
    for _ in range(some.size if softs else 0):
        basket = wild.Basket.objects.create(soft=random.choice(softs), ship=some.of(ships))
        basket.odds.set(random.sample(odds, random.randint(0, min(3, len(odds)))))
        basket.softs.set(random.sample(softs, random.randint(0, min(3, len(softs)))))


def _marks(some: SimpleNamespace) -> None:
    random, rows = some.random, some.rows
    for _ in range(some.size):
        wild.Lost.objects.create()
    kinds = {
        model: ContentType.objects.get_for_model(model, for_concrete_model=False)
        for model in (wild.Firm, wild.Asset, wild.Ship, wild.OldShip)
    }
    ships = [ship.pk for ship in rows["ships"]]
    targets = [
        (None, None),
        (kinds[wild.Firm], "no key"),
        *((kinds[wild.Firm], firm.pk) for firm in rows["firms"]),
        *((kinds[wild.Firm], firm.pk.hex) for firm in rows["firms"]),
        *((kinds[wild.Asset], key) for key in rows["assets"]),
        *((kinds[wild.Ship], key) for key in ships),
        *((kinds[wild.OldShip], key) for key in ships),
    ]
    for _ in range(2 * some.size):
        kind, key = random.choice(targets)
        wild.Mark.objects.create(
            kind=kind,
            object_id=None if key is None else str(key),
            level=random.choice([None, 1, 2]),
        )
