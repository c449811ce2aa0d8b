"""One scenario: its templates, its data, and how it is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

VARIANTS = ("A", "B")


@dataclass(frozen=True)
class Scenario:
    """
    A page or a fragment that looks like one of a real site.

    The first template is the one that is rendered. `context` makes the data for variant A or B,
    new objects at each call. `wants_request` renders with a request and all context processors.
    `single_use` data is rendered once only (forms, responses: they keep what they computed).
    `render` replaces "get the template, render it". `jinja2` holds the same page for Jinja2,
    where that can be written without a trick. `is_constant`: A and B give the same text.
    """

    name: str
    kind: str
    templates: Mapping[str, str]
    context: Callable[[str], dict[str, Any]]
    wants_request: bool = False
    single_use: bool = False
    is_constant: bool = False
    is_counted: bool = True
    language: str = "en"
    settings: Mapping[str, Any] = field(default_factory=dict)
    jinja2: Mapping[str, str] = field(default_factory=dict)
    render: Callable[[dict[str, Any], Any], str] | None = None

    @property
    def floor(self) -> Callable[[dict[str, Any]], str] | None:
        """The same page as a Python programmer would write it by hand, without any engine."""
        # What it needs is not in the environments of the rivals.
        from tests.benchmarks.engine.floors import FLOORS

        return FLOORS.get(self.name)

    @property
    def languages(self) -> list[str]:
        """The languages that the scenario is written in."""
        own = {"django": True, "jinja2": bool(self.jinja2), "python": self.floor is not None}
        return [language for language, is_there in own.items() if is_there]

    @property
    def entry(self) -> str:
        """The name of the template that is rendered."""
        return next(iter(self.templates), "")

    @property
    def libraries(self) -> tuple[str, ...]:
        """The tag libraries that the templates load."""
        loads = (re.findall(r"{% load ([\w ]+) %}", text) for text in self.templates.values())
        return tuple(sorted({name for load in loads for part in load for name in part.split()}))

    def files(self) -> Iterator[tuple[str, str, str]]:
        """Language, template name and source of every template."""
        for name, source in self.templates.items():
            yield "django", name, source
        for name, source in self.jinja2.items():
            yield "jinja2", name, source


def fragment(
    name: str, source: str, context: Callable[[str], dict[str, Any]], **options: Any
) -> Scenario:
    """A scenario of one template, named `kind/what`; the template is called like it."""
    kind = name.partition("/")[0]
    template = f"{name}.html"
    if isinstance(options.get("jinja2"), str):
        options["jinja2"] = {template: options["jinja2"]}
    return Scenario(name, kind, {template: source}, context, **options)


def page(
    name: str,
    templates: Mapping[str, str],
    context: Callable[[str], dict[str, Any]],
    **options: Any,
) -> Scenario:
    """A scenario of several templates; the first one is rendered."""
    return Scenario(name, name.partition("/")[0], templates, context, **options)
