"""Runs a case on an engine and states all that a view could notice; compares two engines by it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates
from django.template.context import Context
from django.test import RequestFactory
from django.utils import timezone, translation

from djust_backend import DjustTemplates
from djust_backend._native import NativeProgram
from tests.laws.odd_values import LOG, VALUES

_ADDRESS = re.compile(r"(?<=\bat )0x[0-9a-f]+")
#: A CSRF token is masked with a random number.
_MASKED = re.compile(r"\b[0-9a-zA-Z]{64}\b")


def described(value: Any) -> str:
    """A text for a value that is the same for an equal value made anew."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{described(k)}: {described(v)}" for k, v in value.items())
        return f"{type(value).__name__}{{{inside}}}"
    if type(value) in (list, tuple):
        return f"{type(value).__name__}({', '.join(map(described, value))})"
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - said in the text
        text = f"no repr: {error!r}"
    return _ADDRESS.sub("0x", f"{type(value).__name__} {text}")


@dataclass(frozen=True)
class RandomCase:
    """Sources by name (`main` is rendered), values by variable name, options, and how to render."""

    sources: Mapping[str, str]
    values: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    way: str = "page"

    def engine(self, backend: type[DjangoTemplates]) -> Any:
        """A new engine with these sources."""
        options: dict[str, Any] = {
            "loaders": [("django.template.loaders.locmem.Loader", dict(self.sources))],
            "libraries": {"law": "tests.laws.tagset"},
            "builtins": ["tests.laws.tagset"],
            **self.options,
        }
        return backend({"NAME": "law", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})

    def context(self) -> dict[str, Any]:
        """The values, made anew."""
        return {name: VALUES[key]() for name, key in self.values.items()}


def _request() -> HttpRequest:
    request = RequestFactory().get("/some/path/?q=<1>")
    request.META["CSRF_COOKIE"] = "x" * 32
    return request


def observed(case: RandomCase, backend: type[DjangoTemplates]) -> list[Any]:
    """What the engine did: texts, errors, what became of the context, what objects were asked."""
    LOG.clear()
    cache.clear()
    random.seed(1)
    seen: list[Any] = []
    context: Any = None
    values = case.context()
    try:
        template = case.engine(backend).get_template("main")
        seen.append("compiled")
        for _ in range(2):
            if case.way == "context":
                context = context or Context(values)
                text = template.template.render(context)
            elif case.way == "request":
                text = template.render(values, _request())
            else:
                text = template.render(values)
            seen += [type(text).__name__, _ADDRESS.sub("0x", _MASKED.sub("masked", str(text)))]
    except Exception as error:  # noqa: BLE001 - an error is a result like any other
        seen += [type(error).__name__, _ADDRESS.sub("0x", _message(error))]
        seen.append(described(getattr(error, "template_debug", None)))
    finally:
        timezone.deactivate()
        translation.activate("en")
    if context is not None:
        seen += [described(context.dicts), len(context.render_context.dicts)]
        seen.append((context.autoescape, context.use_l10n, context.use_tz))
    seen += [described(values), list(LOG)]
    return seen


def _message(error: Exception) -> str:
    try:
        return str(error)
    except Exception as second:  # noqa: BLE001 - said in the text
        return f"no text: {second!r}"


def difference(case: RandomCase) -> tuple[list[Any], list[Any]] | None:
    """What stock and ours did, if it is not the same."""
    stock = observed(case, DjangoTemplates)
    ours = observed(case, DjustTemplates)
    return None if stock == ours else (stock, ours)


def is_native(source: str, *, debug: bool = False) -> bool:
    """Whether a source is compiled natively, and not left to Django."""
    options = {"debug": debug}
    engine = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
    return isinstance(engine.from_string(source).template._program, NativeProgram)
