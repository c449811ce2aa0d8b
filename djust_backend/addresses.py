"""What the renderer keeps of a site's addresses: patterns of views, the place of static files.

Mirrors `django.urls.reverse` up to the choice of patterns; the renderer fills them in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urljoin

from django.conf import settings
from django.core.files.storage import filesystem
from django.templatetags import static
from django.urls import base, converters, resolvers

from .localisation import local_variable
from .watched import comes_from

__all__ = ["address_sources", "routes", "static_place", "static_url"]

_CONVERTERS = {
    converters.IntConverter: "int",
    converters.StringConverter: "str",
    converters.SlugConverter: "slug",
    converters.PathConverter: "path",
    converters.UUIDConverter: "uuid",
}

_PLACE = re.compile(r"%(?:%|\((.*?)\)s)")

# What these modules import themselves counts too, which their stubs leave out.
_base: Any = base
_resolvers: Any = resolvers
_static: Any = static
_filesystem: Any = filesystem


def address_sources() -> tuple[Any, ...] | None:
    """Where the renderer finds what addresses depend on.

    The modules of `reverse` and of resolvers, and the context variables behind the thread's URLconf
    and script prefix with their `Local` objects. None if asgiref keeps the values of a `Local` in a
    way that the renderer does not know.
    """
    urlconfs, prefixes = _base._urlconfs, _base._prefixes
    variables = local_variable(urlconfs), local_variable(prefixes)
    if None in variables:
        return None
    return (base, resolvers, urlconfs, variables[0], prefixes, variables[1])


def routes(root: Any, view_name: str, current_app: str | None, prefix: str) -> list[Any] | None:
    """What `reverse` would try for a view's name, in its order.

    For each form: the pieces of the path (text, or the number of a parameter in a tuple), names and
    kinds of the parameters, and the search that the path must pass (None: its pieces say the same).
    None for what only `reverse` itself can tell: names that lead nowhere, converters of the site,
    patterns with default arguments.
    """
    found = _resolver(root, view_name, current_app)
    if found is None:
        return None
    resolver, view = found
    if not resolver._populated:
        resolver._populate()
    forms = []
    for possibility, pattern, defaults, known in resolver.reverse_dict.getlist(view):
        kinds = {name: _CONVERTERS.get(type(converter)) for name, converter in known.items()}
        if defaults or None in kinds.values():
            return None
        for template, parameters in possibility:
            pieces = _pieces(template, parameters)
            if pieces is None:
                return None
            search = None
            if not _says_the_same(pattern, pieces, parameters, known):
                search = re.compile(f"^{re.escape(prefix)}{pattern}").search
            forms.append(
                (pieces, tuple(parameters), [kinds.get(p, "") for p in parameters], search)
            )
    return forms


def _resolver(resolver: Any, view_name: str, current_app: str | None) -> tuple[Any, str] | None:
    """The resolver of a name's namespace, and the name within it; None: there is none."""
    *path, view = view_name.split(":")
    current_path = current_app.split(":")[::-1] if current_app else None
    ns_pattern = ""
    ns_converters: dict[str, Any] = {}
    for namespace in path:
        ns = namespace
        current_ns = current_path.pop() if current_path else None
        app_list = resolver.app_dict.get(ns)
        if app_list is not None:
            if current_ns and current_ns in app_list:
                ns = current_ns
            elif ns not in app_list:
                ns = app_list[0]
        if ns != current_ns:
            current_path = None
        if ns not in resolver.namespace_dict:
            return None
        extra, resolver = resolver.namespace_dict[ns]
        ns_pattern += extra
        ns_converters.update(resolver.pattern.converters)
    if ns_pattern:
        resolver = _base.get_ns_resolver(ns_pattern, resolver, tuple(ns_converters.items()))
    return resolver, view


def _pieces(template: str, parameters: list[str]) -> list[str | tuple[int]] | None:
    """A path with `%(name)s` and `%%` in it, taken apart; None if there is more to it."""
    pieces: list[str | tuple[int]] = []
    at = 0
    for place in _PLACE.finditer(template):
        pieces.append(template[at : place.start()])
        at = place.end()
        if place[1] is None:
            pieces.append("%")
        elif place[1] in parameters:
            pieces.append((parameters.index(place[1]),))
        else:
            return None
    pieces.append(template[at:])
    if any("%" in piece and piece != "%" for piece in pieces if isinstance(piece, str)):
        return None
    return pieces


def _says_the_same(
    pattern: str,
    pieces: list[str | tuple[int]],
    parameters: list[str],
    known: dict[str, Any],
) -> bool:
    """Whether a pattern is its path's text and, in place of each parameter, its converter's."""
    expected = ""
    for piece in pieces:
        if isinstance(piece, str):
            expected += re.escape(piece)
            continue
        name = parameters[piece[0]]
        if name not in known:
            return False
        expected += f"(?P<{name}>{known[name].regex})"
    return pattern in (expected, expected + r"\Z", expected + r"\z", expected + "$")


def static_url(path: Any) -> Any:
    """`{% static %}`"""
    return static.StaticNode.handle_simple(path)


def static_place() -> tuple[str | None, tuple[list[tuple[Any, str, Any]], list[type]]]:
    """What the addresses of static files depend on, besides their paths; None: nobody knows.

    With it what this was told from, for as long as it is so: values of objects' own, and classes.
    Storages that look a file's name up are asked each time: their tables may change.
    """
    node = static.StaticNode
    values: list[tuple[Any, str, Any]] = [
        (static, name, getattr(static, name)) for name in ("apps", "StaticNode", "PrefixNode")
    ]
    values.append((_static.apps, "app_configs", _static.apps.app_configs))
    classes = [static.StaticNode, static.PrefixNode]
    if not _are_genuine(
        (node.handle_simple, _static.__name__), (static.PrefixNode.handle_simple, _static.__name__)
    ):
        return None, (values, classes)
    if not _static.apps.is_installed("django.contrib.staticfiles"):
        prefix = settings.STATIC_URL
        values += [(static, "urljoin", _static.urljoin), (static, "quote", _static.quote)]
        values.append((settings, "STATIC_URL", prefix))
        is_known = (_static.urljoin, _static.quote) == (urljoin, quote)
        return f"prefix {prefix}" if is_known else None, (values, classes)
    # Only sites that use it load it.
    from django.contrib.staticfiles import storage as staticfiles  # noqa: PLC0415

    chosen: Any = staticfiles.staticfiles_storage
    values.append((staticfiles, "staticfiles_storage", chosen))
    # The site's choice of storage is made when it is first asked for something.
    if not hasattr(chosen, "url"):
        return None, (values, classes)
    storage = vars(chosen).get("_wrapped", chosen)
    if storage is not chosen:
        values.append((chosen, "_wrapped", storage))
    kind = type(storage)
    known = (staticfiles.StaticFilesStorage, filesystem.FileSystemStorage)
    if kind is not known[0] or "url" in vars(storage):
        return None, (values, classes)
    place = f"storage {storage.base_url}"
    values.append((storage, "base_url", vars(storage).get("base_url")))
    values += [(filesystem, n, getattr(filesystem, n)) for n in ("urljoin", "filepath_to_uri")]
    is_known = _filesystem.urljoin is urljoin and _are_genuine(
        (kind.url, _filesystem.__name__), (_filesystem.filepath_to_uri, "django.utils.encoding")
    )
    return place if is_known else None, (values, [*classes, *known])


def _are_genuine(*functions: tuple[Callable[..., Any], str]) -> bool:
    return all(comes_from(getattr(f, "__func__", f), home) for f, home in functions)
