"""Filters that a site wrote: how they are called, with and without Django's `stringfilter`."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from django.template import defaultfilters
from django.template.backends.django import DjangoTemplates
from django.utils.functional import lazystr
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import gettext_lazy

from djust_backend import DjustTemplates
from djust_backend.string_filters import undecorated

BACKENDS = (DjangoTemplates, DjustTemplates)

FILTERS = """
import functools
from django.template import Library
from django.template.defaultfilters import stringfilter
from django.utils.functional import lazystr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()

class Text(str):
    pass

class Marked(SafeString):
    def __str__(self):
        return "marked " + super().__str__()

class Shown:
    def __html__(self):
        return "<html>"
    def __repr__(self):
        return "<shown>"

class OddlyShown(Shown):
    def __html__(self):
        return 5

RESULTS = {
    "lazy": lambda text: lazystr("<lazy>"),
    "safe": lambda text: mark_safe("<safe>"),
    "marked": lambda text: Marked("<marked>"),
    "text": lambda text: Text("<text>"),
    "none": lambda text: None,
    "number": lambda text: 1234.5,
    "shown": lambda text: Shown(),
    "odd": lambda text: OddlyShown(),
    "input": lambda text: text,
    "kind": lambda text: type(text).__name__,
    "raise": lambda text: text.nothing,
}

@register.filter
def given(value, what="input"):
    return RESULTS[what](value)

@register.filter
@stringfilter
def text(value, what="input"):
    return RESULTS[what](value)

@register.filter(is_safe=True)
@stringfilter
def kept(value, what="input"):
    return RESULTS[what](value)

@register.filter(is_safe=True, needs_autoescape=True)
@stringfilter
def aware(value, what="kind", autoescape=None):
    return "%s<%s>" % (RESULTS[what](value), autoescape)

@register.filter
@stringfilter
def formatted(value, arg="none"):
    return format_html("<i>{}{}</i>", value, arg)

@register.filter
@stringfilter
@stringfilter
def twice(value):
    return value + "<"

def inner_safe(value):
    return value + "<"
inner_safe.is_safe = True
register.filter("inner_safe", stringfilter(inner_safe))
register.filter("partial", functools.partial(given, what="kind"))
register.filter("in_partial", stringfilter(functools.partial(given)))
register.filter("class", Text)
register.filter("of_class", stringfilter(Text))
register.filter("expects", stringfilter(given), expects_localtime=True)

def named_only(value, *, what="kind"):
    return RESULTS[what](value)
register.filter("named_only", stringfilter(named_only))

def loud(function):
    @functools.wraps(function)
    def _dec(first, *args, **kwargs):
        return function("loud %s" % first, *args, **kwargs)
    return _dec

@register.filter
@loud
@stringfilter
def foreign(value):
    return value

@register.filter
@stringfilter
@loud
def inside_out(value):
    return value
"""


class Loud(str):
    """A text with a text of its own."""

    def __str__(self) -> str:
        return f"loud {super().__str__()}"


class Safer(SafeString):
    """A safe text with a text of its own."""

    def __str__(self) -> str:
        return "safer " + super().__str__()


class Marking:
    """An object whose text is safe."""

    def __repr__(self) -> str:
        return "Marking"

    def __str__(self) -> str:
        return mark_safe("<marking>")


class Failing:
    """An object that has no text."""

    def __repr__(self) -> str:
        return "Failing"

    def __str__(self) -> str:
        raise ZeroDivisionError("no text")


class Counting:
    """An object that counts who asks for its text."""

    def __repr__(self) -> str:
        return "Counting"

    def __init__(self) -> None:
        self.count = 0

    def __str__(self) -> str:
        self.count += 1
        return f"<{self.count}>"


class Marked(SafeData):
    """An object that is safe and no text."""

    def __repr__(self) -> str:
        return "<Marked>"


VALUES: list[Callable[[], Any]] = [
    lambda: "<&\"'>", lambda: mark_safe("<b>"), lambda: lazystr("<lazy>"), lambda: None,
    lambda: 1234.5, lambda: True, lambda: Loud("<x>"), lambda: Safer("<x>"), Marking, Failing,
    Counting, Marked, lambda: [1, "<"], lambda: "\ud800", lambda: b"<", lambda: gettext_lazy("<Yes>"),
]  # fmt: skip

RESULTS = (
    "lazy", "safe", "marked", "text", "none", "number", "shown", "odd", "input", "kind", "raise",
)  # fmt: skip

NAMES = (
    "given", "text", "kept", "aware", "formatted", "twice", "inner_safe", "partial", "in_partial",
    "class", "of_class", "expects", "named_only", "foreign", "inside_out",
)  # fmt: skip


def site() -> types.ModuleType:
    """The module of a site, anew."""
    made = types.ModuleType("site_filters")
    exec(FILTERS, vars(made))
    return made


def engine(backend: Any, module: Any, **options: Any) -> Any:
    """A backend with the filters of a module."""
    made = backend(
        {"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [], **options}}
    )
    made.engine.template_builtins.append(module.register)
    return made


def shown(made: Any, source: str, value: Callable[[], Any]) -> tuple[Any, ...]:
    """Text or exception of a render."""
    try:
        text = made.from_string(source).render({"v": value()})
        return text, type(text)
    except Exception as error:  # noqa: BLE001 - compared
        return type(error), str(error)


def same(source: str, **options: Any) -> list[Any]:
    """What both engines make of each value."""
    results = []
    for backend in BACKENDS:
        made = engine(backend, site(), **options)
        results.append([shown(made, source, value) for value in VALUES])
    assert results[0] == results[1]
    return results[0]


@pytest.mark.parametrize("name", NAMES)
def test_values(name: str) -> None:
    same(
        f"{{{{ v|{name} }}}}{{{{ v|{name}|lower }}}}{{{{ 'a<b'|{name} }}}}{{{{ missing|{name} }}}}"
    )
    same(f"{{{{ v|{name} }}}}", autoescape=False)
    same(f"{{{{ missing|{name} }}}}{{{{ v.x|{name} }}}}", string_if_invalid="<%s>")
    same(f"{{% if v|{name} %}}1{{% endif %}}{{% with x=v|{name} %}}{{{{ x }}}}{{% endwith %}}")


@pytest.mark.parametrize("what", RESULTS)
@pytest.mark.parametrize("name", ["given", "text", "kept", "aware"])
def test_results(name: str, what: str) -> None:
    for source in (f"{{{{ v|{name}:'{what}' }}}}", f"{{{{ v|safe|{name}:what }}}}"):
        same(source.replace("what }", f"'{what}' }}"))
        same(source.replace("what }", f"'{what}' }}"), autoescape=False)


@pytest.mark.parametrize("arguments", [":1", ":v", ":missing", ":'input'"])
@pytest.mark.parametrize("name", NAMES)
def test_arguments(name: str, arguments: str) -> None:
    same(f"{{{{ v|{name}{arguments} }}}}")


def _other(func: Any) -> Any:
    """A function with as many cells as a wrapper of Django's."""

    def wrapper(first: Any) -> str:
        return f"other {first} {func.__name__}"

    return wrapper


CHANGES: list[Callable[[Any], Any]] = [
    lambda module: module.register.filters.update(text=lambda value: "other"),
    lambda module: setattr(module.text, "__code__", _other(None).__code__),
    lambda module: setattr(module.text, "__defaults__", ("first",)),
    lambda module: setattr(module.text, "__kwdefaults__", {"what": "kind"}),
    lambda module: setattr(module.text.__closure__[0], "cell_contents", lambda value: "other"),
    lambda module: setattr(
        module.text.__closure__[0].cell_contents, "__code__", (lambda value: "code").__code__
    ),
    lambda module: setattr(module.text.__closure__[0].cell_contents, "__defaults__", ("kind",)),
    lambda module: setattr(module.kept.__closure__[0].cell_contents, "is_safe", False),
    lambda module: setattr(module.text.__closure__[0].cell_contents, "is_safe", True),
    lambda module: setattr(module.kept, "is_safe", False),
    lambda module: delattr(module.kept, "__wrapped__"),
    lambda module: vars(module).update(format_html=lambda *args: "<mine>"),
]

SOURCES = "{{ v|text }}{{ v|kept }}{{ v|formatted }}{{ s|text }}{{ s|kept }}"
CONTEXT = {"v": "<", "s": mark_safe("<")}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("compiled_before", [True, False])
def test_a_change_of_the_site_is_heard(change: Callable[[Any], Any], compiled_before: bool) -> None:
    results = []
    for backend in BACKENDS:
        module = site()
        made = engine(backend, module)
        template = made.from_string(SOURCES)
        found = [template.render(CONTEXT)]
        change(module)
        if not compiled_before:
            template = made.from_string(SOURCES)
        found.append(template.render(CONTEXT))
        results.append(found)
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("holder", "name", "value"),
    [
        (defaultfilters, "mark_safe", lambda text: SafeString(f"marked {text}")),
        (defaultfilters, "SafeData", int),
        (defaultfilters, "unwrap", lambda function: None),
        (SafeString, "__str__", lambda self: "patched"),
    ],
)
def test_a_replaced_piece_of_django_is_heard(
    monkeypatch: pytest.MonkeyPatch, holder: Any, name: str, value: Any
) -> None:
    results = []
    for backend in BACKENDS:
        template = engine(backend, site()).from_string(SOURCES)
        found = [template.render(CONTEXT)]
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, value)
            found.append(template.render(CONTEXT))
        found.append(template.render(CONTEXT))
        results.append(found)
    assert results[0] == results[1]


def test_the_wrapper_of_django_is_not_entered() -> None:
    entered: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            entered.append(frame.f_code.co_name)

    template = engine(DjustTemplates, site()).from_string("{{ v|text }}{{ 'x'|kept }}{{ 1|aware }}")
    template.render(CONTEXT)
    sys.setprofile(note)
    try:
        template.render(CONTEXT)
    finally:
        sys.setprofile(None)
    assert "text" in entered
    assert "_dec" not in entered


def test_what_is_undecorated() -> None:
    module = site()
    inner = module.text.__closure__[0].cell_contents
    assert undecorated(module.text) is inner
    assert undecorated(module.foreign) is None
    assert undecorated(module.given) is None
    assert undecorated(inner) is None
    assert undecorated(len) is None


def test_threads() -> None:
    module = site()
    stock = engine(DjangoTemplates, module).from_string(SOURCES).render(CONTEXT)
    template = engine(DjustTemplates, module).from_string(SOURCES)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.extend(template.render(CONTEXT) for _ in range(50)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {stock}
    assert len(found) == 200
