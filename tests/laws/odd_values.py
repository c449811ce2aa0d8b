"""Knows values that a template may meet, the hostile ones first, each made anew for every render."""

from __future__ import annotations

import datetime as dt
import enum
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_fixed_timezone
from django.utils.translation import gettext_lazy, ngettext_lazy

#: What objects under test did, in order: the engines must ask them for the same.
LOG: list[str] = []


class Plain:
    """Has attributes, methods and a property."""

    a = "<class a>"

    def __init__(self) -> None:
        self.b = {"a": 1, "items": [1, 2]}
        self.c = [3, 4]

    @property
    def d(self) -> str:
        LOG.append("Plain.d")
        return "property & more"

    def method(self) -> list[int]:
        LOG.append("Plain.method")
        return [7, 8, 9]

    def needs(self, argument: Any) -> str:
        return f"got {argument}"

    def types(self) -> None:
        raise TypeError("inside of a call")

    def raises(self) -> None:
        raise ValueError("<raised>")

    def __repr__(self) -> str:
        return "<Plain>"


class SilentError(Exception):
    silent_variable_failure = True


class Raising:
    """Each attribute fails in its own way."""

    def __repr__(self) -> str:
        return "<Raising>"

    @property
    def a(self) -> None:
        raise AttributeError("property a is broken")

    @property
    def b(self) -> None:
        raise KeyError("b")

    @property
    def c(self) -> None:
        raise TypeError("c")

    @property
    def d(self) -> None:
        raise SilentError("d")

    @property
    def items(self) -> None:
        raise ValueError("items")

    @property
    def name(self) -> None:
        raise IndexError("name")


class RaisingText:
    def __str__(self) -> str:
        raise ValueError("no text")

    def __repr__(self) -> str:
        return "<RaisingText>"


class NoText:
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]

    def __repr__(self) -> str:
        return "<NoText>"


class BadBytes:
    def __str__(self) -> str:
        return b"\xff".decode()

    def __repr__(self) -> str:
        return "<BadBytes>"


class Items:
    """Answers `object[key]`, and tells what it was asked."""

    def __init__(self, error: type[Exception] | None = None) -> None:
        self.error = error

    def __getitem__(self, key: Any) -> Any:
        LOG.append(f"Items[{key!r}]")
        if self.error:
            raise self.error(key)
        if isinstance(key, int) and key > 3:
            # Or `iter()` would never end.
            raise IndexError(key)
        return f"<item {key}>"

    def __repr__(self) -> str:
        return f"<Items {self.error}>"


class OnlyIndexes:
    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, int):
            raise TypeError("only numbers")
        if key > 2:
            raise IndexError(key)
        return key * 10

    def __repr__(self) -> str:
        return "<OnlyIndexes>"


class AnyAttribute:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("resolve_expression", "html_safe"):
            raise AttributeError(name)
        LOG.append(f"AnyAttribute.{name}")
        return f"<attribute {name}>"

    def __repr__(self) -> str:
        return "<AnyAttribute>"


class NoAttributes:
    def __getattr__(self, name: str) -> Any:
        raise KeyError(name)

    def __repr__(self) -> str:
        return "<NoAttributes>"


class Called:
    """A callable with a flag."""

    a = "attribute of a callable"

    def __init__(self, result: Any = "called", **flags: Any) -> None:
        self.result = result
        for name, value in flags.items():
            setattr(self, name, value)

    def __call__(self) -> Any:
        LOG.append(f"called {self.result!r}")
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def __repr__(self) -> str:
        return f"<Callable {self.result!r}>"


class Html(str):
    def __html__(self) -> str:
        return f"<b>{self}</b>"


class HtmlObject:
    def __html__(self) -> str:
        return "<i>object</i>"

    def __str__(self) -> str:
        return "<plain object>"

    __repr__ = __str__


class Text(str):
    """A subclass of str with its own text."""

    def __str__(self) -> str:
        return "<own text>"


class Number(int):
    def __str__(self) -> str:
        return "<number>"


class NoTruth:
    def __bool__(self) -> bool:
        raise ValueError("neither true nor false")

    def __repr__(self) -> str:
        return "<NoTruth>"


class NoLength:
    def __len__(self) -> int:
        raise TypeError("no length")

    def __iter__(self) -> Iterator[int]:
        return iter([1, 2])

    def __repr__(self) -> str:
        return "<NoLength>"


class LongIterable:
    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[str]:
        LOG.append("iterated")
        yield "<1>"
        yield "<2>"

    def __repr__(self) -> str:
        return "<LongIterable>"


class Once:
    """An iterator, used up by the first who asks."""

    def __init__(self) -> None:
        self.left = [2, "<1>"]

    def __iter__(self) -> Once:
        return self

    def __next__(self) -> Any:
        if not self.left:
            raise StopIteration
        LOG.append("next")
        return self.left.pop()

    def __repr__(self) -> str:
        return "<Once>"


class BreakingIterable:
    def __iter__(self) -> Iterator[int]:
        yield 1
        raise RuntimeError("broken off")

    def __repr__(self) -> str:
        return "<BreakingIterable>"


class Incomparable:
    def __eq__(self, other: object) -> bool:
        raise TypeError("incomparable")

    def __lt__(self, other: object) -> bool:
        raise ValueError("incomparable")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<Incomparable>"


class Colour(enum.Enum):
    RED = "<red>"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Slots:
    __slots__ = ("a", "b")

    def __init__(self) -> None:
        self.a = "slot"

    def __repr__(self) -> str:
        return "<Slots>"


class MissingKeys(dict):  # type: ignore[type-arg]
    def __missing__(self, key: str) -> str:
        LOG.append(f"missing {key}")
        return f"<made {key}>"


class DictWithAttributes(dict):  # type: ignore[type-arg]
    a = "<attribute>"

    def method(self) -> str:
        return "method of a dict"


Pair = namedtuple("Pair", "a b")


def _generator() -> Iterator[Any]:
    LOG.append("generator started")
    yield "<g>"
    yield 2


def _people() -> list[dict[str, Any]]:
    return [
        {"name": "<Ann>", "a": 1, "b": "x"},
        {"name": "Bob", "a": 1, "b": None},
        {"name": "Cem", "a": 2.5, "b": "é"},
    ]


_UTC = dt.timezone.utc

#: A function for each value, by the name that reports show.
VALUES: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "true": lambda: True,
    "false": lambda: False,
    "zero": lambda: 0,
    "one": lambda: 1,
    "minus": lambda: -42,
    "int": lambda: 1234567,
    "huge": lambda: 10**40,
    "edge": lambda: 2**63,
    "unprintable": lambda: 10**5000,
    "number": lambda: Number(5),
    "level": lambda: Level.LOW,
    "float": lambda: 1234.5,
    "small float": lambda: 1e-7,
    "big float": lambda: 1e22,
    "minus zero": lambda: -0.0,
    "nan": lambda: float("nan"),
    "inf": lambda: float("-inf"),
    "complex": lambda: 1 + 2j,
    "decimal": lambda: Decimal("1234.5600"),
    "decimal nan": lambda: Decimal("NaN"),
    "decimal snan": lambda: Decimal("sNaN"),
    "decimal inf": lambda: Decimal("-Infinity"),
    "decimal huge": lambda: Decimal("1E+400"),
    "decimal tiny": lambda: Decimal("1E-400"),
    "empty": lambda: "",
    "text": lambda: "Hello, <World> & 'all' \"of\" us",
    "digits": lambda: "12345",
    "words": lambda: "one two  three\nfour\tfive-six http://example.com/?a=1&b=2 x@example.com",
    "unicode": lambda: "ÄÖ ß ǅ İı ﬁ 𝔘 👩‍👩‍👧 \u202e e\u0301 \u2028 \x85 \x1c",
    "surrogate": lambda: "a\ud800b<",
    "null": lambda: "a\x00<b",
    "markup": lambda: "<p class='x'>One <b>two</b> &amp; three<br/>&eacute;<!-- c --></p> rest",
    "unclosed": lambda: "<p><a href='x",
    "safe": lambda: mark_safe("<b>safe & sound</b>"),
    "safe empty": lambda: SafeString(""),
    "html string": lambda: Html("<h>"),
    "html object": HtmlObject,
    "text subclass": lambda: Text("inner <text>"),
    "bytes": lambda: b"<bytes>",
    "bad bytes": lambda: b"\xff<",
    "lazy": lambda: gettext_lazy("<lazy> Yes"),
    "lazy safe": lambda: gettext_lazy(mark_safe("<b>Yes</b>")),
    "lazy plural": lambda: ngettext_lazy("%d <day>", "%d days", 2) % 2,
    "lazy object": lambda: SimpleLazyObject(Plain),
    "lazy text": lambda: SimpleLazyObject(lambda: "<lazy text>"),
    "lazy none": lambda: SimpleLazyObject(lambda: None),
    "date": lambda: dt.date(2024, 2, 29),
    "first date": lambda: dt.date(1, 1, 1),
    "naive": lambda: dt.datetime(2024, 2, 29, 23, 5, 7, 8),
    "aware": lambda: dt.datetime(2024, 12, 31, 23, 59, 59, tzinfo=_UTC),
    "offset": lambda: dt.datetime(2020, 1, 1, 0, 0, tzinfo=get_fixed_timezone(330)),
    "last datetime": lambda: dt.datetime(9999, 12, 31, 23, 59, tzinfo=_UTC),
    "time": lambda: dt.time(13, 4, 5),
    "aware time": lambda: dt.time(13, 4, tzinfo=_UTC),
    "timedelta": lambda: dt.timedelta(days=1, seconds=5),
    "list": lambda: [1, "<two>", None, 3.5],
    "empty list": list,
    "strings": lambda: ["b", "<a>", "C", mark_safe("<s>")],
    "nested": lambda: ["x", ["<y>", ["z"]], "w", []],
    "pairs": lambda: [("k1", "<v1>"), ("k2", 2)],
    "triples": lambda: [(1, 2, 3), [4, 5, 6]],
    "uneven": lambda: [(1, 2), (3,), 4, "ab"],
    "people": _people,
    "tuple": lambda: (1, 2),
    "named tuple": lambda: Pair("<a>", [1]),
    "set": lambda: {5},
    "frozen": lambda: frozenset(["<f>"]),
    "range": lambda: range(4),
    "dict": lambda: {
        "a": "<A>",
        "b": {"a": [1, {"c": "deep"}]},
        "items": "not a method",
        1: "one",
        "1": "text one",
    },
    "numbered dict": lambda: {0: "<zero>", 1: {"a": 1}},
    "empty dict": dict,
    "default dict": lambda: defaultdict(list, a=1),
    "ordered": lambda: OrderedDict([("b", 1), ("a", "<2>")]),
    "missing keys": lambda: MissingKeys(b=2),
    "attribute dict": lambda: DictWithAttributes(b="<B>"),
    "keys": lambda: {"x": 1, "<y>": 2}.keys(),
    "dict items": lambda: {"x": 1, "<y>": 2}.items(),
    "once": Once,
    "object": Plain,
    "class": lambda: Plain,
    "raising": Raising,
    "raising text": RaisingText,
    "no text": NoText,
    "bad text": BadBytes,
    "getitem": Items,
    "getitem key error": lambda: Items(KeyError),
    "getitem type error": lambda: Items(TypeError),
    "getitem attribute error": lambda: Items(AttributeError),
    "getitem runtime error": lambda: Items(RuntimeError),
    "getitem silent": lambda: Items(SilentError),
    "indexes": OnlyIndexes,
    "any attribute": AnyAttribute,
    "no attributes": NoAttributes,
    "slots": Slots,
    "enum": lambda: Colour.RED,
    "enum class": lambda: Colour,
    "function": lambda: lambda: "<result>",
    "function with argument": lambda: lambda x: x,
    "method": lambda: Plain().method,
    "builtin": lambda: len,
    "callable": Called,
    "callable list": lambda: Called([1, "<2>"]),
    "callable callable": lambda: Called(Called("inner")),
    "alters data": lambda: Called(alters_data=True),
    "not called": lambda: Called(do_not_call_in_templates=True),
    "not called either": lambda: Called(do_not_call_in_templates=True, alters_data=True),
    "callable raising": lambda: Called(ValueError("<raised>")),
    "callable type error": lambda: Called(TypeError("inside")),
    "callable silent": lambda: Called(SilentError("hush")),
    "exception": lambda: ValueError("<e>"),
    "exception class": lambda: KeyError,
    "no truth": NoTruth,
    "no length": NoLength,
    "long iterable": LongIterable,
    "breaking iterable": BreakingIterable,
    "incomparable": Incomparable,
    "page": lambda: Paginator(["<p>", 2, 3], 2).page(1),
    "type": lambda: int,
    "module": lambda: enum,
    "ellipsis": lambda: ...,
}

#: Values whose text holds an address: no filter may take it apart.
ADDRESSED: dict[str, Callable[[], Any]] = {
    "generator": _generator,
    "iterator": lambda: iter([1, 2, 3]),
    "map": lambda: map(str, [1, 2]),
    "bare object": object,
}
