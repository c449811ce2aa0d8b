"""Fill the database with the demo data."""

from random import Random
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from showcase import seeding

SEED = 20251216


class Command(BaseCommand):
    """Replace all demo rows by fresh ones: the same rows whenever it runs."""

    help = "Fills the database with the demo data; what an earlier run made is replaced."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, create, report."""
        self.verbosity = options["verbosity"]
        random = Random(SEED)
        self.report("Deleting earlier demo data")
        seeding.clear()
        self.report("Users and profiles")
        users = seeding.make_users(random)
        managers = users[: seeding.MANAGERS]
        authors = users[seeding.MANAGERS : seeding.MANAGERS + seeding.AUTHORS]
        seeding.make_profiles(random, authors)
        self.report("Tenants, properties, leases and repairs")
        tenants = seeding.make_tenants(random, users[-seeding.TENANTS :])
        properties = seeding.make_properties(random, managers)
        seeding.make_leases(random, properties, tenants)
        seeding.make_requests(random, properties, tenants)
        self.report("Posts, tags and comments")
        posts = seeding.make_posts(random, authors)
        seeding.make_tags(random, posts)
        seeding.make_comments(random, posts, users)
        seeding.reset_sequences()
        if self.verbosity:
            self.stdout.write(self.style.SUCCESS("Done. Log in as admin with password demo."))

    def report(self, step: str) -> None:
        """Say what happens next."""
        if self.verbosity:
            self.stdout.write(f"{step} …")
