"""Conditions ask values of a site's own as often, and in the order, as Django's."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.template.backends.django import DjangoTemplates
from django.utils.safestring import mark_safe

from djust_backend import DjustTemplates
from tests.laws.unwatched import unwatched

ASKED: list[tuple[str, ...]] = []


class Odd:
    """Notes what it is asked; may fail at it, or answer with another of its kind."""

    def __init__(self, name: str, truth: bool = True, trouble: str = "") -> None:
        self.name, self.truth, self.trouble = name, truth, trouble

    def _answer(self, question: str, other: object = None) -> Any:
        ASKED.append((self.name, question, type(other).__name__))
        if self.trouble == question:
            raise RuntimeError(question)
        if question not in ("bool", "in") and self.trouble in ("odd", "nothing"):
            return NotImplemented if self.trouble == "nothing" else Odd(self.name + "'", self.truth)
        return self.truth

    def __bool__(self) -> bool:
        return bool(self._answer("bool"))

    def __contains__(self, other: object) -> bool:
        return bool(self._answer("in", other))

    __eq__ = lambda self, other: self._answer("==", other)  # noqa: E731
    __ne__ = lambda self, other: self._answer("!=", other)  # noqa: E731
    __lt__ = lambda self, other: self._answer("<", other)  # noqa: E731
    __gt__ = lambda self, other: self._answer(">", other)  # noqa: E731
    __le__ = lambda self, other: self._answer("<=", other)  # noqa: E731
    __ge__ = lambda self, other: self._answer(">=", other)  # noqa: E731
    __hash__ = object.__hash__


class Walked:
    """Attributes that run code."""

    plain = 3

    @property
    def made(self) -> int:
        """A number."""
        ASKED.append(("made",))
        return 5

    @property
    def failing(self) -> int:
        """An error that looks like a missing attribute."""
        raise AttributeError("inside")

    def called(self) -> bool:
        """A truth."""
        ASKED.append(("called",))
        return True

    def needing(self, argument: object) -> object:
        """Cannot be called by a template."""
        return argument

    def __getitem__(self, key: object) -> object:
        ASKED.append(("item", str(key)))
        raise KeyError(key)


class Number(int):
    """A number with an order of its own."""

    def __lt__(self, other: object) -> bool:
        ASKED.append(("Number", "<"))
        return True


def values() -> dict[str, Any]:
    """New ones for each engine."""
    return {
        "a": Odd("a"), "b": Odd("b", truth=False), "c": Odd("c", trouble="bool"),
        "d": Odd("d", trouble="=="), "e": Odd("e", truth=False, trouble="odd"),
        "f": Odd("f", trouble="nothing"), "w": Walked(), "own": Number(3), "zero": 0, "two": 2,
        "none": None, "yes": True, "no": False, "big": 10**30, "nan": float("nan"), "real": 2.0,
        "s": "x", "empty": "", "safe": mark_safe("x"), "list": [1, 2, "x"], "nested": {"k": {"y": [0]}},
        "items": [Walked(), {"plain": 7}, None, "text", [9], Odd("i", truth=False)],
    }  # fmt: skip


NAMES = [
    *(name for name in values() if name != "items"), "w.made", "w.failing", "w.called", "w.plain",
    "w.needing", "w.nothing", "nested.k.y.0", "nested.k.y.7", "list.0", "list.9", "s.upper", "s.0",
    "missing", "missing.x", "True", "None", "1", "2.5", "'x'", "s|upper", "list|length",
    "empty|default:a", "missing|default:none", "none|add:missing", "forloop.counter", "item",
    "item.plain", "item.made", "item.0",
]  # fmt: skip
OPERATORS = ["==", "!=", "<", ">", "<=", ">=", "in", "not in", "is not", "and", "or", "and", "or"]


def condition(chance: random.Random) -> str:
    """Some terms, some of them negated."""
    terms = [
        chance.choice(["", "", "", "not "]) + chance.choice(NAMES)
        for _ in range(chance.choice([1, 1, 2, 2, 3, 4, 6]))
    ]
    return "".join(
        f" {chance.choice(OPERATORS)} {term}" if n else term for n, term in enumerate(terms)
    )


def outcome(backend: type[DjangoTemplates], source: str, invalid: str) -> tuple[object, ...]:
    """The text or the error, and what was asked."""
    options = {"string_if_invalid": invalid}
    engine = backend({"NAME": "asked", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
    ASKED.clear()
    try:
        found = str(engine.from_string(source).render(values()))
    except Exception as error:  # noqa: BLE001 - compared
        found = f"{type(error).__name__} {error}"
    return re.sub("0x[0-9a-f]+", "0x", found), list(ASKED)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("invalid", ["", "[%s]"])
def test_random_conditions(seed: int, invalid: str) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        source = (
            f"{{% if {condition(chance)} %}}A{{% elif {condition(chance)} %}}B{{% else %}}C{{% endif %}}"
            f"{{{{ {chance.choice(NAMES)} }}}}"
        )
        if chance.random() < 0.5:
            source = f"{{% for item in items %}}{source},{{% endfor %}}"
        with unwatched():
            ours = outcome(DjustTemplates, source, invalid)
            assert ours == outcome(DjangoTemplates, source, invalid), source
