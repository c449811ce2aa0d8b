"""Ties the planner to the store of plans that the settings name."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac

from . import conf
from .cache.filesystem import FileStore
from .cache.memory import MemoryStore
from .cache.shared import SharedPlans
from .cache.store import Store
from .orm import forget_plans, release, share_plans

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
    return SharedPlans(store, bundle)


def make_store() -> Store | None:
    """The store of JIT_CACHE_BACKEND; None for "memory".

    Error: ImportError, ValueError, OSError for a system without a folder for temporary files,
    ImproperlyConfigured for a site without SECRET_KEY.
    """
    backend = conf.get("JIT_CACHE_BACKEND")
    if backend == "filesystem":
        return FileStore(folder())
    if backend == "redis":
        # redis-py is an optional package.
        module = import_module("djust_backend.cache.redis_store")
        made: Store = module.RedisStore(
            conf.get("JIT_REDIS_URL"), conf.get("JIT_REDIS_POOL_SIZE"), project(), release()[:16]
        )
        return made
    if backend == "memory":
        return None
    raise ValueError(f"JIT_CACHE_BACKEND is {backend!r}")


@contextmanager
def collecting() -> Iterator[MemoryStore]:
    """A store of its own for all plans that are derived as long as this lasts, for a bundle."""
    store = MemoryStore()
    plans = SharedPlans(store, {})
    share_plans(lambda: plans)
    forget_plans()
    try:
        yield store
    finally:
        share_plans(shared_plans)


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
