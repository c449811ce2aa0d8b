"""Datetimes in UTC, shown while zones are active that are UTC too, look so, or only seem to be."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import TZPATH, ZoneInfo

import pytest
from django.utils import timezone as current

from tests.compare import Case, render_on_both


class Own(tzinfo):
    """A zone of a site's own."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        """An hour, for times."""
        return timedelta(0) if when is None else timedelta(hours=1)

    def tzname(self, _when: datetime | None) -> str:
        """What UTC is called."""
        return "UTC"

    def dst(self, _when: datetime | None) -> timedelta:
        """None."""
        return timedelta(0)


def under_the_name_of_utc(other: str) -> ZoneInfo:
    """Another zone's rules, whose key is that of UTC."""
    for folder in TZPATH:
        file = Path(folder, other)
        if file.exists():
            return ZoneInfo.from_file(BytesIO(file.read_bytes()), key="UTC")
    pytest.skip("no files of zones")


def check(case: Case) -> None:
    """Assert that both engines do the same, if that is an error as well."""
    # At the ends of the calendar there is no local time.
    with suppress(OverflowError, ValueError):
        render_on_both(case)


ZONES = {
    "UTC": lambda: ZoneInfo("UTC"),
    "UTC by another name": lambda: ZoneInfo("Etc/UTC"),
    "Python's": lambda: timezone.utc,
    "of the same offset": lambda: timezone(timedelta(0)),
    "without offset, with a name": lambda: timezone(timedelta(0), "Zulu"),
    "an offset that is called UTC": lambda: timezone(timedelta(hours=2), "UTC"),
    "less than a second": lambda: timezone(timedelta(microseconds=5), "UTC"),
    "GMT": lambda: ZoneInfo("GMT"),
    "in winter": lambda: ZoneInfo("Europe/London"),
    "since long": lambda: ZoneInfo("Africa/Abidjan"),
    "under its name": lambda: under_the_name_of_utc("Asia/Tokyo"),
    "of a class of its own": Own,
}
TIMES = [
    datetime(2026, 3, 2, 9, 30, 5, 7, tzinfo=timezone.utc),
    datetime(2026, 7, 2, 23, 0, tzinfo=timezone.utc),
    datetime(1, 1, 1, tzinfo=timezone.utc),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc),
    datetime(1900, 1, 1, fold=1, tzinfo=timezone.utc),
    datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("UTC")),
    datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(0))),
    datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(0), "other")),
]
SOURCE = (
    "{% load tz %}{{ v }}|{{ v|date:'j M Y H:i' }}|{{ v|date:'c e T O Z I r U P' }}|{{ v|time }}|"
    "{{ v|time:'H e' }}|{{ v|localtime|date:'c e' }}|{{ v|utc }}|"
    "{% localtime off %}{{ v }}{{ v|date:'c e' }}{% endlocaltime %}"
    "{% timezone 'Asia/Tokyo' %}{{ v|date:'H e' }}{% endtimezone %}{{ v|date:'c e' }}"
)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("use_tz", [True, False])
def test_texts_are_stock_s(name: str, use_tz: bool, settings: Any) -> None:
    settings.USE_TZ = use_tz
    zone = ZONES[name]()
    with current.override(zone):
        for value in TIMES:
            check(Case(SOURCE, {"v": value}))


def test_zones_by_turns() -> None:
    """What was found out about one zone is not said of the next."""
    for _ in range(2):
        for name, make in ZONES.items():
            with current.override(make()):
                check(Case("{{ v|date:'c e' }}" + name, {"v": TIMES[0]}))
