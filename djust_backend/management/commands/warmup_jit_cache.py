"""`manage.py warmup_jit_cache`: renders pages, so that the store has their plans."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from djust_backend.cache import events
from djust_backend.management import finding, stores
from djust_backend.management.progress import Progress
from djust_backend.management.rendering import Page, Visitor, render

ROW = "{:<44} {:>6} {:>8} {:>9} {:>8} {:>6}"


class Command(BaseCommand):
    """Asks the site for pages as a visitor does."""

    help = (
        "Renders pages with the test client and stores the plans that they need, so that no server "
        "derives them for a visitor. Pages are named as URLs are ('blog:index', with arguments "
        "'blog:post=a-slug'), by their views ('blog.views.index'), by --urls, or all of them that "
        "take no arguments by --all-get. They are asked for by GET and run as they are, with the "
        "site's database and middleware. --contexts renders templates without a request. The exit "
        "status is 1 if a page answers with an error of the site's (500 and above), or if the "
        "store cannot be written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="a named URL, a view, a path")
        parser.add_argument("--urls", nargs="+", default=[], metavar="PATH", help="such as /blog/")
        parser.add_argument(
            "--all-get", action="store_true", help="every route that takes no arguments"
        )
        parser.add_argument(
            "--contexts", action="append", default=[], metavar="FUNCTION",
            help="the dotted path of a function of yours that yields pairs of a template's name "
            "and a context; may be repeated",
        )  # fmt: skip
        parser.add_argument("--engine", default="", help="NAME of the TEMPLATES entry for these")
        parser.add_argument("--user", default="", help="name of the user who is logged in")
        parser.add_argument("--host", default="", help="host name (default: of ALLOWED_HOSTS)")
        stores.add_bundle_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Render, store, report."""
        paths = [finding.address(name) for name in (*options["names"], *options["urls"])]
        if options["all_get"]:
            paths += finding.plain_addresses()
        given = [pair for path in options["contexts"] for pair in finding.given_contexts(path)]
        if not paths and not given:
            raise CommandError("Name pages, or say --urls, --all-get or --contexts; see --help.")
        visitor = Visitor(options["host"], options["user"])
        jobs = [partial(visitor.get, path) for path in dict.fromkeys(paths)]
        if given:
            engine = finding.engine(options["engine"])
            jobs += [partial(render, engine, name, context) for name, context in given]
        with stores.kept(options):
            rows, failed = self.render_all(jobs)
        self.stdout.write(ROW.format("page", "status", "queries", "ms", "derived", "known"))
        for line in rows:
            self.stdout.write(line)
        for page in failed:
            self.stderr.write(self.style.ERROR(f"{page.path}: {page.error or page.status}"))
        self.stdout.write(f"{len(rows)} pages, {len(failed)} failed; {stores.summary(options)}")
        if failed or stores.failed(options):
            sys.exit(1)

    def render_all(self, jobs: Sequence[Callable[[], Page]]) -> tuple[list[str], list[Page]]:
        """The lines of the table, and the pages that failed."""
        progress = Progress(self.stderr, len(jobs))
        rows, failed = [], []
        for job in jobs:
            before = events.counts["compiled"], events.counts["hit"]
            page = job()
            after = events.counts["compiled"], events.counts["hit"]
            rows.append(row(page, after[0] - before[0], after[1] - before[1]))
            if page.failed:
                failed.append(page)
            progress.step(page.path)
        progress.end()
        return rows, failed


def row(page: Page, derived: int, known: int) -> str:
    """A line of the table."""
    milliseconds = f"{page.seconds * 1000:.1f}"
    return ROW.format(page.path, page.status, len(page.queries), milliseconds, derived, known)
