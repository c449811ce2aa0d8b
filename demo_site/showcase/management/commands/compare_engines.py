"""Compare the pages of both engines on the command line."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.test.utils import override_settings

from showcase.comparison import Comparison, Side, compare_page, showcase_pages

ROW = "{:<10}  {:>13}  {:>13}  {:>9}  {:>9}  {:>6}  {}"


class Command(BaseCommand):
    """Render the showcase pages through both engines and print what differs."""

    help = (
        "Renders three pages with both engines; exits with 1 unless they are byte for byte equal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--rounds", type=int, default=15, help="timed rounds for each engine")
        parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep both HTMLs here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, print, write."""
        # With DEBUG on Django keeps a log of all queries, which costs the engine with more of them.
        with override_settings(DEBUG=False):
            results = [
                compare_page(name, path, options["rounds"])
                for name, path in showcase_pages().items()
            ]
        self.print_table(results)
        if options["write"]:
            self.write_pages(options["write"], results)
        if not all(result.identical for result in results):
            sys.exit(1)

    def print_table(self, results: list[Comparison]) -> None:
        """Print one line a page; a first render with other queries than later ones is shown."""
        titles = ("page", "queries stock", "ours", "ms stock", "ours", "ratio", "identical")
        self.stdout.write(ROW.format(*titles))
        for result in results:
            self.stdout.write(
                ROW.format(
                    result.name,
                    describe_queries(result.stock),
                    describe_queries(result.ours),
                    f"{result.stock.milliseconds:.2f}",
                    f"{result.ours.milliseconds:.2f}",
                    f"{result.ratio:.2f}",
                    "yes" if result.identical else "no",
                )
            )

    def write_pages(self, folder: Path, results: list[Comparison]) -> None:
        """Write ``<page>.stock.html`` and ``<page>.ours.html`` for a diff."""
        folder.mkdir(parents=True, exist_ok=True)
        for result in results:
            stem = result.name.replace(" ", "_")
            (folder / f"{stem}.stock.html").write_bytes(result.stock.html)
            (folder / f"{stem}.ours.html").write_bytes(result.ours.html)
        self.stdout.write(f"Pages written to {folder}")


def describe_queries(side: Side) -> str:
    """Return the number of queries, and that of the first render where it was another."""
    if side.first_queries == side.queries:
        return str(side.queries)
    return f"{side.queries} (first {side.first_queries})"
