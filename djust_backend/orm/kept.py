"""Rows that came with another query: kept on the connection until somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .harmless import leaves_all
from .statements import Fetched, Request


class Kept:
    """A wrapper in `connection.execute_wrappers` for as long as it has what nobody has asked for.

    It stands for the answer to one query, until something runs on the connection that might write,
    or its transaction ends.
    """

    def __init__(self, request: Request, found: Fetched) -> None:
        self._request = request
        self._found = found
        connection = request.connection
        self._state = (connection.connection, block(connection))
        # In front: `connection.execute_wrapper`, opened by a tag, takes away the last one.
        connection.execute_wrappers.insert(0, self)

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Run a statement; the rows are forgotten if it might change them."""
        if many or not isinstance(sql, str) or not leaves_all(sql.lstrip(" (")):
            self.stop()
        return execute(sql, params, many, context)

    def answer(self, request: Request) -> Fetched | None:
        """The rows of this query, if it is the one; given once."""
        mine, connection = self._request, request.connection
        if mine.connection is not connection or mine.sql != request.sql:
            return None
        if repr(mine.params) != repr(request.params) or connection.needs_rollback:
            return None
        self.stop()
        return self._found if self._state == (connection.connection, block(connection)) else None

    def stop(self) -> None:
        """Leave the connection as it was."""
        wrappers = self._request.connection.execute_wrappers
        if self in wrappers:
            wrappers.remove(self)


def kept(request: Request) -> Fetched | None:
    """The rows of a query that have come with another one; None if it has to be run."""
    for wrapper in request.connection.execute_wrappers:
        if type(wrapper) is Kept and (found := wrapper.answer(request)) is not None:
            return found
    return None


def block(connection: Any) -> Any:
    """The outermost `atomic` that is open: what tells one transaction from the next."""
    return connection.atomic_blocks[0] if connection.atomic_blocks else None
