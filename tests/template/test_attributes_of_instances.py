"""Attributes of model instances that are no columns, relations or methods: each is asked for as often as by Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django import template
from django.contrib.auth.models import Group
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates

BACKENDS = (DjangoTemplates, DjustTemplates)
PAGE = "{% for g in groups %}[{{ g.thing }}|{{ g.thing.sub }}|{{ g.name|noted }}|{{ g.0 }}]{% endfor %}"

asked: list[str] = []


class Descriptor:
    """Gives a value, or raises; a data descriptor if it can be set."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __get__(self, instance: Any, owner: Any) -> Any:
        asked.append("get")
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class DataDescriptor(Descriptor):
    """Hides what the instance has under its name."""

    def __set__(self, instance: Any, value: Any) -> None:
        asked.append("set")


class SilentError(Exception):
    """An exception that templates keep quiet about."""

    silent_variable_failure = True


class Item:
    """A value with an attribute."""

    sub = "<sub>"

    def __repr__(self) -> str:
        return "<item>"


def noting(value: Any) -> Callable[..., Any]:
    """A method that says that it was asked, and returns or raises a value."""

    def method(self: Any, *args: Any) -> Any:
        asked.append(f"asked{args!r}")
        if isinstance(value, Exception):
            raise value
        return value

    return method


#: What the class gets for a while.
CHANGES: dict[str, dict[str, Any]] = {
    "a value": {"thing": "<plain>"},
    "an object": {"thing": Item()},
    "a class": {"thing": Item},
    "a descriptor": {"thing": Descriptor("<d>")},
    "a data descriptor": {"thing": DataDescriptor("<d>")},
    "no such attribute": {"thing": Descriptor(AttributeError("none"))},
    "a wrong type": {"thing": Descriptor(TypeError("wrong"))},
    "an error": {"thing": Descriptor(ValueError("bad"))},
    "a silent error": {"thing": Descriptor(SilentError("quiet"))},
    "hidden from dir()": {
        "thing": Descriptor(AttributeError("none")), "__dir__": lambda self: ["name"],
    },
    "a property": {"thing": property(noting("<p>"))},
    "a property that fails": {"thing": property(noting(AttributeError("within")))},
    "a method": {"thing": noting("<m>")},
    "a static method": {"thing": staticmethod(lambda: "<s>")},
    "a class method": {"thing": classmethod(lambda cls: cls.__name__)},
    "an alias of a column": {"thing": Group.__dict__["name"]},
    "__getattr__": {"__getattr__": noting("<any>")},
    "__getattr__ without": {"__getattr__": noting(AttributeError("no"))},
    "__getattribute__": {
        "__getattribute__": lambda self, name: f"<{name}>" if name == "thing" else object.__getattribute__(self, name),
    },
    "__getitem__": {"thing": "attribute", "__getitem__": noting("<item>")},
    "__getitem__ without": {"thing": "attribute", "__getitem__": noting(KeyError("no"))},
    "__getitem__ for numbers": {
        "thing": Descriptor(AttributeError("none")), "__dir__": lambda self: [], "__getitem__": noting(IndexError(1)),
    },
    "the column itself": {"name": Descriptor("<other>")},
    "the column as data": {"name": DataDescriptor("<other>")},
    "the column as text": {"name": "of the class"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_was_asked() -> None:
    asked.clear()


def engines(when: Callable[[Any], Any]) -> list[Any]:
    """The page on both engines; `when` is called by the filter that each row runs."""
    library = template.Library()

    @library.filter
    def noted(value: Any) -> Any:
        when(value)
        return value

    made = []
    for backend in BACKENDS:
        options = {"loaders": [], "string_if_invalid": "INVALID(%s)"}
        engine = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options}).engine
        engine.template_builtins.append(library)
        made.append(engine.from_string(PAGE))
    return made


def page(made: Any) -> Any:
    """Text or exception, and what was asked meanwhile."""
    asked.clear()
    groups = [Group(pk=pk, name=f"g{pk}") for pk in range(1, 4)]
    groups[1].__dict__["thing"] = "<own>"
    try:
        text = made.render(template.Context({"groups": groups}))
    except Exception as error:  # noqa: BLE001 - compared
        text = (type(error), str(error))
    return text, list(asked)


@pytest.mark.parametrize("change", CHANGES)
def test_an_attribute_of_the_class(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stock, ours = engines(lambda _: None)
    before = page(ours)
    assert before == page(stock)
    with monkeypatch.context() as patched:
        for name, value in CHANGES[change].items():
            patched.setattr(Group, name, value, raising=False)
        # What was remembered of the class as it was, and then of what it is.
        for _ in range(2):
            assert page(ours) == page(stock)
    assert page(ours) == before


@pytest.mark.parametrize("change", CHANGES)
def test_an_attribute_that_comes_within_a_page(change: str) -> None:
    """A filter of the first row changes the class that the others are of."""
    own = {name: Group.__dict__[name] for name in CHANGES[change] if name in Group.__dict__}

    def change_class(value: Any) -> None:
        if value == "g1":
            for name, new in CHANGES[change].items():
                setattr(Group, name, new)

    def restore() -> None:
        for name in CHANGES[change]:
            if name in own:
                setattr(Group, name, own[name])
            elif name in Group.__dict__:
                delattr(Group, name)

    found = []
    for made in engines(change_class):
        for _ in range(2):
            try:
                found.append(page(made))
            finally:
                restore()
    assert found[0] == found[1] == found[2] == found[3]
