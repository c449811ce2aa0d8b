"""The engine switch: which of the two configured template engines serves the current request.

It knows engine names only. Views stay ordinary: they call ``render(request, ...)``, Django asks
its engines in the order of ``TEMPLATES``, and the first of them, ``EngineSwitch``, passes the
question on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, engines
from django.template.backends.base import BaseEngine

OURS = "django"
STOCK = "stock"

_active_engine: ContextVar[str] = ContextVar("active_engine", default=OURS)


@contextmanager
def use_engine(name: str) -> Iterator[None]:
    """Load templates through the engine ``name`` inside the ``with`` block."""
    token = _active_engine.set(name)
    try:
        yield
    finally:
        _active_engine.reset(token)


def has_template(engine: str, template_name: str) -> bool:
    """Tell whether ``engine`` finds the template."""
    try:
        engines[engine].get_template(template_name)
    except TemplateDoesNotExist:
        return False
    return True


class EngineSwitch(BaseEngine):
    """A template backend without templates: it asks the engine chosen for this request.

    It is no ``DjangoTemplates``, so ``Engine.get_default()`` still finds the entry after it.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        """Take the ``TEMPLATES`` entry; it has no options."""
        params = params.copy()
        params.pop("OPTIONS")
        super().__init__(params)

    def get_template(self, template_name: str) -> Any:
        """Return the chosen engine's template.

        ``TemplateDoesNotExist`` is passed on when no engine has the template. When only the
        chosen one misses it, Django would go on to the other without a word, and a comparison
        would compare that engine with itself: ``RuntimeError``.
        """
        chosen = _active_engine.get()
        try:
            return engines[chosen].get_template(template_name)
        except TemplateDoesNotExist as error:
            other = STOCK if chosen == OURS else OURS
            if has_template(other, template_name):
                message = f"Engine {chosen!r} misses {template_name}, which {other!r} has."
                raise RuntimeError(message) from error
            raise


class EngineSwitchMiddleware:
    """Render with stock Django's engine when the query string says ``engine=stock``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Choose the engine for everything that happens below this middleware."""
        with use_engine(STOCK if request.GET.get("engine") == STOCK else OURS):
            return self.get_response(request)
