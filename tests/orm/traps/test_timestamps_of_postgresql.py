"""Timestamps as PostgreSQL writes them in any session, read as Django's loader of psycopg 3 reads them."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from unittest import mock

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from traps.compared import loop
from zoo.odd import Sample

from djust_backend._native import UtcReader
from djust_backend.orm.timestamps import read_natively

STORED = [
    "2026-03-02 09:30:00+00", "2026-03-02 09:30:00.5+00", "2026-03-02 09:30:00.123456+00", "epoch", None,
    "2026-03-29 01:30:00+00", "2026-10-25 00:30:00+00", "0001-01-01 00:00:00+00", "1890-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00", "10000-01-01 00:00:00+00", "0044-03-15 12:00:00+00 BC", "infinity",
    "-infinity",
]  # fmt: skip
SESSIONS = [
    "SET TIME ZONE 'UTC'",
    "SET TIME ZONE 'Etc/UTC'",
    "SET TIME ZONE 'Europe/Berlin'",
    "SET TIME ZONE 'Europe/London'",
    "SET TIME ZONE '+02:30'",
    "SET TIME ZONE 'Africa/Monrovia'",
    "SET DateStyle = 'ISO, DMY'",
    "SET DateStyle = 'German'",
    "SET DateStyle = 'SQL, MDY'",
]
READ = loop("{{ b.at|date:'c u e' }} {{ b.at }} {{ b.at.tzinfo }} {{ b.at.fold }}")


def rows(value, session=None):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE zoo_sample SET at = %s", [value])
        if session is not None:
            cursor.execute(session)
    return Sample.objects.order_by("pk")


def test_whatever_is_stored(zoo_rows, same_each):
    """The same page, or the same error."""
    cases = {repr(value): (lambda value=value: rows(value), READ) for value in STORED}
    same_each(cases, fails=None)


def test_whatever_the_session_is_set_to(zoo_rows, same_each):
    cases = {
        f"{session} {value}": (lambda value=value, session=session: rows(value, session), READ)
        for session in SESSIONS
        for value in STORED
    }
    same_each(cases, fails=None)


@contextmanager
def own_loader():
    """A site has registered a loader on its connection."""
    from psycopg.types.datetime import TimestamptzLoader

    class Loader(TimestamptzLoader):
        timezone = connection.timezone

        def load(self, data):
            return super().load(data).replace(year=2000)

    connection.ensure_connection()
    adapters = connection.connection.adapters
    oid = adapters.types["timestamptz"].oid
    before = adapters.get_loader(oid, 0)
    adapters.register_loader(oid, Loader)
    try:
        yield
    finally:
        adapters.register_loader(oid, before)


def changed(path):
    """A site has replaced a method of Django's loader, or of the driver's."""
    moment = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
    return mock.patch(path, mock.Mock(return_value=moment))


@pytest.mark.parametrize(
    "change",
    [
        own_loader,
        lambda: changed("django.db.backends.postgresql.psycopg_any.BaseTzLoader.load"),
        lambda: changed("psycopg.types.datetime.TimestamptzLoader.load"),
        lambda: changed("psycopg.types.datetime.TimestamptzLoader._load_iso"),
    ],
)
def test_loaders_that_are_not_django_s(zoo_rows, same_each, change):
    with change():
        same_each({"changed": (lambda: rows("2026-03-02 09:30:00+00"), READ)})
    same_each({"as before": (lambda: rows("2026-03-02 09:30:00+00"), READ)})


def test_values_in_utc_are_read_natively(db):
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader

    # Since Django 6.1 its loader asks the driver's fast one.
    is_slow = hasattr(BaseTzLoader, "_load_iso")
    assert isinstance(reader().load.__self__, UtcReader) is is_slow
    for session in ("SET TIME ZONE 'Europe/Berlin'", "SET DateStyle = 'German'"):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(session)
            assert not isinstance(reader().load.__self__, UtcReader)
            transaction.set_rollback(True)


def reader():
    """The loader that our cursors have."""
    with connection.cursor() as cursor:
        read_natively(cursor.cursor, connection)
        oid = cursor.cursor.adapters.types["timestamptz"].oid
        return cursor.cursor.adapters.get_loader(oid, 0)(oid, cursor.connection)


def outcome(loader, data):
    try:
        value = loader.load(data)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error), str(error)
    return value, value.tzinfo, value.fold


WRITTEN = st.one_of(
    st.datetimes().map(lambda value: f"{value}+00"),
    st.datetimes().map(str),
    st.from_regex(r"\d{4,5}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{0,7})?[-+]\d\d(:\d\d)?( BC)?", fullmatch=True),
    st.text(max_size=30),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WRITTEN, st.sampled_from([bytes, memoryview, bytearray]))
@example("2026-02-30 00:00:00+00", bytes)
@example("2026-03-02 24:00:00+00", bytes)
@example("2026-03-02 09:30:60+00", memoryview)
@example("2026-03-02 09:30:00.1234567+00", memoryview)
@example("9999-12-31 23:59:59.999999+00", memoryview)
def test_whatever_is_written(db, text, kind):
    """Whole and broken texts, in any buffer."""
    oid = 1184
    with connection.cursor() as cursor:
        stock = cursor.cursor.adapters.get_loader(oid, 0)(oid, cursor.connection)
        data = kind(text.encode("utf-8", "replace"))
        assert outcome(reader(), data) == outcome(stock, data)
