"""Database connections of threads that tests start, to be closed before the thread ends."""

from __future__ import annotations

from django.db import connections


def close_connections() -> None:
    """Close this thread's connections, also those that Django's own `close()` keeps.

    Django leaves a SQLite database in memory open, because it would be gone otherwise; the
    connection of a thread that ends is reported as unclosed by Python 3.13.
    """
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            connection.connection.close()
            connection.connection = None
