"""The data on the measured pages: made up, the same in every process, different for A and B."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from tests.benchmarks.engine.shop.models import Customer, Order, Product

FIRST_NAMES = ["Ada", "Björn", "Chloé", "Dmitri", "Edda", "Farid", "Grete", "Hugo", "Ines", "Jan"]
LAST_NAMES = ["O'Neil", "Smith & Sons", "Krüger", "van Dyk", "Łukasz", "Meyer", "Ng", "Pérez"]
NOUNS = [
    "lamp",
    "table",
    "garden",
    "winter",
    "paper",
    "stone",
    "river",
    "bicycle",
    "window",
    "kitchen",
    "<b>bold</b>",
    "salt & pepper",
    '"quoted"',
    "copper",
    "blanket",
    "ladder",
    "market",
    "harbour",
]


def chance(variant: str, salt: str = "") -> random.Random:
    """A source of numbers that gives the same ones for the same variant in every process."""
    return random.Random(f"{variant}:{salt}")


def sentence(source: random.Random, words: int = 12) -> str:
    """Some words with a full stop."""
    return (" ".join(source.choice(NOUNS) for _ in range(words)) + ".").capitalize()


def paragraph(source: random.Random, sentences: int = 5) -> str:
    """Some sentences, with a line break after every second one."""
    return " ".join(
        sentence(source) + ("\n\n" if number % 2 else "") for number in range(sentences)
    )


def moment(source: random.Random) -> datetime:
    """An aware point in time between 2015 and 2023, in UTC."""
    start = datetime(2015, 1, 1, tzinfo=timezone.utc)
    return start + timedelta(seconds=source.randrange(8 * 365 * 86400))


def day(source: random.Random) -> date:
    """A day between 2015 and 2023."""
    return date(2015, 1, 1) + timedelta(days=source.randrange(8 * 365))


@dataclass
class Person:
    """A plain object with attributes and a method."""

    name: str
    email: str
    age: int
    city: str
    admin: bool
    tags: list[str]
    score: float

    def shout(self) -> str:
        """The name in capitals."""
        return self.name.upper()

    @property
    def is_adult(self) -> bool:
        """Whether the person may sign."""
        return self.age >= 18


def people(variant: str, count: int) -> list[Person]:
    """Plain objects."""
    source = chance(variant, "people")
    return [
        Person(
            name=f"{source.choice(FIRST_NAMES)} {source.choice(LAST_NAMES)}",
            email=f"user{number}@example.org",
            age=source.randrange(10, 90),
            city=source.choice(["Bonn", "Köln", "Essen", "Ulm"]),
            admin=source.random() < 0.2,
            tags=source.sample(NOUNS, 3),
            score=round(source.random() * 100, 3),
        )
        for number in range(count)
    ]


def records(variant: str, count: int) -> list[dict[str, Any]]:
    """Plain dictionaries."""
    source = chance(variant, "records")
    return [
        {
            "id": number,
            "title": sentence(source, 4),
            "price": round(source.random() * 1000, 2),
            "stock": source.randrange(50),
            "group": "ABCD"[number * 4 // count],
            "active": source.random() < 0.7,
        }
        for number in range(count)
    ]


def customers(variant: str, count: int) -> list[Customer]:
    """Model instances that were never saved."""
    source = chance(variant, "customers")
    return [
        Customer(
            pk=number + 1,
            first_name=source.choice(FIRST_NAMES),
            last_name=source.choice(LAST_NAMES),
            email=f"customer{number}@example.org",
            tier=source.choice("gsb"),
            joined=moment(source),
            is_active=source.random() < 0.8,
            balance=Decimal(source.randrange(1_000_000)) / 100,
        )
        for number in range(count)
    ]


def products(variant: str, count: int) -> list[Product]:
    """Model instances that were never saved."""
    source = chance(variant, "products")
    return [
        Product(
            pk=number + 1,
            name=sentence(source, 3).rstrip("."),
            slug=f"product-{number}-{source.randrange(1000)}",
            category=source.choice("btf"),
            price=Decimal(source.randrange(20_000)) / 100,
            stock=source.randrange(-2, 12),
            weight=source.random() * 20,
            added=day(source),
            description=paragraph(source, 3),
        )
        for number in range(count)
    ]


def orders(variant: str, count: int) -> list[Order]:
    """Orders that were never saved, each with its customer at hand."""
    source = chance(variant, "orders")
    buyers = customers(variant, max(1, count // 4))
    return [
        Order(
            pk=number + 1,
            number=f"R-{20000 + number}",
            customer=source.choice(buyers),
            state=source.choice("npsc"),
            placed=moment(source),
            total=Decimal(source.randrange(500_000)) / 100,
            is_gift=source.random() < 0.1,
        )
        for number in range(count)
    ]
