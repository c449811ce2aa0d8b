"""`manage.py compile_jit_cache`: compiles templates, and derives plans of declared sources."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from djust_backend import orm, sources
from djust_backend.backend import DjustTemplates
from djust_backend.management import finding, stores
from djust_backend.management.progress import Progress
from djust_backend.orm import Usage
from djust_backend.template import Template


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template's name with the template, or with the place and the message of its error."""

    name: str
    template: Any = None
    place: str = ""
    message: str = ""


class Command(BaseCommand):
    """Finds templates that do not compile, and stores the plans that need no request."""

    help = (
        "Compiles all templates, or those whose names match a glob, and reports those that do not "
        "compile, with place and message; the exit status is 1 if there are any, or if the store "
        "cannot be written. Stores the plans of generic ListViews and of --model pairs. What other "
        "views hand to their templates is known when they run: use warmup_jit_cache for these."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("globs", nargs="*", metavar="GLOB", help="such as 'shop/*.html'")
        parser.add_argument("--engine", default="", help="NAME of the TEMPLATES entry")
        parser.add_argument(
            "--model",
            action="append",
            default=[],
            metavar="NAME=APP.MODEL",
            help="templates get all rows of this model under this name; may be repeated",
        )
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="threads (default: one a core)"
        )
        stores.add_bundle_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile, derive, report."""
        backend = finding.engine(options["engine"])
        names = finding.template_names(backend, options["globs"])
        if not names:
            raise CommandError(
                "No template has such a name."
                if options["globs"]
                else "The loaders of this engine list no templates: name pages to warmup_jit_cache."
            )
        models = finding.model_pairs(options["model"])
        declared = [
            *finding.declared_lists(),
            *(finding.Declared((), (n,), m._default_manager.all()) for n, m in models.items()),
        ]
        with stores.kept(options):
            results = self.compile_all(backend, names, max(1, options["jobs"]))
            for result in results:
                if result.template is not None:
                    derive(result.name, result.template, declared)
        wrong = [result for result in results if result.template is None]
        for result in wrong:
            self.stderr.write(self.style.ERROR(f"{result.place}: {result.message}"))
        self.stdout.write(
            f"{len(results) - len(wrong)} templates compiled, {len(wrong)} do not compile; "
            + stores.summary(options)
        )
        if wrong or stores.failed(options):
            sys.exit(1)

    def compile_all(self, backend: DjustTemplates, names: list[str], jobs: int) -> list[Compiled]:
        """Compile templates in threads; the results in the order of the names."""
        progress = Progress(self.stderr, len(names))
        results = []
        with ThreadPoolExecutor(jobs) as threads:
            for result in threads.map(lambda name: compile_one(backend, name), names):
                progress.step(result.name)
                results.append(result)
        progress.end()
        return results


def compile_one(backend: DjustTemplates, name: str) -> Compiled:
    """Compile a template and find out what it uses."""
    try:
        template = backend.engine.get_template(name)
        if isinstance(template, Template):
            _ = template.usage
    except Exception as error:  # noqa: BLE001 - tags of the site may raise anything; it is reported
        return Compiled(name, place=place(name, error), message=f"{type(error).__name__}: {error}")
    return Compiled(name, template)


def place(name: str, error: Exception) -> str:
    """The template, and the line where Django knows it."""
    token = getattr(error, "token", None)
    line = getattr(token, "lineno", None)
    return name if line is None else f"{name}:{line}"


def derive(name: str, template: Any, declared: list[finding.Declared]) -> None:
    """Derive the plans of what is declared for a template; runs no query."""
    usages = template.usage if isinstance(template, Template) else {}
    for one in declared:
        if one.templates and name not in one.templates:
            continue
        found = list(_usages(one, usages))
        if found:
            merged = found[0]
            for more in found[1:]:
                merged = merged.merge(more)
            _plan(one.queryset, merged)


def _usages(declared: finding.Declared, usages: dict[str, Usage]) -> Iterator[Usage]:
    for name in declared.names:
        if name in usages:
            is_page = name == "page_obj"
            yield sources.usage_of_page(usages[name]) if is_page else usages[name]


def _plan(queryset: QuerySet[Any], usage: Usage) -> None:
    orm.plan_of(queryset, usage)
