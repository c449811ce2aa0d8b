"""The Python that Rust may call: Django's types, and functions by the names that the renderer uses.

Django's functions are reached through their modules at call time, so that a site which has replaced
one is heard.
"""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Iterable
from datetime import date, datetime, time
from datetime import timezone as FixedZone  # noqa: N812
from decimal import Decimal
from functools import lru_cache
from types import FunctionType
from typing import Any, cast
from zoneinfo import ZoneInfo

import django
from django import urls
from django.conf import locale as locales
from django.conf import settings
from django.http import QueryDict
from django.middleware import csrf
from django.template import base as django_base
from django.template import defaultfilters, defaulttags, library, loader, loader_tags
from django.template.backends import django as django_backend
from django.template.base import Node, TextNode, Token, VariableDoesNotExist
from django.template.base import Template as BaseTemplate
from django.template.context import (
    BaseContext,
    Context,
    ContextDict,
    RenderContext,
    RequestContext,
)
from django.template.defaulttags import GroupedResult as group_result  # noqa: N813
from django.template.exceptions import TemplateDoesNotExist, TemplateSyntaxError
from django.template.library import InclusionNode, SimpleNode
from django.template.loader_tags import BlockNode
from django.templatetags import static
from django.templatetags.tz import datetimeobject as ZonedDateTime  # noqa: N812
from django.utils import html, translation
from django.utils.functional import LazyObject, Promise, cached_property, empty
from django.utils.functional import SimpleLazyObject as simple_lazy  # noqa: N813
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import trans_real
from django.utils.translation.trans_real import DjangoTranslation

from .fragments import (
    cache_tags,
    cache_timeout,
    cache_variable,
    fragment_cache,
    fragment_key,
    md5,
    named_cache,
)
from .known_nodes import is_stock_querystring, language_info, value_node
from .later import from_homes
from .localisation import (
    ambient,
    counted_text,
    date_format_string,
    date_names,
    humanize_now,
    now_like,
    number_formats,
    surroundings,
    translated_text,
    version,
)
from .processors import known_token, processor_kind, token_code
from .proxies import RowProxy
from .sources import (
    accessor,
    answers,
    ask,
    counts_its_rows,
    dangling,
    display_label,
    evaluate,
    first_of,
    instances,
    key_column,
    kind,
    lendings,
    load,
    look_ahead,
    may_look_ahead,
    model_step,
    needs_of_collection,
    passing,
    reach,
    rows,
    size_of,
    source_queryset,
    usage,
    usage_of_page,
    watch_instances,
)
from .watched import (
    comes_from,
    tags_span_lines,
    tell_replaced_sources,
    uses_djangos_own,
    watch,
)

__all__ = [
    "BaseContext", "BaseTemplate", "BlockNode", "Context", "ContextDict", "Decimal",
    "DjangoTranslation", "FixedZone", "InclusionNode", "LazyObject", "Node", "PartialTemplate",
    "Promise", "QueryDict", "RequestContext", "RowProxy", "SafeData", "SafeString", "SimpleNode",
    "TemplateDoesNotExist", "TemplateSyntaxError", "TextNode", "Token", "Undefined",
    "VariableDoesNotExist", "ZoneInfo", "ZonedDateTime", "accessor", "ambient", "answers", "ask",
    "cache_tags", "cache_timeout", "cache_variable", "cached_property", "counted_text",
    "counts_its_rows", "dangling", "date", "date_format_string", "date_names", "datetime",
    "defaulttags", "display_label", "django_base", "django_conditional_escape", "django_escape",
    "django_format_html", "django_get_token", "django_json_script", "django_mark_safe", "empty",
    "evaluate", "first_of", "fragment_cache", "fragment_key", "group_result", "humanize_now",
    "instances", "is_stock_querystring", "key_column", "kind", "known_token", "language_info",
    "lendings", "load", "locales", "logger", "look_ahead", "may_look_ahead", "md5", "model_step",
    "named_cache", "needs_of_collection", "now_like", "number_formats", "passing",
    "processor_kind", "reach",
    "render_to_string", "reverse", "rows", "settings", "simple_lazy", "size_of", "source_queryset",
    "static_function", "surroundings", "tags_span_lines", "tell_replaced_sources", "time",
    "token_code", "token_types",
    "trans", "trans_real", "translated_text", "usage", "usage_of_page", "value_node", "version",
    "watch", "watch_instances",
]  # fmt: skip

# Only what a page needs is imported for it.
__getattr__ = from_homes(
    __name__,
    {
        "addresses": ("address_sources", "routes", "static_place", "static_url"),
        "form_classes": (
            "form_methods_of",
            "form_pieces",
            "hidden_errors",
            "related_context",
            "unpacked_choice",
        ),
        "links": ("is_link_warning_ignored", "link_notes"),
        "loading": ("loading_notes",),
        "native_bodies": ("media_body", "media_notes", "native_bodies"),
        "nodes": (
            "block_context",
            "block_value",
            "blocks_within",
            "make_partials",
            "proxy_node",
        ),
        "orm.adoption": ("adopt", "fill"),
        "parser": ("make_parser",),
        "site_functions": ("helped",),
        "standins": ("stand_in",),
        "string_filters": ("string_filter_result", "undecorated"),
        "translations": (
            "activate_language",
            "available_languages",
            "check_count",
            "current_language",
            "current_language_bidi",
            "current_timezone_name",
            "format_translation",
            "is_bidi",
            "override_language",
            "override_timezone",
            "single_percents",
            "translate_constant",
            "translate_lazily",
            "translate_plural",
            "translate_text",
            "zone_name",
        ),
    },
)

# What these modules import themselves counts too, which their stubs leave out.
base: Any = django_base

logger = logging.getLogger("django.template")
token_types = (
    base.TokenType.TEXT,
    base.TokenType.VAR,
    base.TokenType.BLOCK,
    base.TokenType.COMMENT,
)


utc = FixedZone.utc
date_filter = defaultfilters.date
reverse = urls.reverse
render_to_string = loader.render_to_string
static_function = static.static
GettextProxy = type(translation.gettext_lazy(""))
trans: Any = translation._trans  # type: ignore[attr-defined]
# Since Django 6.0.
PartialTemplate: Any = getattr(base, "PartialTemplate", None)
django_format_html = html.format_html
django_escape = html.escape
django_conditional_escape = html.conditional_escape
django_json_script = html.json_script
django_get_token = csrf.get_token
django_mark_safe = mark_safe


class Undefined:
    """Returned in place of a value that is not there; never instantiated."""


class _Display:
    """As much of a context as `render_value_in_context` reads."""

    __slots__ = ("autoescape", "use_l10n", "use_tz")

    def __init__(self, autoescape: bool, use_l10n: bool | None, use_tz: bool | None) -> None:
        self.autoescape = autoescape
        self.use_l10n = use_l10n
        self.use_tz = use_tz


# Values


def render_value(value: Any, autoescape: bool, use_l10n: bool | None, use_tz: bool | None) -> Any:
    """`django.template.base.render_value_in_context`"""
    return base.render_value_in_context(value, _Display(autoescape, use_l10n, use_tz))


def template_localtime(value: Any, use_tz: bool | None) -> Any:
    """`django.utils.timezone.template_localtime`"""
    return base.template_localtime(value, use_tz)


def conditional_escape(value: Any) -> Any:
    """`django.utils.html.conditional_escape`"""
    return html.conditional_escape(value)


def escape_output(value: Any) -> Any:
    """What a tag has made, escaped (`SimpleNode.render`)."""
    names: Any = library
    return names.conditional_escape(value)


def mark_safe_if(source: Any, result: Any) -> Any:
    """What a filter marked `is_safe` returned: safe if its input was."""
    return mark_safe(result) if isinstance(source, SafeData) else result


def context_step(current: BaseContext, bit: str) -> Any:
    """A step of a path on a template context: only its variables count.

    Mirrors `Variable._resolve_lookup`.
    """
    try:
        return current[bit]
    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
        pass
    try:
        if getattr(type(current), bit):
            raise AttributeError
        return getattr(current, bit)
    except (TypeError, AttributeError):
        return Undefined


def needs_arguments(function: Any) -> bool:
    """True if a call without arguments cannot bind, or if nobody knows.

    Mirrors `Variable._resolve_lookup`.
    """
    try:
        signature = base.signature(function)
    except ValueError:
        return True
    try:
        signature.bind()
    except TypeError:
        return True
    return False


def log_miss(bit: str, template_name: str | None, error: BaseException) -> None:
    """The debug message for a path that leads nowhere."""
    logger.debug(
        "Exception while resolving variable '%s' in template '%s'.",
        bit,
        template_name or "unknown",
        exc_info=error,
    )


def reverse_iterator(values: Any) -> Any:
    """`reversed(values)`"""
    return reversed(values)


def escape(value: Any) -> Any:
    """`django.utils.html.escape`"""
    return html.escape(value)


def format_html(format_string: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`django.utils.html.format_html`"""
    return html.format_html(format_string, *args, **kwargs)


# Contexts


def make_context(template: Any, request: Any, template_name: Any, is_new: bool, parent: Any) -> Any:
    """A Python context for a render that had none until now.

    `parent`: the context that it is made from by `new()`; else `request` says which class it has.
    The renderer fills in the dictionaries.
    """
    if parent is not None:
        return parent.new()
    # What the constructors of the classes set; the watch makes sure that they are Django's.
    made: Any = object.__new__(Context if request is None else RequestContext)
    state: Any = object.__new__(RenderContext)
    state.dicts = [{"True": True, "False": False, "None": None}]
    made.autoescape = True
    made.use_l10n = made.use_tz = None
    made.template_name = template_name
    made.render_context = state
    made.template = template
    made.dicts = [{"True": True, "False": False, "None": None}]
    if request is not None:
        made.request = request
        made._processors = ()
        if not is_new:
            made._processors_index = 1
    return made


def reraise_missing(error: Any, backend: Any) -> None:
    """Raises a TemplateDoesNotExist as the backend's `Template.render` does."""
    django_backend.reraise(error, backend)


def unbind_context(made: Any) -> None:
    """What `bind_template` does to a context when its render is over."""
    made.template = None
    index = getattr(made, "_processors_index", None)
    if index is not None:
        made.dicts[index] = {}
    made.render_context.template = None
    del made.render_context.dicts[1:]


def update_from_processor(updates: dict[str, Any], processor: Any, values: Any) -> None:
    """What a context processor returned. Error: TypeError if it is no dictionary."""
    try:
        updates.update(values)
    except TypeError as error:
        raise TypeError(
            f"Context processor {processor.__qualname__} didn't return a dictionary."
        ) from error


def annotate(error: Any, node: Node, template: Any) -> None:
    """Tells an exception where it happened, for the debug page (`Node.render_annotated`)."""
    if not hasattr(error, "_culprit_node"):
        error._culprit_node = node
    culprit = error._culprit_node
    if not hasattr(error, "template_debug") and template.origin == culprit.origin:
        error.template_debug = template.get_exception_info(error, culprit.token)


# Compiling


def retire_parser(parser: Any, tags: dict[str, Any], filters: dict[str, Any]) -> None:
    """Makes a parser whose template is parsed one of Django's: a node may have kept it."""
    parser.retire(tags, filters)


@lru_cache(maxsize=2048)
def _takes(function: Any, args: int) -> bool:
    plain = _plain(function)
    if plain is not None:
        # What `FilterExpression.args_check` finds out by a signature, which takes longer to make.
        most = plain.__code__.co_argcount
        return most - len(plain.__defaults__ or ()) <= args + 1 <= most
    try:
        return bool(base.FilterExpression.args_check("", function, [(False, None)] * args))
    except TemplateSyntaxError:
        return False


def _plain(function: Any) -> FunctionType | None:
    """The function that a decorator has wrapped, if it has no other signature than its code's."""
    inner = inspect.unwrap(function)
    if type(inner) is not FunctionType or "__signature__" in vars(inner):
        return None
    return inner


def filter_takes(name: str, function: Any, args: int) -> bool:
    """True if a filter can be called with this number of arguments after the value."""
    try:
        return _takes(function, args)
    except TypeError:
        # A callable object that cannot be hashed.
        return _takes.__wrapped__(function, args)


@lru_cache(maxsize=2048)
def binds_autoescape(function: Any) -> bool:
    """True if the first argument after the value would bind to `autoescape`."""
    plain = _plain(function)
    if plain is not None and plain.__code__.co_argcount > 1:
        return plain.__code__.co_varnames[1] == "autoescape"
    names = list(inspect.signature(inspect.unwrap(function)).parameters)
    return names[1:2] == ["autoescape"]


def stock_filter_name(function: Any) -> str | None:
    """The name of one of Django's own filters: bare for default filters, else `library.name`."""
    return _stock_filter_name(function) if isinstance(function, FunctionType) else None


@lru_cache(maxsize=2048)
def _stock_filter_name(function: Any) -> str | None:
    home = _FILTER_LIBRARIES.get(function.__module__ or "")
    module = None if home is None else sys.modules.get(function.__module__)
    if module is None:
        return None
    # A wrapper of somebody else's takes over the names of what it wraps, but not its globals.
    original: Any = function
    homes = (module.__name__, defaultfilters.__name__)
    while True:
        if not any(comes_from(original, name) for name in homes):
            return None
        if not hasattr(original, "__wrapped__"):
            break
        original = original.__wrapped__
    if not comes_from(original, module.__name__) or not uses_djangos_own(original):
        return None
    for name, known in module.register.filters.items():
        if known is function:
            return f"{home}{name}"
    return None


_FILTER_LIBRARIES = {
    "django.template.defaultfilters": "",
    "django.templatetags.l10n": "l10n.",
    "django.templatetags.tz": "tz.",
    "django.templatetags.i18n": "i18n.",
    "django.contrib.humanize.templatetags.humanize": "humanize.",
}


def translated_constant(text: str) -> Any:
    """`_("text")` in an expression."""
    return base.gettext_lazy(mark_safe(text.replace("%", "%%")))


def has_loop_length() -> bool:
    """`forloop.length` is there since Django 6.0."""
    return django.VERSION >= (6, 0)


def is_unpatched_helper(cls: type[Node]) -> bool:
    """True if nodes of `simple_tag` and `inclusion_tag` work as Django wrote them."""
    home = library.__name__
    return cls in (SimpleNode, InclusionNode) and all(
        comes_from(method, home) for method in (cls.render, cls.get_resolved_arguments)
    )


# Tags


def url(view_name: Any, args: list[Any], kwargs: dict[str, Any], request: Any, quiet: bool) -> str:
    """`{% url %}`. Error: NoReverseMatch, unless `quiet`."""
    try:
        current_app = request.current_app
    except AttributeError:
        try:
            current_app = request.resolver_match.namespace
        except AttributeError:
            current_app = None
    try:
        return urls.reverse(view_name, args=args, kwargs=kwargs, current_app=current_app)
    except urls.NoReverseMatch:
        if quiet:
            return ""
        raise


def csrf_input(token: Any) -> str:
    """`{% csrf_token %}`"""
    # The node asks its context for this one name.
    context = cast(Context, {"csrf_token": token})
    return defaulttags.CsrfTokenNode().render(context)


def now(format_string: str) -> str:
    """`{% now %}`"""
    # Only `{% now ... as name %}` uses the context.
    return defaulttags.NowNode(format_string).render(cast(Context, None))


def strip_spaces_between_tags(text: str) -> str:
    """`{% spaceless %}`"""
    return html.strip_spaces_between_tags(text)


def width_ratio(value: Any, maximum: Any, width: int) -> str:
    """`{% widthratio %}`. Errors: those of the arithmetic, which the tag knows."""
    return str(round(float(value) / float(maximum) * width))


def relative_path(current: str | None, name: str) -> str:
    """The template that `./name` means. Error: TemplateSyntaxError."""
    return loader_tags.construct_relative_path(current, name)


def is_admin_inclusion(cls: type[Node]) -> bool:
    """True if nodes of this class are the admin's `InclusionAdminNode`, as Django wrote it."""
    return issubclass(cls, InclusionNode) and cls is _admin_inclusion_node()


def _admin_inclusion_node() -> Any:
    home = sys.modules.get("django.contrib.admin.templatetags.base")
    cls = getattr(home, "InclusionAdminNode", None)
    if cls is None or not comes_from(vars(cls).get("render"), cls.__module__):
        return None
    return cls if is_unpatched_helper(InclusionNode) and cls.__mro__[1] is InclusionNode else None


def admin_template(engine: Any, opts: Any, name: str) -> Any:
    """The template of an admin's tag for a model (`InclusionAdminNode.render`)."""
    app, model = opts.app_label.lower(), opts.model_name
    return engine.select_template(
        [f"admin/{app}/{model}/{name}", f"admin/{app}/{name}", f"admin/{name}"]
    )


def inclusion_template(engine: Any, filename: Any) -> Any:
    """The template of an inclusion tag."""
    if isinstance(filename, BaseTemplate):
        return filename
    if isinstance(getattr(filename, "template", None), BaseTemplate):
        return filename.template
    if not isinstance(filename, str) and isinstance(filename, Iterable):
        return engine.select_template(filename)
    return engine.get_template(filename)


def block_copy(node: Any, owner: Any) -> Any:
    """The value of `block` for a block node of Django's."""
    made: Any = loader_tags.BlockNode(node.name, node.nodelist)
    made.context = owner
    return made


def render_parent(owner: Any, parent: Any) -> Any:
    """The end of `ExtendsNode.render` for a parent that Django renders.

    Our blocks have been added already.
    """
    _add_root_blocks(owner, parent)
    with owner.render_context.push_state(parent, isolated_context=False):
        return parent._render(owner)


def _add_root_blocks(owner: Any, parent: Any) -> None:
    for node in parent.nodelist:
        if not isinstance(node, TextNode):
            if not isinstance(node, loader_tags.ExtendsNode):
                found = parent.nodelist.get_nodes_by_type(loader_tags.BlockNode)
                blocks = owner.render_context[loader_tags.BLOCK_CONTEXT_KEY]
                blocks.add_blocks({block.name: block for block in found})
            break
