"""Dates and times that other programs have written into SQLite: whatever stands there, as stock reads it."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import connection
from django.utils.dateparse import parse_datetime
from traps.compared import loop
from zoo.odd import Sample

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="other databases keep dates and times as such"
)

STORED = [
    "2026-03-02 09:30:00", "2026-03-02 09:30:00.5", "2026-03-02 09:30:00.123456", "2026-03-02T09:30:00",
    "2026-03-02 09:30", "2026-03-02 09", "2026-03-02", "20260302", "2026-W10-1", "20260302T093000",
    "2026-03-02 09:30:00+02:00", "2026-03-02 09:30:00Z", "2026-03-02 24:00:00", "2026-3-2 9:30", "2026-3-2",
    "2026-02-30 00:00:00", "2026-02-30", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "-1", "",
    "nonsense", "now", " 2026-03-02 09:30:00", 0, 1, 20260302, 1772443800, 1772443800.25, b"2026-03-02 09:30:00",
    b"2026-03-02", b"\xff", None,
]  # fmt: skip

READ = loop(
    "{{ b.at|date:'c' }} {{ b.at|date:'U' }} {{ b.day|date:'Y-m-d' }} {{ b.at }} {{ b.day }}"
)


def write(value):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE zoo_sample SET at = %s, day = %s", [value, value])
    return Sample.objects.order_by("pk")


def test_whatever_stands_in_a_column(zoo_rows, same_each):
    """The same page, or the same error, for each value."""
    cases = {repr(value): (lambda value=value: write(value), READ) for value in STORED}
    same_each(cases, fails=None)


def test_columns_of_later_queries(zoo_rows, same_each):
    """Rows of a collection, and the first rows of each."""
    template = (
        "{% for g in rows %}"
        "{% for b in g.samples.allBODY %}{{ b.at|date:'c' }}{{ b.day }},{% endfor %}{% endfor %}"
    )
    groups = Sample._meta.get_field("group").related_model.objects

    def rows(value):
        write(value)
        return groups.order_by("pk")

    same_each(
        {
            f"{value!r}{part}": (lambda value=value: rows(value), template.replace("BODY", part))
            for value in STORED
            for part in ("", "|slice:':2'")
        },
        fails=None,
    )


def test_a_driver_that_parses_in_its_own_way(zoo_rows, same_each):
    """A site may register a converter of its own for declared columns, before its first query."""
    own = sqlite3.converters["DATETIME"]
    sqlite3.register_converter("datetime", lambda text: parse_datetime("2000" + text.decode()[4:]))
    try:
        same_each(
            {
                "own": (
                    lambda: write("2026-03-02 09:30:00"),
                    loop("{{ b.at|date:'c' }}{{ b.renamed }}"),
                )
            }
        )
    finally:
        sqlite3.register_converter("datetime", own)
