"""Renders one case on stock Django and on ours and states what each of them did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.backends.base import BaseEngine
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates

#: A context as it is, or a function that makes it anew for each engine.
ContextData = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None


@dataclass(frozen=True)
class Case:
    """What is rendered: a template's source, its context, and the engine's options.

    `templates` are the sources that `extends` and `include` find by name. A context that is used
    up by rendering (generators, querysets whose state matters) is given as a function.
    """

    source: str
    context: ContextData = None
    request: HttpRequest | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def engine(self, backend: type[BaseEngine], debug: bool) -> BaseEngine:
        """Return a new engine of this class for the case."""
        loader = ("django.template.loaders.locmem.Loader", dict(self.templates))
        options = {"debug": debug, "loaders": [loader], **self.options}
        return backend({"NAME": "compared", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})

    def fresh_context(self) -> dict[str, Any]:
        """Return a context of its own for one render."""
        return dict(self.context() if callable(self.context) else self.context or {})


@dataclass(frozen=True)
class Outcome:
    """What an engine did: a text, or an exception with the place that the debug page shows."""

    stage: str
    text: str | None = None
    text_type: type | None = None
    error: type[Exception] | None = None
    message: str = ""
    template_debug: Mapping[str, Any] | None = None


def outcome(case: Case, backend: type[BaseEngine], debug: bool) -> tuple[Outcome, Exception | None]:
    """Compile and render the case on one engine; the exception comes along to be raised again."""
    stage = "configuring"
    try:
        engine = case.engine(backend, debug)
        stage = "compiling"
        template = engine.from_string(case.source)
        stage = "rendering"
        text = template.render(case.fresh_context(), case.request)
    except Exception as error:  # noqa: BLE001 - any exception is a result, compared and raised again
        place = getattr(error, "template_debug", None)
        return Outcome(stage, None, None, type(error), str(error), place), error
    return Outcome("rendering", str(text), type(text)), None


def render_on_both(case: Case) -> str:
    """Return the text on which both engines agree, with and without debug.

    Raises AssertionError when they differ, and our exception when both raise the same.
    """
    result, error = Outcome("nothing"), None
    for debug in (False, True):
        if case.options.get("debug", debug) is not debug:
            continue
        stock, _ = outcome(case, DjangoTemplates, debug)
        result, error = outcome(case, DjustTemplates, debug)
        if result != stock and error is not None and stock.error is None:
            raise AssertionError(f"only ours raises, debug={debug}: {error!r}") from error
        assert result == stock, f"ours and stock differ, debug={debug}"
    if error is not None:
        raise error
    assert result.text is not None
    return result.text
