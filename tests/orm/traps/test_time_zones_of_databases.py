"""Moments with and without a time zone, in databases with a time zone of their own."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import DateTimeField, F, Max, Min
from django.db.models.functions import Cast, TruncDay, TruncHour
from django.utils import timezone
from traps.compared import loop
from zoo.odd import Sample
from zoo.wild import Firm, Ship

MOMENTS = [
    None,
    datetime.datetime(2024, 3, 31, 0, 30),
    datetime.datetime(2024, 10, 27, 1, 30, 0, 7),
    datetime.datetime(1800, 1, 1, 12, 0),
    datetime.datetime(9999, 12, 30, 12, 0, 59, 999999),
]


@contextmanager
def database_in(zone: str | None) -> Iterator[None]:
    """The database keeps times in this zone, as `DATABASES["default"]["TIME_ZONE"]` asks for."""
    known = connection.settings_dict["TIME_ZONE"]

    def change(zone: str | None) -> None:
        connection.settings_dict["TIME_ZONE"] = zone
        for name in ("timezone", "timezone_name"):
            vars(connection).pop(name, None)
        connection.ensure_timezone()

    change(zone)
    try:
        yield
    finally:
        change(known)


BODIES = {
    "plain": "{{ b.at }}|{{ b.day }}|{{ b.hour }}|{{ b.took }}",
    "formats": "{{ b.at|date:'c e T' }}{{ b.at|time:'H:i:s.u' }}{{ b.at.year }}{{ b.at.tzinfo }}{{ b.at.isoformat }}",
    "zones": "{% load tz %}{{ b.at|utc }}{{ b.at|localtime|date:'c' }}{% timezone 'Asia/Kolkata' %}{{ b.at }}{% localtime off %}{{ b.at }}{% endlocaltime %}{% endtimezone %}",
    "compared": "{% ifchanged b.at %}c{% endifchanged %}{% if b.at == x %}same{% endif %}{{ b.at|timesince }}",
    "annotated": "{{ b.nothing }}|{{ b.nothing|date:'c' }}",
}
SHIPS = {
    "of rows": "{% for s in b.asset_rows.all %}{{ s.made }}{{ s.age }}{{ s.made|date:'c' }}{% endfor %}{{ b.asset_rows.first.made }}",
    "of the first": "{% for s in b.asset_rows.all|slice:':1' %}{{ s.made }}{% endfor %}{{ b.asset_rows.count }}",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("use_tz", [True, False])
@pytest.mark.parametrize("zone", [None, "Asia/Kolkata", "America/New_York"])
def test_moments(db, same_grid, settings, use_tz, zone):
    settings.USE_TZ = use_tz
    settings.TIME_ZONE = "Europe/Berlin"
    with database_in(zone if use_tz else None):
        firm = Firm.objects.create(id="12345678123456781234567812345678", name="f")
        for n, moment in enumerate(MOMENTS):
            if moment is not None and use_tz:
                moment = moment.replace(tzinfo=datetime.timezone.utc)
            day, hour = (moment.date(), moment.time()) if moment else (None, None)
            took = datetime.timedelta(days=-n, microseconds=n)
            Sample.objects.create(at=moment, day=day, hour=hour, took=took, size="s")
            Ship.objects.create(firm=firm, made=moment)
        sources = {
            "rows": lambda: Sample.objects.order_by("pk"),
            "unordered": lambda: Sample.objects.order_by(),
            "by moment": lambda: Sample.objects.order_by("at", "pk"),
            "only": lambda: Sample.objects.only("at"),
            "values": lambda: Sample.objects.order_by("pk").values("at", "day", "hour", "took"),
            "truncated": lambda: Sample.objects.filter(pk__lt=4).annotate(nothing=TruncDay("at")),
            "hours": lambda: Sample.objects.filter(pk__lt=4).annotate(nothing=TruncHour("at")),
            "copied": lambda: Sample.objects.annotate(nothing=F("at")),
            "greatest": lambda: Sample.objects.annotate(nothing=Max("group__samples__at")),
            "cast": lambda: Sample.objects.annotate(nothing=Cast("at", DateTimeField())),
            "least of ships": lambda: Firm.objects.annotate(nothing=Min("asset_rows__made")),
        }
        bodies = {name: loop(body) for name, body in BODIES.items()}
        same_grid(sources, bodies, joins=False, fails=None)
        ships = {name: loop(body) for name, body in SHIPS.items()}
        same_grid({"firms": lambda: Firm.objects.order_by("pk")}, ships, joins=False)
        with timezone.override("Pacific/Auckland"):
            same_grid({"rows": sources["rows"], "values": sources["values"]}, bodies, joins=False)
