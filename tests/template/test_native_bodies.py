"""Functions of Django's with a native body: they give what their own gives, and a change of anything is heard."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

import django
import pytest
from django import forms
from django.conf import LazySettings, settings
from django.forms import widgets
from django.template.backends.django import DjangoTemplates
from django.templatetags.static import static
from django.test import override_settings
from django.urls import get_script_prefix, set_script_prefix
from django.utils import html, translation
from django.utils.functional import LazyObject, SimpleLazyObject, cached_property, lazy
from django.utils.safestring import mark_safe

from djust_backend import DjustTemplates, native_bodies

BACKENDS = (DjangoTemplates, DjustTemplates)
Action = Callable[[], Any]


def engine(kind: Any) -> Any:
    return kind({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})


def within(kind: Any, action: Action) -> Any:
    """What an action gives while a template is rendered, or the exception, and what it warns of."""
    found: list[Any] = []

    def act() -> str:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                value = action()
                found.append((type(value), value))
            except Exception as error:  # noqa: BLE001 - any exception is a result, to be compared
                found.append((type(error), error.args))
        found.append([(item.category, str(item.message)) for item in heard])
        return ""

    engine(kind).from_string("{{ act }}").render({"act": act})
    return found


def check(action: Action) -> Any:
    """The same on both engines; what it was."""
    stock, ours = (within(kind, action) for kind in BACKENDS)
    assert ours == stock
    return ours[0]


def entered(kind: Any, action: Action) -> set[str]:
    """The Python functions that run for an action in a render."""
    names: set[str] = set()

    def note(frame: Any, event: str, _argument: object) -> None:
        if event == "call":
            names.add(frame.f_code.co_name)

    def act() -> str:
        # Once to learn what is looked up for it.
        action()
        sys.setprofile(note)
        try:
            action()
        finally:
            sys.setprofile(None)
        return ""

    engine(kind).from_string("{{ act }}").render({"act": act})
    return names


@pytest.fixture(autouse=True)
def given() -> None:
    """The functions have their bodies since Python code has run in some renders."""
    for _ in range(10):
        engine(DjustTemplates).from_string("{{ act }}").render({"act": lambda: ""})


class Element:
    def __init__(self, text: str) -> None:
        self.text = text

    def __html__(self) -> str:
        return f"<b>{self.text}</b>"


class Loud(forms.Media):
    def render_js(self) -> list[Any]:
        return ["loud"]


def own_render() -> forms.Media:
    media: Any = forms.Media(js=["a.js"])
    media.render = lambda: "own"
    return media  # type: ignore[no-any-return]


MEDIA: dict[str, Action] = {
    "nothing": forms.Media,
    "both": lambda: forms.Media(css={"all": ["a.css"], "Print": ("b.css", "a.css")}, js=["x.js"]),
    "addresses": lambda: forms.Media(js=("/a.js", "https://e.org/?a=1&b='2'", "http://x/", "//y/z.js")),
    "odd texts": lambda: forms.Media(js=["ä b.js", "<&>.js", "a%20b.js", "a?b#c.js", ""]),
    "a lone surrogate": lambda: forms.Media(js=["/\ud800.js"]),
    "odd media": lambda: forms.Media(css={"<b>": ["/a"], "b": ["/b"], "B": ["/c"], "ä": ["/d"], "": ["/e"]}),
    "sum": lambda: forms.Media(js=["a", "b"]) + forms.Media(js=["c", "b"]) + forms.Media(js=["a", "d", "b"]),
    "sum of styles": lambda: forms.Media(css={"all": ["a", "b"]}) + forms.Media(css={"x": ["c"], "all": ["c", "b"]}),
    "twice the same": lambda: forms.Media(js=["a", "a", "b", "a"]),
    "repeated": lambda: forms.Media(js=["a", "b", "c"]) + forms.Media(js=["a", "b"]) + forms.Media(js=["x", "c"]),
    "against each other": lambda: forms.Media(js=["a", "b"]) + forms.Media(js=["b", "a"]),
    "styles against each other": lambda: forms.Media(css={"all": ["a", "b"]}) + forms.Media(css={"all": ["b", "a"]}),
    "part": lambda: forms.Media(css={"all": ["a.css"]}, js=["a.js"])["js"],
    "part of styles": lambda: forms.Media(css={"all": ["a.css"]}, js=["a.js"])["css"],
    "safe": lambda: forms.Media(js=[mark_safe("<script>"), "b.js"]),
    "element": lambda: forms.Media(js=[Element("x"), "b.js"], css={"all": [Element("y")]}),
    "letters": lambda: forms.Media(js="ab"),
    "a number": lambda: forms.Media(js=["a.js", 5]),
    "lazy": lambda: forms.Media(js=[translation.gettext_lazy("Yes")]),
    "subclass": lambda: Loud(js=["a.js"]),
    "method of its own": own_render,
    "of a form": lambda: forms.Form().media,
    "of a widget": lambda: type("W", (forms.TextInput,), {"Media": type("Media", (), {"js": ["w.js"]})})().media,
}  # fmt: skip


@pytest.mark.parametrize("name", MEDIA)
def test_media(name: str) -> None:
    make = MEDIA[name]
    check(lambda: str(make()))
    for source in ("{{ media }}", "{{ media.js }}|{{ media.css }}", "{{ media|upper }}"):
        if name == "a lone surrogate":
            continue
        pages = [_outcome(kind, source, make) for kind in BACKENDS]
        assert pages[1] == pages[0]


def _outcome(kind: Any, source: str, make: Action) -> Any:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            text = engine(kind).from_string(source).render({"media": make()})
        except Exception as error:  # noqa: BLE001 - any exception is a result, to be compared
            text = repr(error)
    return text, [str(item.message) for item in heard]


def test_media_is_written_natively() -> None:
    media = forms.Media(css={"all": ["a.css"]}, js=["x.js"]) + forms.Media(js=["y.js", "x.js"])
    # Since Django 6.1 there are elements in it.
    are_known = all(type(value) is not object for _, _, value in native_bodies.media_notes()[1])
    assert are_known == (django.VERSION < (6, 1))
    assert (entered(DjustTemplates, lambda: str(media)) == {"<lambda>"}) == are_known
    assert {"render", "merge"} <= entered(DjangoTemplates, lambda: str(media))


@contextmanager
def prefixed() -> Iterator[None]:
    before = get_script_prefix()
    set_script_prefix("/site/")
    try:
        yield
    finally:
        set_script_prefix(before)


def replaced(*_arguments: object) -> str:
    return "replaced"


def several(*_arguments: object) -> list[str]:
    return ["several"]


CHANGES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "the prefix": lambda: override_settings(STATIC_URL="/other/"),
    "a relative prefix": lambda: override_settings(STATIC_URL="other/"),
    "the script": prefixed,
    "the storage": lambda: override_settings(
        STORAGES={"staticfiles": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    ),
    "render": lambda: mock.patch.object(forms.Media, "render", replaced),
    "render_js": lambda: mock.patch.object(forms.Media, "render_js", several),
    "render_css": lambda: mock.patch.object(forms.Media, "render_css", several),
    "merge": lambda: mock.patch.object(forms.Media, "merge", staticmethod(several)),
    "absolute_path": lambda: mock.patch.object(forms.Media, "absolute_path", replaced),
    "_js": lambda: mock.patch.object(forms.Media, "_js", ["j.js"]),
    "__str__": lambda: mock.patch.object(forms.Media, "__str__", replaced),
    "static": lambda: mock.patch.object(widgets, "static", replaced),
    "format_html": lambda: mock.patch.object(widgets, "format_html", replaced),
    "mark_safe": lambda: mock.patch.object(html, "mark_safe", replaced),
    "mark_safe there": lambda: mock.patch.object(widgets, "mark_safe", replaced),
    "types": lambda: mock.patch.object(widgets, "MEDIA_TYPES", ("js",)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_media_after_a_change(name: str) -> None:
    def text() -> str:
        return str(forms.Media(css={"all": ["a.css"]}, js=["x.js"]))

    before = check(text)
    with CHANGES[name]():
        check(text)
    assert check(text) == before


class Thing:
    name = "thing"

    @property
    def failing(self) -> str:
        return self.nothing  # type: ignore[attr-defined, no-any-return]

    def __len__(self) -> int:
        return 3


class Own(SimpleLazyObject):
    own = "own"

    def __getattribute__(self, name: str) -> Any:
        return "mine" if name == "name" else super().__getattribute__(name)


class Hiding(SimpleLazyObject):
    @property
    def _wrapped(self) -> Any:
        return 5

    @_wrapped.setter
    def _wrapped(self, value: Any) -> None:
        pass


class Beside:
    def __getattribute__(self, name: str) -> Any:
        return "beside" if name == "name" else super().__getattribute__(name)


class Two(SimpleLazyObject, Beside):
    pass


class Unset(LazyObject):
    def _setup(self) -> None:
        raise ValueError("unset")


def awake() -> SimpleLazyObject:
    made = SimpleLazyObject(lambda: Thing())
    bool(made)
    return made


LAZY: dict[str, Action] = {
    "asleep": lambda: SimpleLazyObject(lambda: Thing()),
    "awake": awake,
    "own access": lambda: Own(lambda: Thing()),
    "hidden": lambda: Hiding(lambda: Thing()),
    "two bases": lambda: Two(lambda: Thing()),
    "unset": Unset,
    "of a text": lambda: SimpleLazyObject(lambda: "text"),
    "of a lazy object": lambda: SimpleLazyObject(awake),
}
NAMES = (
    "name",
    "own",
    "nothing",
    "failing",
    "upper",
    "_setupfunc",
    "_mask_wrapped",
    "__dict__",
    "__class__",
    "_setup",
)


@pytest.mark.parametrize("name", LAZY)
@pytest.mark.parametrize("attribute", NAMES)
def test_lazy_objects(name: str, attribute: str) -> None:
    make = LAZY[name]

    def read() -> Any:
        value = getattr(make(), attribute)
        return repr(value).partition(" at ")[0]

    check(read)
    check(lambda: hasattr(make(), attribute))
    check(lambda: repr(LazyObject.__getattribute__(make(), attribute)).partition(" at ")[0])
    check(lambda: repr(LazyObject.__getattr__(make(), attribute)).partition(" at ")[0])


def test_lazy_objects_are_asked_for_what_is_no_name() -> None:
    made = awake()
    check(lambda: LazyObject.__getattribute__(made, 5))  # type: ignore[arg-type]
    check(lambda: LazyObject.__getattr__(made))
    check(lambda: LazyObject.__getattr__(made, "nothing", "default"))
    check(lambda: LazyObject.__getattribute__(5, "real"))  # type: ignore[arg-type]


def test_lazy_objects_are_read_natively() -> None:
    made = awake()
    ours = entered(DjustTemplates, lambda: made.name)  # type: ignore[attr-defined]
    assert ours == {"<lambda>"}


SETTINGS = (
    "USE_TZ",
    "NO_SUCH_SETTING",
    "lower",
    "STATIC_URL",
    "MEDIA_URL",
    "SECRET_KEY",
    "_wrapped",
    "configured",
)


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name: str) -> None:
    def forget() -> None:
        vars(settings).pop(name, None) if name != "_wrapped" else None

    def read() -> Any:
        forget()
        return repr(getattr(settings, name)), name in vars(settings)

    check(read)
    check(lambda: getattr(settings, name, "default") and None)
    with override_settings(USE_TZ=5, STATIC_URL="other/", MEDIA_URL=None, SECRET_KEY=""):
        check(read)
    with override_settings():
        if name.isupper() and hasattr(settings, name):
            delattr(settings, name)
        check(read)
    other = LazySettings()
    other.configure(USE_TZ=7)
    check(lambda: other.USE_TZ)
    forget()


class Computed:
    calls = 0

    @cached_property
    def value(self) -> str:
        type(self).calls += 1
        return static("a.css")

    @cached_property
    def failing(self) -> str:
        raise ValueError("failing")

    @cached_property
    def address(self) -> Any:
        return html.format_html("<{}>", static("<a>"))


class Slotted:
    __slots__ = ()

    @cached_property
    def value(self) -> int:
        return 5


class OtherDict:
    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return others

    @cached_property
    def value(self) -> int:
        return 5


others: dict[str, Any] = {}


class Noted(cached_property):  # type: ignore[type-arg]
    def func(self, instance: Any) -> str:  # type: ignore[override]
        return "noted"


class Unnamed:
    pass


Unnamed.value = cached_property(lambda self: 5)  # type: ignore[attr-defined]


PROPERTIES: dict[str, Action] = {
    "value": lambda: Computed().value,
    "failing": lambda: Computed().failing,
    "address": lambda: Computed().address,
    "kept": lambda: vars(made) if (made := Computed()).value else None,
    "of the class": lambda: type(Computed.value),
    "without a dictionary": lambda: Slotted().value,
    "with another dictionary": lambda: (OtherDict().value, others),
    "without a name": lambda: Unnamed().value,  # type: ignore[attr-defined]
    "built in": lambda: (
        type("B", (), {"value": cached_property(len), "__len__": lambda self: 4})().value
    ),  # type: ignore[call-overload, arg-type]
    "by hand": lambda: cached_property.__get__(vars(Computed)["value"], Computed()),
    "by hand, with names": lambda: vars(Computed)["value"].__get__(instance=Computed(), cls=None),
    "by hand, wrongly": lambda: vars(Computed)["value"].__get__(),
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_cached_properties(name: str) -> None:
    for _ in range(12):
        check(PROPERTIES[name])


def test_cached_properties_run_once_for_each_object() -> None:
    made = Computed()
    Computed.calls = 0
    check(lambda: (made.value, made.value))
    assert Computed.calls == 1


def test_what_cached_properties_often_call_is_native() -> None:
    for _ in range(12):
        check(lambda: Computed().value)
    names = entered(DjustTemplates, lambda: Computed().value)
    assert "__get__" not in names
    assert sys.version_info < (3, 11) or "handle_simple" not in names
    with override_settings(STATIC_URL="/other/"):
        check(lambda: Computed().value)
    code = vars(Computed)["value"].func.__code__
    vars(Computed)["value"].func.__code__ = (lambda self: "changed").__code__
    try:
        assert check(lambda: Computed().value) == (str, "changed")
    finally:
        vars(Computed)["value"].func.__code__ = code


YES = translation.gettext_lazy("Yes")
TEXTS: dict[str, Any] = {
    "known": YES,
    "unknown": translation.gettext_lazy("no such text"),
    "safe": translation.gettext_lazy(mark_safe("Yes")),
    "lines": translation.gettext_lazy("a\r\nb"),
    "nothing": translation.gettext_lazy(""),
    "with a name": translation.gettext_lazy(message="Yes"),
    "a number": translation.gettext_lazy(5),  # type: ignore[arg-type]
    "lazy": translation.gettext_lazy(YES),  # type: ignore[arg-type]
    "another function": lazy(lambda: "x", str)(),
    "in a context": translation.pgettext_lazy("x", "Yes"),
}


USES: tuple[Callable[[Any], Any], ...] = (
    len,
    hash,
    lambda text: text + "!",
    lambda text: f"{text:>5}",
    lambda text: text == "Yes",
    lambda text: text.upper(),
    lambda text: text % (),
    lambda text: text < "Z",
    lambda text: "e" in text,
)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("language", ["en", "de", "ar", None, "xx"])
def test_lazy_texts(name: str, language: str | None) -> None:
    text = TEXTS[name]
    with translation.override(language):
        for _ in range(2):
            check(lambda: str(text))
            check(lambda: f"{text}|{text!r}")
        check(lambda: str(text) is str(text))
        for use in USES:
            check(lambda use=use: use(text))  # type: ignore[misc]
        message = text._args[0] if text._args else "Yes"
        check(lambda: translation.gettext(message))
        # Called from C, as lazy texts call it.
        check(lambda: translation.gettext(*[message]))
        check(lambda: translation.gettext(*[message]) is translation.gettext(*[message]))
        check(lambda: translation.gettext(message=message))
    check(lambda: str(text))


def test_lazy_texts_are_the_objects_that_gettext_returns() -> None:
    """Code may tell texts apart by `id`."""
    plain, other = (
        translation.gettext_lazy("Ye" + "s"),
        translation.gettext_lazy("".join(["Y", "es"])),
    )
    for language in ("de", "en"):
        with translation.override(language):
            check(lambda: str(plain) is translation.gettext(plain._args[0]))  # type: ignore[attr-defined]
            check(lambda: str(plain) is str(other))


def test_lazy_texts_after_a_change() -> None:
    before = check(lambda: str(YES))
    trans: Any = vars(translation)["_trans"]
    with mock.patch.object(trans, "gettext", lambda message: f"own {message}"):
        assert check(lambda: str(YES)) == (str, "own Yes")
    proxy: Any = type(YES)
    with mock.patch.object(proxy, "__str__", replaced):
        assert check(lambda: str(YES)) == (str, "replaced")
    with override_settings(USE_I18N=False), translation.override("de"):
        check(lambda: str(YES))
    with translation.override("de"):
        assert check(lambda: str(YES)) == (str, "Ja")
    assert check(lambda: str(YES)) == before


FUNCTIONS: dict[str, Any] = {
    "cached_property.__get__": vars(cached_property)["__get__"],
    "LazyObject.__getattribute__": vars(LazyObject)["__getattribute__"],
    "LazyObject.__getattr__": vars(LazyObject)["__getattr__"],
    "LazySettings.__getattr__": vars(LazySettings)["__getattr__"],
    "gettext": translation.gettext,
    "gettext_lazy.__str__": vars(type(YES))["__str__"],
}


def test_every_function_is_known() -> None:
    """A Django that fails here runs these functions in Python until somebody has read them."""
    known = dict(FUNCTIONS)
    if django.VERSION >= (6, 1):
        # Which warns of settings.
        del known["LazySettings.__getattr__"]
    assert dict(native_bodies.native_bodies()) == known


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_look_as_they_did(name: str) -> None:
    function = FUNCTIONS[name]
    assert inspect.isfunction(function)
    homes = ("django.utils.functional", "django.conf", "django.utils.translation")
    assert function.__module__ in homes
    assert next(iter(inspect.signature(function).parameters)) in ("self", "message")
    assert inspect.getsource(function).lstrip().startswith("def ")


def test_outside_of_renders_functions_run_as_they_are() -> None:
    names: set[str] = set()
    sys.setprofile(lambda frame, event, _: names.add(frame.f_code.co_name))
    try:
        str(forms.Media())
        Computed().value  # noqa: B018
        str(YES)
    finally:
        sys.setprofile(None)
    assert {"render", "__get__", "__str__"} <= names


def test_code_that_was_changed_runs() -> None:
    function: Any = vars(cached_property)["__get__"]
    code = function.__code__
    function.__code__ = (lambda self, instance, cls=None: "changed").__code__
    try:
        assert check(lambda: Computed().value) == (str, "changed")
    finally:
        function.__code__ = code
    defaults = function.__defaults__
    function.__defaults__ = (5,)
    try:
        check(lambda: Computed().value)
    finally:
        function.__defaults__ = defaults
