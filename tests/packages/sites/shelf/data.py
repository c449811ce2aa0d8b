"""Fills the shelf, the same each time."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from .models import Author, Book


def fill() -> None:
    """Make three authors and thirty books, some with signs that have to be escaped."""
    authors = [
        Author.objects.create(name=name, born=born)
        for name, born in (("Ann <A>", date(1960, 2, 29)), ("Bob & Bea", None), ("Ünal", date(1999, 12, 31)))
    ]
    first = datetime(2020, 1, 1, 12, 30, tzinfo=timezone.utc)
    for n in range(30):
        Book.objects.create(
            title=f'Book "{n}" <b>',
            author=authors[n % 3],
            kind="np"[n % 2],
            price=None if n % 5 == 0 else Decimal(n * 1000) / 7,
            published=None if n % 4 == 0 else first + timedelta(days=n * 31),
            in_print=n % 3 > 0,
            notes="line one\nline two" * (n % 2),
        )
