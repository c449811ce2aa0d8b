"""`manage.py explain_template`: what one template costs, and why."""

from __future__ import annotations

import json
import linecache
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from djust_backend.management import finding
from djust_backend.management.explanation import Source, explained
from djust_backend.management.rendering import Page, Visitor
from djust_backend.orm import Usage
from djust_backend.orm.generated import conversion
from djust_backend.template import Template

# What `orm.generated` calls its sources.
_GENERATED = "<djust rows of"


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is told of a template; `page` is the answer of --url."""

    template: str
    native: bool
    paths: dict[str, list[str]]
    sources: list[Source]
    page: Page | None
    generated: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for --json."""
        page = self.page
        return {
            "template": self.template,
            "native": self.native,
            "paths": self.paths,
            "sources": [source.to_dict() for source in self.sources],
            "page": None
            if page is None
            else {
                "path": page.path,
                "status": page.status,
                "milliseconds": round(page.seconds * 1000, 1),
                "queries": page.queries,
                "hidden": page.hidden,
                "error": page.error,
            },
            "generated": self.generated,
        }


class Command(BaseCommand):
    """Looks a template's sources up and prints plans, reasons, SQL and suspicious names."""

    help = (
        "Tells what a template reads, how the rows for it are fetched and why so, which SQL that "
        "is, what Python code reads behind the template's back, and which attributes no model has "
        "(typing errors). The sources are those of --url, where the page is rendered and "
        "its queries are listed, those of --model, or those of generic ListViews of the URLconf."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("template", metavar="NAME", help="such as shop/list.html")
        parser.add_argument("--url", default="", help="a path or a named URL that renders it")
        parser.add_argument("--user", default="", help="name of the user who is logged in")
        parser.add_argument("--host", default="", help="host name (default: of ALLOWED_HOSTS)")
        parser.add_argument("--engine", default="", help="NAME of the TEMPLATES entry")
        parser.add_argument(
            "--model", action="append", default=[], metavar="NAME=APP.MODEL",
            help="the template gets all rows of this model under this name; may be repeated",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print a JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        """Explain. Error: CommandError for a template that is not there or has an error."""
        name = options["template"]
        backend = finding.engine(options["engine"])
        try:
            template = backend.engine.get_template(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            raise CommandError(f"{name}: {type(error).__name__}: {error}") from error
        found = explanation(name, template, options)
        if options["json"]:
            self.stdout.write(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
            return
        for line in lines(found):
            self.stdout.write(line)


def explanation(name: str, template: Any, options: dict[str, Any]) -> Explanation:
    """Gather everything; with --url the page is rendered."""
    native = isinstance(template, Template) and template._program is not None
    usages: dict[str, Usage] = template.usage if native else {}
    values: dict[str, Any] = dict(finding.model_pairs(options["model"]))
    page = None
    _forget_generated()
    if options["url"]:
        page = Visitor(options["host"], options["user"]).get(finding.address(options["url"]))
        contexts = [one.context for one in page.rendered if one.template.origin == template.origin]
        if not contexts:
            raise CommandError(
                f"{page.path} answers with status {page.status} and does not render {name} "
                f"{page.error}".rstrip()
            )
        for context in contexts:
            values = {**context, **values}
    elif not values:
        values = dict(_declared(name, usages))
    found = [
        source
        for variable, usage in usages.items()
        if variable in values
        and (source := explained(variable, values[variable], usage)) is not None
    ]
    paths = template.variable_paths if native else {}
    return Explanation(name, native, paths, found, page, _generated())


def _declared(name: str, usages: dict[str, Usage]) -> Iterator[tuple[str, Any]]:
    for one in finding.declared_lists():
        if name in one.templates:
            for variable in one.names:
                if variable in usages and variable != "page_obj":
                    yield variable, one.queryset


def _forget_generated() -> None:
    conversion.cache_clear()
    for filename in [name for name in linecache.cache if name.startswith(_GENERATED)]:
        del linecache.cache[filename]


def _generated() -> dict[str, str]:
    names = [name for name in linecache.cache if name.startswith(_GENERATED)]
    return {name: "".join(linecache.getlines(name)) for name in names}


def lines(found: Explanation) -> Iterator[str]:
    """The explanation for people."""
    engine = "native" if found.native else "rendered by Django's engine: nothing is planned"
    yield f"{found.template}: {engine}"
    yield "reads"
    for name, paths in sorted(found.paths.items()):
        yield f"  {name}: {', '.join(paths) or 'itself'}"
    for source in found.sources:
        yield from _source_lines(source)
    if found.native and not found.sources:
        yield "No source of rows is known for it: name one by --url or --model."
    if found.page is not None:
        page = found.page
        yield ""
        yield (
            f"{page.path}: status {page.status}, queries: {len(page.queries)}, "
            f"{page.seconds * 1000:.1f} ms"
        )
        if page.error:
            yield f"  {page.error}"
        for number, statement in enumerate(page.queries, 1):
            yield f"  {number}. {statement}"
        for relation in page.hidden:
            yield f"  hidden: {relation}, walked by Python code: fetched for all rows at once"
    if any(source.mode == "rows" for source in found.sources) and not found.generated:
        yield ""
        yield "generated: no code, values are read as the database gives them"
    for filename, text in found.generated.items():
        yield ""
        yield f"generated: {filename}"
        for line in text.splitlines():
            yield f"  {line}"


def _source_lines(source: Source) -> Iterator[str]:
    yield ""
    yield f"{source.name}: {source.mode} of {source.model}, queries by plan: {source.queries}"
    for line in source.plan:
        yield f"  {line}"
    for title, items in (
        ("code", source.code),
        ("handed to Python code", source.escapes),
        ("unknown", source.unknown),
    ):
        for item in items:
            yield f"  {title}: {item}"
    if source.statement:
        yield f"  SQL: {source.statement}"
