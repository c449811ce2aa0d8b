"""The store in Redis: short timeouts, no retries, and a circuit breaker; see `Store`."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url as _parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

from .breaker import CircuitBreaker
from .store import StoreError, StoreRestsError

# A plan is derived in some milliseconds: a server that takes longer than this is no help.
_TIMEOUT_SECONDS = 0.2
# One that needs more than this share of it is left in peace like one that does not answer.
_SLOW = 0.5
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

# redis-py leaves its types out.
parse_url: Callable[[str], dict[str, Any]] = _parse_url


class RedisStore:
    """Plans in the server that a URL names, for one release of one project.

    `url` is what redis-py takes (redis://, rediss://, unix://, with its options in the query), or
    `redis+sentinel://host:port,host:port/service/db`, or `redis+cluster://host:port`; with TLS
    these begin with `rediss+`. `project` and `release` are the beginning of each key: releases of
    a site do not see each other's. Nothing is connected yet. Error: ValueError for a URL that is
    none.
    """

    name = "redis"

    def __init__(self, url: str, connections: int, project: str, release: str) -> None:
        self.breaker = CircuitBreaker(self.name)
        self._project = f"djust:{project}:"
        self._prefix = f"{self._project}{release}:"
        self._make = _maker(url, connections)
        options = parse_url(_plain(url))
        self._slow_seconds = options.get("socket_timeout", _TIMEOUT_SECONDS) * _SLOW
        self._made: Any = None

    def get(self, key: str) -> bytes | None:
        """What is kept under a key; never more than a plan can be."""
        found: Any = self._ask(lambda client: client.getrange(self._prefix + key, 0, _MOST_BYTES))
        if not isinstance(found, bytes):
            raise StoreError(f"Redis gives {type(found).__name__} instead of bytes")
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

    def clear(self) -> int:
        """Drop the plans and locks of all releases of this project."""
        names = self._ask(lambda client: list(client.scan_iter(f"{self._project}*", count=500)))
        for name in names:
            self._ask(partial(_delete, name))
        return sum(not name.endswith(b":lock") for name in names)

    def close(self) -> None:
        """Close the connections; the next question opens them again."""
        if isinstance(self._made, redis.RedisCluster):
            self._made.close()
        elif self._made is not None:
            self._made.connection_pool.disconnect()

    def _ask(self, question: Callable[[Any], _Answer]) -> _Answer:
        if not self.breaker.allows():
            raise StoreRestsError("Redis has failed a moment ago")
        started = time.monotonic()
        try:
            if self._made is None:
                self._made = self._make()
            answer = question(self._made)
        except redis.ResponseError as error:
            # It answers: another type under our key, or no memory left.
            self.breaker.succeeded()
            raise StoreError(str(error)) from error
        except Exception as error:
            # Not only redis-py's own errors: its parsers raise anything at what is no Redis.
            self.breaker.failed()
            raise StoreError(f"{type(error).__name__}: {error}") from error
        if time.monotonic() - started > self._slow_seconds:
            self.breaker.failed()
        else:
            self.breaker.succeeded()
        return answer


def _delete(name: bytes, client: Any) -> None:
    client.delete(name)


def _maker(url: str, connections: int) -> Callable[[], Any]:
    """What makes a client for a URL. Error: ValueError for what is none, or has unknown options."""
    scheme = urlsplit(url).scheme
    try:
        if scheme.endswith("+sentinel"):
            return _sentinels(url, connections)
        if scheme.endswith("+cluster"):
            options = {**_options(), "max_connections": connections}
            return partial(redis.RedisCluster.from_url, _plain(url), **options)
        pool = redis.BlockingConnectionPool.from_url(
            url, **{**_options(), "max_connections": connections, "timeout": _TIMEOUT_SECONDS}
        )
        # Connects to nothing, and fails for options that there are not.
        pool.connection_class(**pool.connection_kwargs)
    except (TypeError, redis.RedisError) as error:
        raise ValueError(f"the address of Redis has an unknown option: {error}") from error
    return partial(redis.Redis, connection_pool=pool)


def _options() -> dict[str, Any]:
    """Ours; what redis-py takes from the query of a URL comes before them."""
    return {
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def _plain(url: str) -> str:
    """An address with the same login, database and options that redis-py takes apart.

    Error: ValueError.
    """
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if kind == "cluster":
        return url.replace("+cluster://", "://", 1)
    if kind != "sentinel":
        return url
    login = parts.netloc.rpartition("@")[0]
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError("no service is named, as in redis+sentinel://host:26379/service")
    host = f"{login}@localhost" if login else "localhost"
    return f"{scheme}://{host}/{int(database or 0)}?{parts.query}"


def _sentinels(url: str, connections: int) -> Callable[[], Any]:
    parts = urlsplit(url)
    given = {name: value for name, value in parse_url(_plain(url)).items() if name != "host"}
    own = _options()
    if given.pop("connection_class", None):
        own["ssl"] = True
    hosts = _hosts(parts)
    service = parts.path.strip("/").partition("/")[0]

    def make() -> Any:
        kind: Any = Sentinel
        known = kind(hosts, sentinel_kwargs=own)
        return known.master_for(service, max_connections=connections, **{**own, **given})

    return make


def _hosts(parts: SplitResult) -> list[tuple[str, int]]:
    """The sentinels: `urlsplit` knows only one host and port."""
    hosts = []
    for part in parts.netloc.rpartition("@")[2].split(","):
        host, _, port = part.rpartition(":") if ":" in part else (part, "", "26379")
        hosts.append((host, int(port)))
    return hosts
