"""Runs a source with every odd value on stock Django and on ours and states the differences."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates
from django.utils import timezone, translation

from djust_backend import DjustTemplates
from tests.laws.odd_values import ADDRESSED, LOG, VALUES

#: Addresses, and CSRF tokens, which are masked with a random number.
_ADDRESS = re.compile(r"\b[0-9a-z]{64}\b|0x[0-9a-f]+", re.IGNORECASE)

#: What tags and filters of `{% load %}` need.
LOADS = "{% load i18n l10n tz static cache humanize %}"

#: Functions, so that both engines get values of their own.
Made = Callable[[], Any]


@dataclass(frozen=True)
class Table:
    """How the sources of a table are rendered."""

    templates: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    request: Callable[[], HttpRequest] | None = None
    #: Variables that every render has.
    context: Callable[[], Mapping[str, Any]] = dict

    def engine(self, backend: type[DjangoTemplates], debug: bool) -> Any:
        """A new engine."""
        loader = ("django.template.loaders.locmem.Loader", dict(self.templates))
        options = {
            "debug": debug,
            "loaders": [loader],
            "libraries": {"law": "tests.laws.tagset"},
            **self.options,
        }
        return backend({"NAME": "table", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})

    def outcomes(
        self, backend: type[DjangoTemplates], source: str, made: Iterable[Made]
    ) -> list[Any]:
        """Text or error for each value of `v`, with and without debug; one item if nothing compiles."""
        found: list[Any] = []
        for debug in (False, True):
            try:
                template = self.engine(backend, debug).from_string(source)
            except Exception as error:  # noqa: BLE001 - compared
                found.append(described_error(error))
                continue
            found += [self._rendered(template, make) for make in made]
        return found

    def _rendered(self, template: Any, make: Made) -> Any:
        LOG.clear()
        random.seed(1)
        values = {**self.context(), "v": make()}
        request = self.request and self.request()
        try:
            text = template.render(values, request)
            return type(text).__name__, _ADDRESS.sub("0x", str(text)), list(LOG)
        except Exception as error:  # noqa: BLE001 - compared
            return described_error(error)
        finally:
            timezone.deactivate()
            translation.activate("en")


def described_error(error: Exception) -> tuple[str, str, Any]:
    """Type, message and place of an exception."""
    place = getattr(error, "template_debug", None)
    try:
        message = str(error)
    except ValueError as second:
        # A number too long to be shown.
        message = f"no message: {second}"
    return type(error).__name__, _ADDRESS.sub("0x", message), _ADDRESS.sub("0x", repr(place))


def differences(source: str, table: Table, values: Mapping[str, Made]) -> list[str]:
    """What the engines do not agree on, for each of the values as `v`."""
    names, made = list(values), list(values.values())
    stock = table.outcomes(DjangoTemplates, source, made)
    ours = table.outcomes(DjustTemplates, source, made)
    if len(stock) != len(ours) or len(stock) < len(made):
        return [] if stock == ours else [f"{source}\n  stock: {stock[0]}\n  ours:  {ours[0]}"]
    return [
        f"{source} with {name}\n  stock: {theirs}\n  ours:  {own}"
        for name, theirs, own in zip(names * 2, stock, ours, strict=True)
        if theirs != own
    ]


def check(source: str, table: Table | None = None) -> None:
    """Wants no difference, whatever `v` is. Error: AssertionError that shows the first ones."""
    _want_none(differences(LOADS + source, table or Table(), {**VALUES, **ADDRESSED}))


def check_filter(name: str, argument: str | None, more: Iterable[Any] = ()) -> None:
    """A filter with this argument, in every place that could matter, for odd values and those given."""
    spelled = name if argument is None else f"{name}:{argument}"
    for source in (
        f"[{{{{ v|{spelled} }}}}]",
        f"{{% autoescape off %}}[{{{{ v|{spelled} }}}}]{{% endautoescape %}}",
        f"{{% localize off %}}{{{{ v|safe|{spelled}|upper }}}}{{% endlocalize %}}",
        f"{{% if v|{spelled} %}}yes{{% else %}}no{{% endif %}}{{% firstof v|{spelled} 'none' %}}",
    ):
        check_source(source, more)


def check_source(source: str, more: Iterable[Any] = ()) -> None:
    """A source whose filters take texts apart: values whose text holds an address are left out."""
    values = {**VALUES, **{repr(value): lambda value=value: value for value in more}}
    _want_none(differences(LOADS + source, Table(), values))


def _want_none(found: list[str]) -> None:
    assert not found, "\n".join([f"{len(found)} differences", *found[:5]])
