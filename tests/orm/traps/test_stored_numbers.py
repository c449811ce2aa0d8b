"""Numbers and truth that other programs have written into SQLite: whatever stands there, as stock reads it."""

from __future__ import annotations

import pytest
from django.db import connection
from traps.compared import loop
from zoo.odd import Sample

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="other databases let nothing else into such columns"
)

STORED = [0, 1, 2, -1, 1.0, 0.0, 0.5, 1e300, "1", "0.10", "nonsense", "NaN", b"1", b"0.5", None]

READ = loop(
    "{{ b.COLUMN }}|{% if b.COLUMN %}yes{% endif %}|{{ b.COLUMN|yesno }}|{{ b.COLUMN|floatformat:3 }}"
)


def write(column, value):
    with connection.cursor() as cursor:
        # Text stays text, where the declared type would make a number of it.
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE zoo_sample SET {column} = %s", [value])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    return Sample.objects.order_by("pk")


@pytest.mark.parametrize("column", ["maybe", "level", "price"])
def test_whatever_stands_in_a_column(zoo_rows, same_each, column):
    cases = {
        repr(value): (
            lambda value=value: write(column, value),
            READ.replace("COLUMN", column),
        )
        for value in STORED
        if value is not None or column != "price"
    }
    same_each(cases, fails=None)
