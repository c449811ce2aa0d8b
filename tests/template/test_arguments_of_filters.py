"""Whether a filter can be called with its arguments: told by its code as Django tells it."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import pytest
from django.template import TemplateSyntaxError, defaultfilters
from django.template.base import FilterExpression

from djust_backend import bridge


def plain(value: Any) -> Any:
    return value


def with_default(value: Any, arg: Any = None) -> Any:
    return value


def nothing() -> Any:
    return None


def only_defaults(value: Any = None, arg: Any = None) -> Any:
    return value


def three(value: Any, arg: Any, autoescape: bool = True) -> Any:
    return value


def escaping(value: Any, autoescape: bool = True) -> Any:
    return value


def by_name(value: Any, *, autoescape: bool = True) -> Any:
    return value


def many(value: Any, *args: Any, **kwargs: Any) -> Any:
    return value


def positional(value: Any, arg: Any = 1, /) -> Any:
    return value


def signed(value: Any) -> Any:
    return value


signed.__signature__ = inspect.signature(three)  # type: ignore[attr-defined]


@functools.wraps(three)
def wrapped(*args: Any) -> Any:
    return three(*args)


class Callable:
    def __call__(self, value: Any, arg: Any) -> Any:
        return value

    def method(self, value: Any, autoescape: bool = True) -> Any:
        return value


FILTERS = {
    "plain": plain,
    "default": with_default,
    "nothing": nothing,
    "only defaults": only_defaults,
    "three": three,
    "escaping": escaping,
    "by name": by_name,
    "many": many,
    "positional only": positional,
    "signed": signed,
    "wrapped": wrapped,
    "lambda": lambda value, arg=1: value,
    "partial": functools.partial(three, arg=1),
    "object": Callable(),
    "bound method": Callable().method,
    "class": Callable,
    "written in C": len,
    **{f"django's {name}": found for name, found in defaultfilters.register.filters.items()},
}


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except TemplateSyntaxError:
        return False
    except (TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("count", range(4))
def test_a_filter_takes_what_django_says(name: str, count: int) -> None:
    function = FILTERS[name]
    provided = [(False, None)] * count
    expected = outcome(FilterExpression.args_check, "", function, provided)
    assert outcome(bridge.filter_takes, "", function, count) == expected


@pytest.mark.parametrize("name", FILTERS)
def test_autoescape_is_found_where_the_signature_has_it(name: str) -> None:
    function = FILTERS[name]

    def second(function: Any) -> bool:
        names = list(inspect.signature(inspect.unwrap(function)).parameters)
        return names[1:2] == ["autoescape"]

    assert outcome(bridge.binds_autoescape, function) == outcome(second, function)
