"""The template engine: Django's, with our `Template` wherever Django would make its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured
from django.template import Origin, TemplateDoesNotExist
from django.template import engine as stock
from django.template.loaders import base as stock_loaders
from django.template.loaders import cached
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from .template import Template
from .watched import comes_from

#: Names that are what they look like: the cached loader looks under `str(name)`.
_NAMES = (str, SafeString)


class Engine(stock.Engine):
    """`django.template.engine.Engine`; the same arguments."""

    def from_string(self, template_code: str) -> Template:
        """A template from its source."""
        return Template(template_code, engine=self)

    @cached_property
    def template_cache(self) -> dict[str, Any] | None:
        """Compiled templates by name, if Django's cached loader is the only loader.

        The renderer may look into them: the loader empties this very dictionary when templates have
        changed. None if a site has another loader in front.
        """
        # Typed loosely, as the stubs do not know the cached loader's dictionary.
        loaders: list[Any] = self.template_loaders
        if len(loaders) != 1 or not isinstance(loaders[0], cached.Loader):
            return None
        (loader,) = loaders
        if type(loader) is not _native_loader_class(cached.Loader):
            return None
        methods = (cached.Loader.get_template, cached.Loader.cache_key)
        if not all(comes_from(method, cached.__name__) for method in methods):
            return None
        found: dict[str, Any] = loader.get_template_cache
        return found

    def get_template(self, template_name: Any) -> Any:
        """The template of this name. Error: TemplateDoesNotExist."""
        cache = self.template_cache
        if cache is not None and type(template_name) in _NAMES:
            known = cache.get(template_name)
            if type(known) is Template:
                return known
        return super().get_template(template_name)

    def select_template(self, template_name_list: Any) -> Any:
        """The first of these templates that is there. Error: TemplateDoesNotExist."""
        cache = self.template_cache
        if cache is not None and isinstance(template_name_list, (list, tuple)):
            for name in template_name_list:
                known = cache.get(name) if type(name) in _NAMES else None
                if type(known) is Template:
                    return known
                # The cached loader keeps the exception class for a name that it has not found.
                if known is not TemplateDoesNotExist:
                    break
        return super().select_template(template_name_list)

    def find_template_loader(self, loader: Any) -> Any:
        """A loader from its setting; loaders that use Django's `get_template` make our templates.

        `loader`: a dotted path, or a sequence of it and its arguments. Error: ImproperlyConfigured.
        """
        args: Iterable[Any] = ()
        path = loader
        if isinstance(loader, (tuple, list)):
            path, *args = loader
        if not isinstance(path, str):
            raise ImproperlyConfigured(f"Invalid value in template loaders configuration: {path!r}")
        return _native_loader_class(import_string(path))(self, *args)


class _NativeTemplates(stock_loaders.Loader):
    """Stands behind a loader class, where `super().get_template()` ends."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Any:
        """The first template of this name not in `skip`, as Django's base loader finds it."""
        if not comes_from(stock_loaders.Loader.get_template, stock_loaders.__name__):
            # Somebody has replaced the method for all loaders: theirs wins.
            return super().get_template(template_name, skip)
        tried = []
        for origin in self.get_template_sources(template_name):
            if skip is not None and origin in skip:
                tried.append((origin, "Skipped to avoid recursion"))
                continue
            try:
                contents = self.get_contents(origin)  # type: ignore[attr-defined]
            except TemplateDoesNotExist:
                tried.append((origin, "Source does not exist"))
                continue
            name = cast("str | None", origin.template_name)
            return Template(contents, origin, name, self.engine)
        raise TemplateDoesNotExist(template_name, tried=tried)


@lru_cache(maxsize=128)
def _native_loader_class(loader_class: Any) -> Any:
    """The same loader class with ours between it and Django's base class.

    The order of bases puts `_NativeTemplates` after every class of the site and before Django's
    base loader, so a site's own `get_template` keeps its say.
    """
    if not (isinstance(loader_class, type) and issubclass(loader_class, stock_loaders.Loader)):
        return loader_class
    names = {
        "__module__": loader_class.__module__,
        "__qualname__": loader_class.__qualname__,
        "__doc__": loader_class.__doc__,
    }
    if loader_class is stock_loaders.Loader:
        return type(loader_class.__name__, (_NativeTemplates,), names)
    return type(loader_class.__name__, (loader_class, _NativeTemplates), names)
