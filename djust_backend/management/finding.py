"""Finds what a site has: its engine of ours, its templates, its addresses, its generic lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db.models import Model, QuerySet
from django.template import engines
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern
from django.utils.module_loading import import_string
from django.views.generic import ListView, View
from django.views.generic.list import MultipleObjectMixin

from djust_backend.backend import DjustTemplates


def engine(name: str = "") -> DjustTemplates:
    """The TEMPLATES entry of ours with this name, or the first one. Error: CommandError."""
    ours = [found for found in engines.all() if isinstance(found, DjustTemplates)]
    for found in ours:
        if name in ("", found.name):
            return found
    names = ", ".join(found.name for found in ours) or "none"
    raise CommandError(f"No engine of djust_backend is called {name!r}; there is: {names}.")


def template_names(backend: DjustTemplates, globs: list[str]) -> list[str]:
    """The names of all templates that the engine's loaders list, or of those that match a glob.

    Loaders that keep templates elsewhere than in folders or in the settings list none.
    """
    names = {name for loader in backend.engine.template_loaders for name in _listed(loader)}
    if globs:
        names = {name for name in names if any(fnmatch(name, glob) for glob in globs)}
    return sorted(names)


def _listed(loader: Any) -> Iterator[str]:
    for inner in getattr(loader, "loaders", ()):
        yield from _listed(inner)
    yield from getattr(loader, "templates_dict", ())
    for folder in loader.get_dirs() if hasattr(loader, "get_dirs") else ():
        root = Path(folder)
        for path in root.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(root).as_posix()


def model_pairs(pairs: list[str]) -> dict[str, type[Model]]:
    """`name=app.Model` as a name of a template's and a model. Error: CommandError."""
    found = {}
    for pair in pairs:
        name, _, label = pair.partition("=")
        try:
            found[name] = apps.get_model(label)
        except (LookupError, ValueError) as error:
            raise CommandError(f"--model {pair}: {error} Write --model books=shop.Book.") from error
    return found


@dataclass(frozen=True, slots=True)
class Declared:
    """What a generic ListView of the URLconf declares: its templates, and its rows by name."""

    templates: tuple[str, ...]
    names: tuple[str, ...]
    queryset: QuerySet[Any]


def declared_lists() -> Iterator[Declared]:
    """The generic lists whose rows the class itself declares, without code of the site's."""
    for route in _routes(get_resolver(), "", ()):
        pattern = route.pattern
        cls = getattr(pattern.callback, "view_class", None)
        if cls is None or not issubclass(cls, MultipleObjectMixin):
            continue
        kept = ("get_queryset", "get_context_object_name", "get_ordering", "get_template_names")
        if any(getattr(cls, name, None) is not getattr(ListView, name) for name in kept):
            continue
        view: Any = cls(**pattern.callback.view_initkwargs)  # type: ignore[attr-defined]
        if view.queryset is None and view.model is None:
            continue
        view.object_list = queryset = view.get_queryset()
        if isinstance(queryset, QuerySet):
            name = view.get_context_object_name(queryset)
            names = ("object_list", *((name,) if name else ()), "page_obj")
            yield Declared(tuple(view.get_template_names()), names, queryset)


def plain_addresses() -> list[str]:
    """The paths of all GET routes that take no arguments."""
    found: dict[str, None] = {}
    for route in _routes(get_resolver(), "", ()):
        if route.path is not None and _answers_get(route.pattern.callback):
            found[route.path] = None
    return list(found)


def address(name: str) -> str:
    """The path of a named URL or a view: `blog:index`, `blog:post=a-slug`, `blog.views.index`.

    Arguments follow after `=`. What starts with a slash is a path already. Error: CommandError.
    """
    if name.startswith("/"):
        return name
    view, _, given = name.partition("=")
    args = given.split(",") if given else None
    try:
        return reverse(view, args=args)
    except NoReverseMatch as error:
        for route in _routes(get_resolver(), "", ()):
            if route.pattern.lookup_str == view:
                return _address_of(name, route, args)
        raise CommandError(f"{name}: {error}") from error


def _address_of(name: str, route: _Route, args: list[str] | None) -> str:
    if route.name is not None:
        try:
            return reverse(route.name, args=args)
        except NoReverseMatch as error:
            raise CommandError(f"{name}: {error}") from error
    if route.path is None or args:
        raise CommandError(f"{name}: its URL has no name, and takes arguments: write its path.")
    return route.path


@dataclass(frozen=True, slots=True)
class _Route:
    """A route with its full name, and its path if all of that is fixed."""

    pattern: URLPattern
    name: str | None
    path: str | None


def _routes(
    resolver: URLResolver, prefix: str | None, namespaces: tuple[str, ...]
) -> Iterator[_Route]:
    for entry in resolver.url_patterns:
        route = entry.pattern
        is_fixed = isinstance(route, RoutePattern) and not route.converters
        path = f"{prefix}{route}" if is_fixed and prefix is not None else None
        if isinstance(entry, URLResolver):
            inside = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _routes(entry, path, inside)
        else:
            name = ":".join((*namespaces, entry.name)) if entry.name else None
            yield _Route(entry, name, None if path is None else f"/{path}")


def given_contexts(path: str) -> list[tuple[str, dict[str, Any]]]:
    """The pairs of a template's name and a context that a function of the site's yields.

    Error: CommandError.
    """
    try:
        return [(str(name), dict(context)) for name, context in import_string(path)()]
    except ImportError as error:
        raise CommandError(f"--contexts {path}: {error}") from error
    except (TypeError, ValueError) as error:
        raise CommandError(
            f"--contexts {path}: {error}. Name a function without arguments that gives pairs of a "
            "template's name and a context."
        ) from error


def _answers_get(callback: Any) -> bool:
    cls = getattr(callback, "view_class", None)
    return cls is None or not issubclass(cls, View) or hasattr(cls, "get")
