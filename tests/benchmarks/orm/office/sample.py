"""The rows of the database: made up, the same in every run.

Texts hold `&` and `<`, which every escape function writes alike, but no quotation marks: Django
writes `&quot;` and `&#x27;`, MarkupSafe `&#34;` and `&#39;`.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model

from tests.benchmarks.orm.office.models import (
    Account,
    Branch,
    Category,
    Comment,
    Entry,
    Lease,
    MaintenanceRequest,
    Post,
    Profile,
    Property,
    Tag,
    Tenant,
)

#: The day on which all pages are looked at.
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=timezone.utc)

FIRST_NAMES = ["Ada", "Björn", "Chloé", "Dmitri", "Edda", "Farid", "Grete", "Hugo", "Ines", "Jan"]
LAST_NAMES = ["Smith & Sons", "Krüger", "van Dyk", "Łukasz", "Meyer", "Ng", "Pérez", "Brown"]
CITIES = ["Ghent", "Leeds", "Porto", "Turku", "Graz", "Lyon", "Brno", "Cork & Cobh"]
TAGS = [
    "bread", "cities", "garden", "history", "letters", "maps", "music", "night", "paper", "rain",
    "rivers", "salt & pepper", "stone", "trains", "winter", "wood",
]  # fmt: skip
NOUNS = [*TAGS, "copper", "harbour", "ladder", "lamp", "market", "x < y", "window", "kitchen"]


@dataclass(frozen=True)
class Scale:
    """How much of everything there is. The pages need 180 posts, `wide` one entry more than it shows."""

    users: int = 200
    homes: int = 60
    posts: int = 5_000
    comments: int = 12
    entries: int = 10_001


SMALL = Scale(users=12, homes=20, posts=180, comments=5, entries=60)


def fill(scale: Scale) -> None:
    """Write all rows into empty tables."""
    chance = random.Random(20260302)
    for rows in (*_people(chance, scale), *_letting(chance, scale), *_ledger(chance, scale)):
        _write(rows)
    _blog(chance, scale)


def _write(rows: Iterable[Model]) -> list[Any]:
    rows = list(rows)
    return list(type(rows[0])._default_manager.bulk_create(rows, batch_size=500))


def _text(chance: random.Random, words: int) -> str:
    return (" ".join(chance.choice(NOUNS) for _ in range(words)) + ".").capitalize()


def _people(chance: random.Random, scale: Scale) -> Iterator[list[Any]]:
    yield [
        User(
            pk=number,
            username=f"user{number}",
            first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
            last_name=LAST_NAMES[number % len(LAST_NAMES)],
            email=f"user{number}@example.com",
            password="!" * 88,
            date_joined=NOW - timedelta(days=number),
        )
        for number in range(1, scale.users + 1)
    ]
    yield [
        Profile(
            user_id=number,
            headline=_text(chance, 4),
            bio=_text(chance, 40),
            city=chance.choice(CITIES),
            website=f"https://example.com/{number}?a=1&b=2",
        )
        for number in range(1, scale.users + 1)
    ]
    yield [
        Tenant(
            pk=number,
            user_id=number,
            phone=f"+44 {number:07}",
            employer=_text(chance, 2),
            since=TODAY - timedelta(days=30 * number),
        )
        for number in range(1, scale.homes + 1)
        if number <= scale.users
    ]


def _letting(chance: random.Random, scale: Scale) -> Iterator[list[Any]]:
    tenants = min(scale.homes, scale.users)
    yield [
        Property(
            pk=number,
            name=f"{chance.choice(NOUNS).capitalize()} House {number}",
            kind=chance.choice(["house", "flat", "loft"]),
            street=f"{number} {chance.choice(NOUNS)} Street",
            city=chance.choice(CITIES),
            postal_code=f"{number:05}",
            bedrooms=number % 5 + 1,
            area=600 + number * 7,
            monthly_rent=Decimal(80_000 + number * 1_250) / 100,
            description=_text(chance, 60),
            listed_on=TODAY - timedelta(days=number // 2),
        )
        for number in range(1, scale.homes + 1)
    ]
    yield [
        MaintenanceRequest(
            property_id=chance.randint(1, scale.homes),
            tenant_id=chance.randint(1, tenants),
            title=_text(chance, 5),
            description=_text(chance, 40),
            priority=chance.choice(["low", "normal", "urgent"]),
            status=chance.choice(["open", "in_progress", "done"]),
            created_at=NOW - timedelta(hours=number // 2),
        )
        for number in range(scale.homes * 4)
    ]
    yield [
        Lease(
            property_id=number,
            tenant_id=number % tenants + 1,
            status="active" if number % 4 else "draft",
            monthly_rent=Decimal(80_000 + number * 1_250) / 100,
            deposit=Decimal(240_000 + number * 3_750) / 100,
            start_date=TODAY - timedelta(days=400),
            end_date=TODAY + timedelta(days=number // 2),
            notes=_text(chance, 30),
        )
        for number in range(1, scale.homes + 1)
    ]


def _blog(chance: random.Random, scale: Scale) -> None:
    tags = _write(Tag(name=name, slug=f"tag-{at}") for at, name in enumerate(TAGS))
    _write(
        Category(pk=at, name=f"{name} & more", slug=f"category-{at}", description=_text(chance, 30))
        for at, name in enumerate(NOUNS[:12], start=1)
    )
    posts = _write(
        Post(
            pk=number,
            title=_text(chance, 6),
            slug=f"post-{number}",
            summary=_text(chance, 20),
            body=_text(chance, 250),
            words=150 + number % 900,
            is_featured=number % 7 == 0,
            published_at=NOW - timedelta(hours=(scale.posts - number) // 2 * 9),
            updated_at=NOW,
            author_id=chance.randint(1, scale.users),
            category_id=chance.randint(1, 12),
        )
        for number in range(1, scale.posts + 1)
    )
    labels = Post.tags.through
    _write(
        labels(post_id=post.pk, tag_id=tag.pk)
        for post in posts
        for tag in chance.sample(tags, chance.randint(0, 5))
    )
    _write(
        Comment(
            post_id=post.pk,
            author_id=chance.randint(1, scale.users),
            body=_text(chance, 15),
            created_at=post.published_at + timedelta(minutes=chance.randint(1, 50)),
        )
        for post in posts
        for _ in range(chance.randint(0, scale.comments))
    )


def _ledger(chance: random.Random, scale: Scale) -> Iterator[list[Any]]:
    yield [
        Branch(pk=at, name=f"{city} branch", street=_text(chance, 2), city=city, opened_on=TODAY)
        for at, city in enumerate(CITIES, start=1)
    ]
    yield [
        Account(pk=at, number=f"{at:06}", name=_text(chance, 2), kind="expense", is_open=True)
        for at in range(1, 51)
    ]
    yield [_entry(chance, number) for number in range(1, scale.entries + 1)]


def _entry(chance: random.Random, number: int) -> Entry:
    amount = Decimal(chance.randint(100, 9_999_999)) / 100
    return Entry(
        number=f"E{number:07}",
        text=_text(chance, 4),
        quantity=chance.randint(1, 5_000),
        amount=amount,
        tax=amount / 5,
        rate=Decimal(20),
        currency="EUR",
        booked_on=TODAY - timedelta(days=number % 700),
        due_on=TODAY + timedelta(days=number % 60),
        created_at=NOW - timedelta(minutes=number),
        changed_at=NOW,
        is_paid=number % 3 == 0,
        is_checked=number % 2 == 0,
        period=number % 12 + 1,
        year=2020 + number % 6,
        batch=number // 100,
        reference=f"R-{number * 7919 % 100_003}",
        partner=_text(chance, 2),
        street=_text(chance, 2),
        city=chance.choice(CITIES),
        weight=number / 7,
        note=_text(chance, 15),
        branch_id=chance.randint(1, len(CITIES)),
        account_id=chance.randint(1, 50),
    )
