"""Ties the planner to the store of plans that the settings name."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac

from . import conf, orm

# Stores are imported when the first plan that travels is made, which is on few first pages.
if TYPE_CHECKING:
    from .cache.memory import MemoryStore
    from .cache.shared import SharedPlans
    from .cache.store import Store

logger = logging.getLogger("djust_backend.jit")


def _shared_plans() -> SharedPlans | None:
    """What the planner asks for plans of other processes; None if the site shares none.

    Settings that make no store are a line in the log: pages are rendered without it.
    """
    for text, hint in conf.problems():
        logger.error("%s %s", text, hint)
    url = conf.get("JIT_CACHE_URL")
    if not url and conf.get("JIT_CACHE_BACKEND") == "memory":
        return None
    store = None
    try:
        # Nothing can be sealed or opened without SECRET_KEY.
        project()
        store = make_store()
    except ImproperlyConfigured as error:
        logger.error("plans are not shared with other processes: %s", error)
        return None
    except (ImportError, OSError, ValueError) as error:
        logger.error("JIT_CACHE_BACKEND cannot be used: %s", error)
    if store is None and not url:
        return None
    # Loads all of urllib, which a site without a bundle need not wait for.
    bundle = import_module("djust_backend.cache.bundle").Bundle(url) if url else {}
    return _between(store, bundle)


def make_store() -> Store | None:
    """The store of JIT_CACHE_BACKEND; None for "memory".

    Error: ImportError, ValueError, OSError for a system without a folder for temporary files,
    ImproperlyConfigured for a site without SECRET_KEY.
    """
    backend = conf.get("JIT_CACHE_BACKEND")
    if backend == "filesystem":
        from .cache.filesystem import FileStore  # noqa: PLC0415 - see above

        return FileStore(folder())
    if backend == "redis":
        # redis-py is an optional package.
        module = import_module("djust_backend.cache.redis_store")
        made: Store = module.RedisStore(
            conf.get("JIT_REDIS_URL"),
            conf.get("JIT_REDIS_POOL_SIZE"),
            project(),
            orm.release()[:16],
        )
        return made
    if backend == "memory":
        return None
    raise ValueError(f"JIT_CACHE_BACKEND is {backend!r}")


@contextmanager
def collecting() -> Iterator[MemoryStore]:
    """A store of its own for all plans that are derived as long as this lasts, for a bundle."""
    from .cache.memory import MemoryStore  # noqa: PLC0415 - see above

    store = MemoryStore()
    plans = _between(store, {})
    orm.share_plans(lambda: plans)
    orm.forget_plans()
    try:
        yield store
    finally:
        orm.share_plans(shared_plans)


def _between(store: Store | None, bundle: Mapping[str, bytes]) -> SharedPlans:
    """Plans of a store and of a bundle."""
    from .cache.shared import SharedPlans  # noqa: PLC0415 - see above

    return SharedPlans(store, bundle)


def project() -> str:
    """A name that tells projects apart by their secret, which it does not reveal."""
    made = salted_hmac("djust_backend.plan_cache.project", "", algorithm="sha256")
    return made.hexdigest()[:16]


def folder() -> Path:
    """JIT_CACHE_DIR, or one of this project's below the system's folder for temporary files."""
    chosen = conf.get("JIT_CACHE_DIR")
    if chosen:
        return Path(chosen)
    return Path(tempfile.gettempdir()) / f"djust-plans-{project()}"


shared_plans = conf.Settled(("DJUST_CONFIG", "SECRET_KEY", "SECRET_KEY_FALLBACKS"), _shared_plans)
