"""A template: Django's class, compiled and rendered natively."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.template import base as stock
from django.template.context import Context
from django.utils.safestring import SafeString

from . import bridge, orm
from ._native import (
    Arrivals,
    ConvertedRows,
    KeyReader,
    NativeProgram,
    UtcReader,
    class_versions,
    classes_stay,
    count_stock_render,
    count_stock_template,
    install,
    set_template_class,
)
from .orm import (
    Plan,
    Usage,
    read_natively,
    read_timestamps,
    settle_arrivals,
    share_plans,
    tell_versions,
    usage_of_page,
)
from .plan_cache import shared_plans

install(bridge)
share_plans(shared_plans)
tell_versions(class_versions, classes_stay)
settle_arrivals(Arrivals)
read_natively(KeyReader, ConvertedRows)
read_timestamps(UtcReader)

_PENDING = object()


class Template(stock.Template):
    """`django.template.base.Template`; the same arguments."""

    _program: NativeProgram | None
    # Django's, which its stubs leave out.
    _render: Callable[[Context], SafeString]

    def compile_nodelist(self) -> Any:
        """Compiles the source: natively, or by Django if the source has an error or is not for us.

        Django's parser runs on every source with an error, so its message, token and
        `template_debug` are Django's.
        """
        if "_program" in self.__dict__:
            return super().compile_nodelist()
        self._program = None
        extra_data: dict[str, Any] = {}
        program = NativeProgram.compile(self, extra_data)
        if program is None:
            nodelist = super().compile_nodelist()
            count_stock_template(str(self.origin))
            return nodelist
        self.extra_data = extra_data
        self._program = program
        return _PENDING

    @property
    def nodelist(self) -> Any:
        """The nodes as objects of Django's classes, made when they are first asked for."""
        nodelist = self.__dict__.get("_nodelist", _PENDING)
        if nodelist is _PENDING:
            program = self._program
            if program is None:
                raise AttributeError("nodelist")
            # Django's classes of nodes, for who asks for them: pages do not.
            from . import nodes  # noqa: PLC0415 - see above

            nodelist = nodes.nodelist(program, program.root)
            self.__dict__["_nodelist"] = nodelist
        return nodelist

    @nodelist.setter
    def nodelist(self, value: Any) -> None:
        if value is not _PENDING and self._program is not None:
            # A nodelist of somebody else's: Django renders it.
            self._program.mark_changed()
            self._program = None
        self.__dict__["_nodelist"] = value

    @property
    def variable_paths(self) -> dict[str, list[str]]:
        """The dotted paths that this template reads of each variable of its context.

        `{"leases": ["property.name", "tenant.user.email"]}`: across `extends`, `include` and
        blocks; names that loops and `with` make are resolved to what they stand for. Empty for a
        template that Django renders.
        """
        return {} if self._program is None else self._program.variable_paths(self.engine)

    @property
    def usage(self) -> dict[str, Usage]:
        """What is done with each variable of the context, as the planner reads it."""
        return {} if self._program is None else self._program.usage(self.engine)

    def plans(self, **sources: Any) -> dict[str, Plan]:
        """How the rows of these sources would be fetched for this template; runs no query.

        `sources` are QuerySets, pages or model classes under the names that the template has for
        them. Left out are other values, and names that the template does not use. What Python code
        of the page may do besides is not known here: a render may need instances after all.
        """
        found = {}
        for name, usage in self.usage.items():
            source = sources.get(name)
            if isinstance(source, Page):
                source, usage = source.object_list, usage_of_page(usage)
            if isinstance(source, QuerySet) or (
                isinstance(source, type) and issubclass(source, Model)
            ):
                found[name] = orm.plan_of(source, usage)
        return found

    def render(self, context: Context) -> SafeString:
        """The text for a context (`django.template.base.Template.render`)."""
        program = self._program
        if program is None or not program.renders(self, context):
            if program is None:
                count_stock_render()
            return super().render(context)
        if context.template is not None:
            return program.render(self, context)
        if type(context) is Context:
            # What its `bind_template` does, of which `renders` has made sure.
            context.template = self
            try:
                context.template_name = self.name
                return program.render(self, context)
            finally:
                context.template = None
        with context.bind_template(self):
            context.template_name = self.name
            return program.render(self, context)


set_template_class(Template)
