"""Queries that are sure to be run soon, sent to PostgreSQL together with the one that is run now.

A network answers the sooner the fewer times it is asked: psycopg's pipeline mode sends several
statements before the first answer is there. That is all that changes. A statement is still run by
whoever needs its rows; if it was sent before, its cursor has them already. It is used if text and
parameters are the same, in the same transaction, and only until something runs on the connection
that might write.
"""

from __future__ import annotations

import logging
import selectors
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from djust_backend.records import Record

from .harmless import leaves_all, only_reads
from .kept import block
from .timestamps import read_natively

logger = logging.getLogger("djust_backend.orm")

#: The text of a statement, and its parameters.
Query: TypeAlias = "tuple[str, tuple[Any, ...]]"

#: Logged for a statement that was sent and that nobody has run: the page has ended, or written.
NOT_RUN = "Not run after all: %s"

# Windows has none; others may have more files than `select` can tell.
_HAS_POLL = hasattr(selectors, "PollSelector")
_SAVEPOINT = '"djust_pipeline"'
# Parameters that are equal if their contents are. The wrappers of a driver are not.
_PLAIN = (int, float, str, bytes, Decimal, UUID, date, time, timedelta)
# Of these, equal ones are sent as the same text; 1.0 and 1.00 are equal, and two texts.
_EXACT = frozenset({int, bool, str, bytes, UUID, date, type(None)})
# `libpq`: a transaction that is open and may go on.
_OPEN = 2


def expect(connection: Any, queries: Iterable[Query]) -> Expectation:
    """Send these queries with the next one that is run, whatever that is.

    Each of them has to be sure to be run, and to be run soon: before `stop` of what this gives.
    """
    line = next((one for one in connection.execute_wrappers if type(one) is _Line), None)
    if line is None:
        line = _Line(connection)
        # In front: `connection.execute_wrapper`, opened by a tag, takes away the last one.
        connection.execute_wrappers.insert(0, line)
    expectation = Expectation(line)
    for sql, params in queries:
        if (
            only_reads(sql)
            and all(map(_tells, params))
            and not any(_is_same(one, sql, params) for one in (*line.waiting, *line.sent))
        ):
            line.waiting.append(_Expected(sql, params, expectation, None))
    line.settle()
    return expectation


class Expectation:
    """Queries of one render that have been announced."""

    __slots__ = ("_line",)

    def __init__(self, line: _Line) -> None:
        self._line = line

    def stop(self) -> None:
        """Forget those that nobody has run: an error has ended the render."""
        self._line.forget(self)


class _Expected(Record):
    """A statement, who has announced it, and once it was sent the driver's cursor."""

    sql: str
    params: Sequence[Any]
    owner: Expectation
    cursor: Any


class _Line:
    """A wrapper in `connection.execute_wrappers` for as long as queries are announced on it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.waiting: list[_Expected] = []
        self.sent: list[_Expected] = []
        self._state: tuple[Any, Any] = (None, None)

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Run a statement with the expected ones behind it, or with the answer that it has."""
        wrapper = context["cursor"]
        own = getattr(wrapper, "cursor", None)
        text = sql.lstrip(" (") if isinstance(sql, str) else ""
        if many or not leaves_all(text) or not self._goes_on():
            self.forget(None)
            return execute(sql, params, many, context)
        if not self._is_plain(own) or not text.startswith("SELECT"):
            return execute(sql, params, many, context)
        expected = self._take(sql, params)
        # With several statements in one text, there is no pipeline.
        if expected is None and (not self.waiting or ";" in text):
            self.settle()
            return execute(sql, params, many, context)
        # Through all other wrappers, which see every statement when it is run.
        stand_in = _First(self, own) if expected is None else _Later(expected, own)
        wrapper.cursor = stand_in
        try:
            return execute(sql, params, many, context)
        finally:
            wrapper.cursor = stand_in.settled()
            self.settle()

    def send(self, own: Any, sql: Any, params: Any) -> None:
        """Run a statement, and those that are expected behind it.

        Raises what the statement itself raises. If one of the others fails, nothing has happened:
        the statement is run once more, and each other one when its time comes.
        """
        raw = self.connection.connection
        if not _is_quiet(raw):
            # A server that has gone away says why to a statement that is alone.
            _execute(own, sql, params)
            return
        waiting, self.waiting = self.waiting, []
        is_open = raw.info.transaction_status == _OPEN
        sent = [one.but(cursor=self._new_cursor()) for one in waiting]
        try:
            with raw.pipeline():
                if is_open:
                    raw.execute(f"SAVEPOINT {_SAVEPOINT}")
                _execute(own, sql, params)
                for one in sent:
                    _execute(one.cursor, one.sql, one.params)
                if is_open:
                    raw.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        except Exception:
            # The driver's, or of a value that cannot be written as text.
            for one in sent:
                one.cursor.close()
            if own.pgresult is None:
                if is_open and raw.info.transaction_status == _OPEN:
                    # It was the driver that refused it: the transaction goes on.
                    raw.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
                raise
            # Reported in the log; the statement that has failed will be run, and fail, by itself.
            logger.debug("Statements were not sent together", exc_info=True)
            if is_open:
                raw.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
                raw.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
            _execute(own, sql, params)
            return
        self.sent += sent
        self._state = (raw, block(self.connection))

    def _new_cursor(self) -> Any:
        cursor = self.connection.create_cursor()
        read_natively(cursor, self.connection)
        return cursor

    def forget(self, owner: Expectation | None) -> None:
        """Let go of what this owner, or anybody, has announced."""
        for one in self.sent:
            if owner is None or one.owner is owner:
                logger.debug(NOT_RUN, one.sql)
                one.cursor.close()
        self.sent = [one for one in self.sent if owner is not None and one.owner is not owner]
        self.waiting = [one for one in self.waiting if owner is not None and one.owner is not owner]
        self.settle()

    def settle(self) -> None:
        """Leave the connection as it was, if nothing is left to do."""
        if not self.waiting and not self.sent and self in self.connection.execute_wrappers:
            self.connection.execute_wrappers.remove(self)

    def _goes_on(self) -> bool:
        """Whether the transaction is the one in which statements have been sent."""
        now = self.connection
        if now.connection is None or now.needs_rollback:
            return False
        # Nobody tells when a transaction ends that no block has begun.
        if not now.autocommit and not now.in_atomic_block:
            return False
        if self.sent:
            return self._state[0] is now.connection and self._state[1] is block(now)
        # The statement that begins the transaction goes out alone.
        return bool(now.autocommit or now.connection.info.transaction_status == _OPEN)

    def _is_plain(self, cursor: Any) -> bool:
        """Whether it is the driver's own kind of cursor, which has all rows once it is run."""
        driver = self.connection.Database
        return isinstance(cursor, driver.Cursor) and not isinstance(cursor, driver.ServerCursor)

    def _take(self, sql: str, params: Any) -> _Expected | None:
        """The statement if it was sent; one that is to be sent is about to be."""
        self.waiting = [one for one in self.waiting if not _is_same(one, sql, params)]
        found = next((one for one in self.sent if _is_same(one, sql, params)), None)
        if found is not None:
            self.sent.remove(found)
        return found


class _First:
    """Stands in for the driver's cursor that runs a statement, and sends the others behind it."""

    def __init__(self, line: _Line, own: Any) -> None:
        self._line = line
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def execute(self, sql: Any, params: Any = None) -> Any:
        """Run it, and give the cursor, as the driver does; its errors as they come."""
        self._line.send(self._own, sql, params)
        return self._own

    def settled(self) -> Any:
        """The cursor that has the rows."""
        return self._own


class _Later:
    """Stands in for the driver's cursor that runs a statement which has been sent before."""

    def __init__(self, expected: _Expected, own: Any) -> None:
        self._expected = expected
        self._own = own
        self._is_used = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._expected.cursor if self._is_used else self._own, name)

    def execute(self, sql: Any, params: Any = None) -> Any:
        """Take the rows that are there, unless a wrapper has made another statement of it."""
        if _is_same(self._expected, sql, params):
            self._is_used = True
            return self._expected.cursor
        _execute(self._own, sql, params)
        return self._own

    def settled(self) -> Any:
        """The cursor that has the rows."""
        unused, used = self._own, self._expected.cursor
        if not self._is_used:
            unused, used = used, unused
        unused.close()
        return used


def _is_quiet(raw: Any) -> bool:
    """Whether the server has said nothing since its last answer."""
    if raw.closed:
        return False
    selector = selectors.PollSelector() if _HAS_POLL else selectors.SelectSelector()
    selector.register(raw.fileno(), selectors.EVENT_READ)
    return not selector.select(0)


def _execute(cursor: Any, sql: Any, params: Any) -> None:
    # As Django does it: with parameters, even none, a percent sign is a placeholder.
    if params is None:
        cursor.execute(sql)
    else:
        cursor.execute(sql, params)


def _is_same(one: _Expected, sql: Any, params: Any) -> bool:
    """Whether it is the same statement; 1, True and 1.0 are three parameters."""
    return (
        one.sql == sql
        and params is not None
        and len(one.params) == len(params)
        and all(map(_is_same_value, one.params, params))
    )


def _is_same_value(mine: Any, its: Any) -> bool:
    """Whether two parameters that `_tells` likes are sent in the same way."""
    kind = type(mine)
    if kind is not type(its):
        return False
    # What is equal may be written in two ways: signs of nought, digits, a fold, what lists hold.
    return (kind in _EXACT or repr(mine) == repr(its)) and bool(mine == its)


def _tells(value: Any) -> bool:
    """Whether a parameter is equal to another one of the same content."""
    if type(value) in (list, tuple):
        return all(map(_tells, value))
    if isinstance(value, (float, Decimal)):
        return not Decimal(value).is_nan()
    return value is None or isinstance(value, _PLAIN)
