"""The filter `stringformat`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.utils.safestring import mark_safe

from tests.template.tables import check_filter, check_source

ARGUMENTS = [
    "'s'",
    "'d'",
    "'.2f'",
    "'r'",
    "'05d'",
    "'%'",
    "'x'",
    "'e'",
    "'-10s'",
    "'z'",
    "''",
    "1",
    "'c'",
    "'*d'",
]
VALUES: list[object] = [65, "é", (1, 2), (1,), {"a": 1}]


class Shown:
    """An object with a text, or with an exception in its place."""

    def __init__(self, shown: object) -> None:
        self.shown = shown

    def __str__(self) -> str:
        if isinstance(self.shown, Exception):
            raise type(self.shown)(*self.shown.args)
        return str(self.shown)

    def __repr__(self) -> str:
        return f"Shown({self.shown!r})"


class Html(Shown):
    def __html__(self) -> str:
        return "<html>"


class Pair(NamedTuple):
    one: int
    two: int


OBJECTS: list[object] = [
    Shown("<b>"), Shown(mark_safe("<b>")), Shown(ValueError("v")), Shown(TypeError("t")),
    Shown(5), Html("<x>"), Html(mark_safe("<x>")), Pair(1, 2), Shown("\ud800"), object,
]  # fmt: skip


@pytest.mark.parametrize("argument", ["'s'", "'r'", "'d'", "'5s'"])
def test_objects(argument: str) -> None:
    check_filter("stringformat", argument, OBJECTS)


def test_exceptions_of_objects(render: Callable[..., str]) -> None:
    for error in (KeyError("k"), ZeroDivisionError("z")):
        with pytest.raises(type(error)):
            render("{{ v|stringformat:'s' }}", {"v": Shown(error)})


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("stringformat", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|stringformat:1:2 }}",
        "{{ v|stringformat: }}",
        "{{ v|stringformat:missing }}",
        "{{ v |stringformat }}{{ missing|stringformat }}",
        "{{ v|stringformat|stringformat }}",
        "{% filter stringformat %}<b> {{ v }}\n</b>{% endfilter %}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
