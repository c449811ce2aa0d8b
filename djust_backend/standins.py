"""Functions of Django's own tags, run with helpers of ours: Django's code in other namespaces.

The admin's lists spend their time in `format_html` and in dates. What calls these is Python code of
Django's, which stays: a function made of the same code finds `format_html`, `formats` and
`timezone` under their names, and natively. Django's module is left as it is, and heard: as soon as
anything that the code names is another object there, the namespace is made anew.
"""

from __future__ import annotations

import builtins
import dis
from decimal import Decimal
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from django.templatetags import static
from django.utils import dateformat, formats, html, numberformat, safestring, timezone

from . import _native, admin_columns
from .watched import comes_from, is_function_of

#: The modules whose functions are run so. None of them rebinds its own names.
HOMES = (
    "django.contrib.admin.templatetags.admin_list",
    "django.contrib.admin.templatetags.admin_urls",
    "django.contrib.admin.utils",
)

# Its stubs leave the function of templates out.
_timezone: Any = timezone

#: What the native helpers stand for. Who replaces any of it is heard.
_HELPED = (html, formats, timezone, safestring, dateformat, numberformat, static)


_BINDING = (dis.opmap["STORE_GLOBAL"], dis.opmap["DELETE_GLOBAL"])


class _Formats:
    """`django.utils.formats`, with numbers and dates in the language of the page natively."""

    def __getattr__(self, name: str) -> Any:
        return getattr(formats, name)

    @staticmethod
    def localize(value: Any, use_l10n: bool | None = None) -> Any:
        """`formats.localize`"""
        text = None if use_l10n is not None else _native.localized(value)
        return formats.localize(value, use_l10n) if text is None else text

    @staticmethod
    def number_format(value: Any, decimal_pos: Any = None, *args: Any, **kwargs: Any) -> Any:
        """`formats.number_format`"""
        text = None
        if not args and not kwargs:
            if decimal_pos is None and type(value) in (int, float, Decimal):
                text = _native.localized(value)
            elif type(decimal_pos) is int and decimal_pos >= 0:
                text = _native.number_format(value, decimal_pos)
        return formats.number_format(value, decimal_pos, *args, **kwargs) if text is None else text


class _TimeZone:
    """`django.utils.timezone`, with local times natively."""

    def __getattr__(self, name: str) -> Any:
        return getattr(timezone, name)

    @staticmethod
    def template_localtime(value: Any, use_tz: bool | None = None) -> Any:
        """`timezone.template_localtime`"""
        local = None if use_tz is not None else _native.template_localtime(value)
        return _timezone.template_localtime(value, use_tz) if local is None else local


def _static(path: Any) -> Any:
    address = _native.static_address(path)
    return static.static(path) if address is None else address


_HELPERS: dict[int, Any] = {
    id(html.format_html): _native.format_html,
    id(formats): _Formats(),
    id(timezone): _TimeZone(),
    id(safestring.mark_safe): _native.mark_safe,
    id(static.static): _static,
}


class StandIn:
    """A function of Django's that is run with native helpers; called as it is."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self._known: tuple[Any, _Named] = (None, [])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns."""
        return self.made()(*args, **kwargs)

    def made(self) -> Any:
        """The function in our namespace, or the function itself if the helpers may not be used."""
        run, named = self._known
        for home, name, value in named:
            if home.get(name) is not value:
                run = None
                break
        if run is None:
            run, _ = self._known = _clone(self.function)
        return run


@lru_cache(maxsize=256)
def _of(function: FunctionType) -> Any:
    return StandIn(function)


def stand_in(function: Any) -> Any:
    """A function of Django's admin with native helpers; any other function as it is."""
    home = getattr(function, "__module__", None)
    if type(function) is FunctionType and home in HOMES and _is_plain(function):
        return _of(function)
    return function


def _is_plain(value: Any) -> bool:
    """True if a value is a function of one of the homes, without anything around it."""
    return (
        type(value) is FunctionType
        and value.__module__ in HOMES
        and comes_from(value, value.__module__)
        and value.__closure__ is None
        and not hasattr(value, "__wrapped__")
        and not any(_binds_globals(code) for code in _codes(value.__code__))
    )


def _codes(code: CodeType) -> list[CodeType]:
    """A code object and those inside of it."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code, *(found for each in inner for found in _codes(each))]


def _binds_globals(code: CodeType) -> bool:
    """True if code assigns names of its module, which ours would not see; or if it looks so."""
    return any(opcode in code.co_code[::2] for opcode in _BINDING)


#: Names of a module as they were: namespace, name and value.
_Named = list[tuple[dict[str, Any], str, Any]]


class _Namespaces:
    """Namespaces of our own for the homes, and the functions made in them."""

    def __init__(self, named: _Named) -> None:
        self.named = named
        self._spaces: dict[str, dict[str, Any]] = {}
        self._made: dict[FunctionType, FunctionType] = {}
        self._homes: dict[str, _Home] = {}

    def clone(self, original: FunctionType) -> FunctionType:
        """The same code in the namespace of its home."""
        if original in self._made:
            return self._made[original]
        home = original.__globals__
        space = self._space(original.__module__, home)
        self._made[original] = made = FunctionType(
            original.__code__, space, original.__name__, original.__defaults__
        )
        made.__kwdefaults__ = original.__kwdefaults__
        made.__qualname__ = original.__qualname__
        for name in {name for code in _codes(original.__code__) for name in code.co_names}:
            if name in home:
                self.named.append((home, name, home[name]))
                space[name] = self.helped(home[name])
        return made

    def helped(self, value: Any) -> Any:
        """What takes the place of a value: a helper, a clone, or the value."""
        if id(value) in _HELPERS:
            return _HELPERS[id(value)]
        if not _is_plain(value):
            return value
        return admin_columns.results(value, self.clone(value), self.helped, self.named)

    def _space(self, name: str, home: dict[str, Any]) -> dict[str, Any]:
        space = self._spaces.get(name)
        if space is None:
            inside = {**vars(builtins), "__import__": self._import}
            space = self._spaces[name] = {**home, "__builtins__": inside}
        return space

    def _import(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """`import` within functions: one home imports from another there."""
        module = builtins.__import__(name, *args, **kwargs)
        if getattr(module, "__name__", "") not in HOMES:
            return module
        home = self._homes.get(name)
        if home is None:
            home = self._homes[name] = _Home(module, self)
        return home


class _Home:
    """A home as the clones of another see it: with clones."""

    def __init__(self, module: ModuleType, namespaces: _Namespaces) -> None:
        self._module = module
        self._namespaces = namespaces
        self._known: dict[str, tuple[Any, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        known = self._known.get(name)
        if known is None or known[0] is not value:
            known = self._known[name] = (value, self._namespaces.helped(value))
        return known[1]


def _clone(function: FunctionType) -> tuple[Any, _Named]:
    """The function in a namespace of its own, and what has to stay as it is for that."""
    named = [
        (vars(module), name, value)
        for module in _HELPED
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
    ]
    if not all(is_function_of(module, value) for module, value in _helped_functions()):
        return function, named
    return _Namespaces(named).clone(function), named


def _helped_functions() -> list[tuple[ModuleType, Any]]:
    """The functions that the helpers take the place of, and those that these call."""
    names = {
        html: ("format_html", "conditional_escape", "escape"),
        safestring: ("mark_safe",),
        formats: ("localize", "number_format", "date_format", "time_format", "get_format"),
        timezone: ("template_localtime", "localtime", "get_current_timezone"),
        dateformat: ("format", "time_format"),
        numberformat: ("format",),
        static: ("static",),
    }
    return [(module, getattr(module, name)) for module, found in names.items() for name in found]
