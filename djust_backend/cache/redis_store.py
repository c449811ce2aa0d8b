"""The store in Redis: short timeouts, no retries, and a circuit breaker; see `Store`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qs, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from .breaker import CircuitBreaker
from .store import StoreError, StoreRestsError

# A plan is derived in some milliseconds: a server that takes longer than this is no help.
_TIMEOUT_SECONDS = 0.2
_MOST_BYTES = 1_000_000
_LOCK_MILLISECONDS = 5_000
# Plans of a release that is gone go by themselves; a site that runs longer derives them again.
_KEPT_SECONDS = 7 * 24 * 3600

# Only the holder of a lock gives it back.
_UNLOCK = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""

_Answer = TypeVar("_Answer")


class RedisStore:
    """Plans in the server that a URL names, for one release of one project.

    `url` is what redis-py takes (redis://, rediss://, unix://, with its options in the query), or
    `redis+sentinel://host:port,host:port/service/db`, or `redis+cluster://host:port`. `project` and
    `release` are the beginning of each key: releases of a site do not see each other's.
    Error: ValueError for a URL that is none.
    """

    name = "redis"

    def __init__(self, url: str, connections: int, project: str, release: str) -> None:
        self.breaker = CircuitBreaker(self.name)
        self._project = f"djust:{project}:"
        self._prefix = f"{self._project}{release}:"
        self._url, self._connections = url, connections
        self._made: Any = None
        # A cluster and sentinels are asked for their servers when they are made, which may fail.
        if urlsplit(url).scheme not in ("redis+sentinel", "redis+cluster"):
            self._made = _single(url, connections)

    def get(self, key: str) -> bytes | None:
        """What is kept under a key; never more than a plan can be."""
        found: bytes = self._ask(lambda client: client.getrange(self._prefix + key, 0, _MOST_BYTES))
        return found or None

    def set(self, key: str, sealed: bytes) -> None:
        """Keep something, in place of whatever is there."""
        self._ask(lambda client: client.set(self._prefix + key, sealed, ex=_KEPT_SECONDS))

    def lock(self, key: str) -> str | None:
        """A key with a token that ends by itself."""
        token = secrets.token_hex(16)
        name = f"{self._prefix}{key}:lock"
        taken = self._ask(lambda client: client.set(name, token, nx=True, px=_LOCK_MILLISECONDS))
        return token if taken else None

    def unlock(self, key: str, token: str) -> None:
        """Compare and delete, in one step of the server's."""
        self._ask(lambda client: client.eval(_UNLOCK, 1, f"{self._prefix}{key}:lock", token))

    def items(self) -> Iterator[tuple[str, bytes]]:
        """The plans of this release."""
        names = self._ask(lambda client: list(client.scan_iter(f"{self._prefix}*", count=500)))
        for name in names:
            key = name.decode().removeprefix(self._prefix)
            found = None if key.endswith(":lock") else self.get(key)
            if found is not None:
                yield key, found

    def clear(self) -> int:
        """Drop the plans and locks of all releases of this project."""
        names = self._ask(lambda client: list(client.scan_iter(f"{self._project}*", count=500)))
        for name in names:
            self._ask(partial(_delete, name))
        return sum(not name.endswith(b":lock") for name in names)

    def close(self) -> None:
        """Close the connections; the next question opens them again."""
        if isinstance(self._made, redis.RedisCluster):
            self._made.disconnect_connection_pools()  # type: ignore[no-untyped-call]
        elif self._made is not None:
            self._made.connection_pool.disconnect()

    def _ask(self, question: Callable[[Any], _Answer]) -> _Answer:
        if not self.breaker.allows():
            raise StoreRestsError("Redis has failed a moment ago")
        try:
            if self._made is None:
                self._made = _many(self._url, self._connections)
            answer = question(self._made)
        except redis.ResponseError as error:
            # It answers: another type under our key, or no memory left.
            self.breaker.succeeded()
            raise StoreError(str(error)) from error
        except (redis.RedisError, OSError) as error:
            self.breaker.failed()
            raise StoreError(f"{type(error).__name__}: {error}") from error
        self.breaker.succeeded()
        return answer


def _delete(name: bytes, client: Any) -> None:
    client.delete(name)


def _options() -> dict[str, Any]:
    return {
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def _single(url: str, connections: int) -> Any:
    pool = redis.BlockingConnectionPool.from_url(
        url, max_connections=connections, timeout=_TIMEOUT_SECONDS, **_options()
    )
    return redis.Redis(connection_pool=pool)


def _many(url: str, connections: int) -> Any:
    parts = urlsplit(url)
    plain = url.replace(f"{parts.scheme}://", "redis://", 1)
    if parts.scheme == "redis+cluster":
        return redis.RedisCluster.from_url(plain, max_connections=connections, **_options())
    service, _, database = parts.path.strip("/").partition("/")
    # redis-py leaves the types of sentinels out.
    make: Any = Sentinel
    sentinels = make(_hosts(parts), sentinel_kwargs=_options(), **_options())
    return sentinels.master_for(
        service or parse_qs(parts.query).get("service", ["mymaster"])[0],
        db=int(database or 0),
        max_connections=connections,
        username=parts.username,
        password=parts.password,
    )


def _hosts(parts: SplitResult) -> list[tuple[str, int]]:
    """The sentinels: `urlsplit` knows only one host and port."""
    hosts = []
    for part in parts.netloc.rpartition("@")[2].split(","):
        host, _, port = part.rpartition(":") if ":" in part else (part, "", "26379")
        hosts.append((host, int(port)))
    return hosts
