"""`manage.py clear_jit_cache`: drops all plans of this project from the shared store."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from djust_backend import plan_cache
from djust_backend.cache.store import StoreError


class Command(BaseCommand):
    """Empties what JIT_CACHE_BACKEND names; servers that run keep what is in their memory."""

    help = (
        "Drops the plans of this project, of all its releases, from the store that "
        "JIT_CACHE_BACKEND names. Pages derive them again. A server that runs keeps those in its "
        "memory until it is started again. Nothing of others in the folder or in Redis is touched."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Clear. Error: CommandError if the store does not answer."""
        try:
            store = plan_cache.make_store()
            if store is None:
                self.stdout.write("JIT_CACHE_BACKEND is 'memory': there is nothing to clear.")
                return
            count = store.clear()
        except (StoreError, ImportError, OSError, ValueError) as error:
            raise CommandError(f"The store cannot be cleared: {error}") from error
        self.stdout.write(self.style.SUCCESS(f"{count} plans dropped from {store.name}"))
