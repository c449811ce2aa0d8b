"""The BACKEND of a TEMPLATES entry: Django's contract, kept by our engine."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.checks import CheckMessage
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends import django as stock
from django.template.backends.base import BaseEngine
from django.utils.safestring import SafeString

from . import form_engine
from ._native import NativeProgram, count_stock_render, set_backend
from .conf import may_be_observed
from .engine import Engine
from .orm import Plan
from .template import Template as CompiledTemplate


class DjustTemplates(stock.DjangoTemplates):
    """Django's `DjangoTemplates` with the native engine; takes the same options."""

    engine: Engine

    def __init__(self, params: dict[str, Any]) -> None:
        """`params`: a TEMPLATES entry without BACKEND. Errors: those of Django's backend."""
        params = params.copy()
        options = params.pop("OPTIONS").copy()
        options.setdefault("autoescape", True)
        options.setdefault("debug", settings.DEBUG)
        options.setdefault("file_charset", "utf-8")
        options["libraries"] = self.get_templatetag_libraries(options.get("libraries", {}))
        BaseEngine.__init__(self, params)
        self.engine = Engine(self.dirs, self.app_dirs, **options)
        self._template_class = _template_class()
        form_engine.lend(DjustTemplates)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Django's checks of the entry, and ours."""
        # Servers run none.
        from . import checks  # noqa: PLC0415 - see above

        own = [
            *checks.check_name(self.name),
            *checks.check_settings(),
            *checks.check_redis(),
            *checks.check_metrics(),
        ]
        return [*super().check(**kwargs), *own]

    def from_string(self, template_code: str) -> Template:
        """A template from its source."""
        return self._template_class(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> Template:
        """The template of this name. Error: TemplateDoesNotExist, which knows the backend."""
        try:
            return self._template_class(self.engine.get_template(template_name), self)
        except TemplateDoesNotExist as error:
            stock.reraise(error, self)


class Template(stock.Template):
    """What `get_template()` of the backend returns."""

    @property
    def source(self) -> str:
        """The source text."""
        return self.template.source

    @property
    def variable_paths(self) -> dict[str, list[str]]:
        """The dotted paths that the template reads of each variable.

        See `djust_backend.template.Template`; empty for a template that a loader made by Django's
        class.
        """
        template = self.template
        return template.variable_paths if isinstance(template, CompiledTemplate) else {}

    def plans(self, **sources: Any) -> dict[str, Plan]:
        """How rows would be fetched, see `djust_backend.template.Template.plans`."""
        template = self.template
        return template.plans(**sources) if isinstance(template, CompiledTemplate) else {}

    def render(
        self, context: dict[str, Any] | None = None, request: HttpRequest | None = None
    ) -> SafeString:
        """The page for a view's context, by `django.template.context.make_context`'s rules."""
        program: NativeProgram | None = getattr(self.template, "_program", None)
        if program is not None:
            try:
                text = program.render_page(
                    self.template, context, request, self.backend.engine.autoescape
                )
            except TemplateDoesNotExist as error:
                stock.reraise(error, self.backend)
            if text is not None:
                return text
        elif not isinstance(self.template, CompiledTemplate):
            # Ours counts itself.
            count_stock_render()
        return cast(SafeString, super().render(context, request))


def _template_class() -> type[Template]:
    """The class of templates; what tells observers is loaded only where somebody observes."""
    if not may_be_observed():
        return Template
    from .observed import ObservedTemplate, wanted  # noqa: PLC0415 - see above

    return ObservedTemplate if wanted() else Template


set_backend(DjustTemplates.get_template, Template)
