"""Whether statements can be sent together on a connection: to PostgreSQL, by psycopg 3."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from djust_backend.conf import pipeline


def may_send(connection: Any) -> bool:
    """Whether several statements can go out at once on a connection of Django's.

    Not if somebody else watches or rewrites its statements.
    """
    return (
        connection.vendor == "postgresql"
        and pipeline()
        and _has_pipelines(connection.Database)
        and all(map(_is_ours, connection.execute_wrappers))
    )


def _is_ours(wrapper: object) -> bool:
    module = getattr(wrapper, "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] == __name__.partition(".")[0]


@lru_cache(maxsize=8)
def _has_pipelines(driver: Any) -> bool:
    """Whether the driver is psycopg 3, with a library below it that knows pipelines."""
    pipelines = getattr(driver, "Pipeline", None)
    return pipelines is not None and bool(pipelines.is_supported())
