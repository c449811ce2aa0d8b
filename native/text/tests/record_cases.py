"""Records what the installed Django answers to generated calls, for `replay.rs`.

Usage: `python record_cases.py OUTPUT [SEED [CASES_PER_FUNCTION]]` for random questions, and
`python record_cases.py OUTPUT unicode` for the characters of common scripts. Each line holds the function's
name, its arguments, and Django's result (`\\E` when it raises), tab separated, with tabs, line ends
and backslashes escaped.
"""

# Names say what the generators make, naive moments are wanted, word lists read better as text.
# ruff: noqa: D103, DTZ001, SIM905, E501
from __future__ import annotations

import datetime
import math
import random
import sys
import unicodedata
import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from django.utils import timezone
from django_answers import ANSWERS, DATE_VALUES, NUMBER_FORMATS, Arguments


def escaped(text: str) -> str:
    """One field of a line."""
    for plain, code in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, code)
    return text


WORDS = (
    "a I the it's o'neill's aa'b'c 3rd 1st über Straße İstanbul ŉa Ωmega ЖУК 漢字 naïve x² 日本語 … – “q” "
    "_x_ -y- ½ №1 Σας ﬁ e\u0301 \u200b 👍 Ǆ"
).split()
MARKUP = (
    '<p> </p> <b> </b> <br> <br/> <img src=\'x.png\' alt="a > b"> <a href="/x?a=1&amp;b"> </a> <!-- c --> '
    "&amp; &lt; & &#39; &#x27; &nbsp; &unknown; &copy &amp < > <hr /> <P CLASS=x> </P> <div data-a=1 hidden> "
    "</div> <script> </script> <!doctype> &#128512; &#0; <b/> </ b> <1> <i"
).split()
LINKS = (
    "www.example.com http://example.com/a_(b) https://x.org/?q=1&r=é http://a.b/%7Ex%zz#frag?x HTTPS://X.COM "
    "example.com sub.example.net/path x.com mail@example.com a.b+c@d-e.co.uk a@b user@localhost ftp://x.org "
    "example.comx http:// http://[::1]/ www. http://x.y/?a=%26&b=+c&&d http://x.y/?#f -a.com a_b.org "
    "httpbin.org a@xn--x.xn--p1ai http://x.y:80/;a=1 &lt;http://x.y/&gt; http://x.y/?a=1&param=2 e.g. z.B. "
    "schön.com http://x.y/&amp;z me@[1.2.3.4] a@b.c-d x..com http://user:pw@x.y/ //x.y http://x.y/\\z|`^{}"
).split()
PUNCTUATION = [
    "",
    "",
    "",
    ".",
    ",",
    "!",
    ";",
    ":",
    ")",
    "(",
    "]",
    "[",
    "&",
    "&amp;",
    ";;",
    "&x;",
    "'",
    '"',
    "))",
]
SPACES = [
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "\xa0",
    "\x0b",
    "\x1c",
    "\x85",
    "\u2028",
    "\u3000",
]
CHARACTERS = "aZ09 \n\t'\"&<>;=-`\\/%+._~é\x00\x1f\x7f\x9f\u2028ß漢😀"


def a_text(rng: random.Random) -> str:
    """Words, markup, links or single characters, sometimes mixed."""
    vocabulary = rng.choice([WORDS, WORDS, MARKUP + WORDS[:6], LINKS + WORDS[:4], list(CHARACTERS)])
    pieces = []
    for _ in range(rng.choice([0, 1, 2, 3, 5, 9])):
        if vocabulary is not MARKUP and rng.random() < 0.3:
            pieces.append(rng.choice(PUNCTUATION))
        pieces.append(rng.choice(vocabulary))
        if rng.random() < 0.3:
            pieces.append(rng.choice(PUNCTUATION))
        if rng.random() < 0.8:
            pieces.append(rng.choice(SPACES))
    return "".join(pieces)


def soup(rng: random.Random, alphabet: str) -> str:
    """Characters and short pieces in no order, to reach what words don't."""
    pieces = alphabet.split("|")
    return "".join(rng.choice(pieces) for _ in range(rng.choice([1, 3, 6, 12, 30])))


MARKUP_SOUP = (
    "<|<|</|>|>|/|/>| |\n|a|b|p|br|A|x=|=|\"|'|&|&amp;|&#39;|;|#|!|--|<!--|-->|é|-|<a>|</a>|"
    "<b>|</b>|<p |\x0b"
)
LINK_SOUP = (
    "http://|www.|.|.com|.org|/|?|#|&|=|%|%41|%e9|;|a|b|é|@|:|(|)|[|]|!|,| |+|-|_|~|&amp;|"
    "&lt|x|HTTP|<|1|ı|ſ|K"
)


def some_markup(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return soup(rng, MARKUP_SOUP)
    vocabulary = (
        MARKUP[: rng.choice([8, 22, 22, len(MARKUP)])] + WORDS[: rng.choice([6, len(WORDS)])]
    )
    return "".join(
        rng.choice(vocabulary) + rng.choice(["", " ", "\n"])
        for _ in range(rng.choice([1, 3, 6, 12]))
    )


def some_links(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return soup(rng, LINK_SOUP)
    vocabulary = LINKS + WORDS[:6]
    return "".join(
        rng.choice(PUNCTUATION)
        + rng.choice(vocabulary)
        + "".join(rng.choice(PUNCTUATION) for _ in range(rng.choice([0, 1, 1, 3])))
        + rng.choice(SPACES)
        for _ in range(rng.choice([1, 1, 2, 4]))
    )


def a_float(rng: random.Random) -> str:
    value = rng.choice(
        [
            lambda: rng.uniform(-10, 10),
            lambda: rng.randrange(-10000, 10000) / rng.choice([1, 2, 4, 8, 10, 100, 1000]),
            lambda: rng.uniform(-1, 1) * 10.0 ** rng.randrange(-320, 308),
            lambda: rng.choice([0.0, -0.0, 1e15, 1e16, 1e-4, 1e-5, 5e-324, 0.5, 2.5, 1e22, 1e23]),
            # Where two shortest texts can be equally near.
            lambda: rng.randrange(2**50, 2**55) / rng.choice([1, 2, 4, 8]),
            lambda: math.nextafter(2.0 ** rng.randrange(-1074, 1023), rng.choice([0.0, 1e308])),
            lambda: rng.choice([float("inf"), float("-inf"), float("nan")]),
        ]
    )()
    return repr(value)


def a_decimal(rng: random.Random) -> str:
    digits = "".join(rng.choice("00123456789") for _ in range(rng.choice([1, 2, 3, 5, 9, 27])))
    exponent = rng.choice([0, 0, -1, -2, -3, -5, -9, 3, 20, -30, 190, -210, 250])
    return str(Decimal(f"{rng.choice(['', '-'])}{digits}e{exponent}"))


def an_int(rng: random.Random) -> str:
    return str(
        rng.choice([1, -1]) * rng.randrange(10 ** rng.choice([0, 1, 2, 3, 4, 6, 7, 9, 12, 18, 40]))
    )


def a_number(rng: random.Random) -> tuple[str, str]:
    kind = rng.choice(["int", "float", "decimal"])
    return kind, {"int": an_int, "float": a_float, "decimal": a_decimal}[kind](rng)


def some_moment(rng: random.Random) -> datetime.datetime:
    year = rng.choice([1, 1900, 1999, 2000, 2023, 2024, 2025, rng.randrange(1, 9999), 9999])
    day = rng.choice(
        [datetime.date(year, 1, 1), datetime.date(year, 12, 31), datetime.date(year, 2, 28)]
    )
    moved = min(
        max(day.toordinal() + rng.randrange(-400, 400), 2), datetime.date.max.toordinal() - 2
    )
    clock = datetime.time(
        rng.choice([0, 11, 12, 23, rng.randrange(24)]),
        rng.choice([0, rng.randrange(60)]),
        rng.choice([0, 59, rng.randrange(60)]),
        rng.choice([0, 999999, rng.randrange(10**6)]),
    )
    return datetime.datetime.combine(datetime.date.fromordinal(moved), clock)


def moment_fields(value: datetime.datetime) -> Arguments:
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second)
    return [str(part) for part in (*parts, value.microsecond)]


FORMATS = [
    "N j, Y",
    "P",
    "N j, Y, P",
    "Y-m-d",
    "H:i:s",
    "D d M Y",
    "c",
    "r",
    "U",
    "\\a\\t H",
    "jS \\o\\f F",
]
SPECIFIERS = "aAbcdDeEfFgGhHiIjlLmMnNoOPrsStTuUwWyYzZ"


def a_format(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(FORMATS)
    alphabet = list(SPECIFIERS * 2 + " -:/.,\\\\\\kxé\n")
    return "".join(rng.choice(alphabet) for _ in range(rng.choice([1, 2, 4, 8])))


def a_zone(rng: random.Random) -> datetime.tzinfo | None:
    offset = datetime.timedelta(seconds=rng.choice([0, 3600, -16200, 20700, -1, 86399, 754]))
    return rng.choice(
        [
            None,
            datetime.timezone.utc,
            zoneinfo.ZoneInfo("America/New_York"),
            zoneinfo.ZoneInfo("Europe/Berlin"),
            datetime.timezone(offset),
        ]
    )


def a_date(rng: random.Random) -> Arguments:
    """The arguments of `date`: format, kind, fields, and what the zone says."""
    value: datetime.datetime | datetime.date | datetime.time = some_moment(rng)
    assert isinstance(value, datetime.datetime)
    if rng.random() < 0.1:
        value = datetime.datetime(2024, rng.choice([3, 10]), rng.choice([31, 27]), 2, 30)
    fields = moment_fields(value)
    value = value.replace(tzinfo=a_zone(rng))
    zone = value.tzinfo or timezone.get_default_timezone()
    offset = zone.utcoffset(value)
    assert offset is not None
    ambiguous = timezone._datetime_ambiguous_or_imaginary(value, zone)  # type: ignore[attr-defined]
    aware = value.tzinfo is not None
    kind = rng.choice(["datetime", "datetime", "datetime", "date", "time"])
    stamp = ""
    if kind == "datetime" and not aware and 1 < value.year < 9999:
        stamp = str(int(value.timestamp()))
    seconds = offset.days * 86400 + offset.seconds
    dst = "1" if zone.dst(value) else "0"
    flags = ["1" if aware else "0", str(seconds), zone.tzname(value) or "", dst]
    arguments = [kind, *fields, *flags, "1" if ambiguous else "0", stamp]
    if kind != "datetime":
        value = value.date() if kind == "date" else value.time()
    DATE_VALUES[tuple(arguments)] = value
    return [a_format(rng), *arguments]


def two_moments(rng: random.Random) -> Arguments:
    first = some_moment(rng)
    step = datetime.timedelta(
        days=rng.choice([0, 1, 7, 28, 30, 31, 59, 365, 366, 730, rng.randrange(3000)]),
        seconds=rng.choice([0, 1, -1, 60, 3600, rng.randrange(86400)]),
        microseconds=rng.choice([0, 1, -1]),
    )
    try:
        second = first + step
    except OverflowError:
        second = first - step
    return [*moment_fields(first), *moment_fields(second), rng.choice("1 2 2 2 3 6".split())]


def a_width(rng: random.Random) -> str:
    return str(rng.choice([-3, 0, 1, 2, 3, 4, 5, 7, 8, 10, 15, 20, 40]))


def a_flag(rng: random.Random) -> str:
    return rng.choice("01")


def a_format_name(rng: random.Random) -> str:
    return rng.choice(list(NUMBER_FORMATS))


def texts_and(*others: Callable[[random.Random], str]) -> Callable[[random.Random], Arguments]:
    return lambda rng: [a_text(rng), *(other(rng) for other in others)]


def limited(text: Callable[[random.Random], str]) -> Callable[[random.Random], Arguments]:
    return lambda rng: [text(rng), a_width(rng)]


def a_choice(*options: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(options)


QUESTIONS: dict[str, Callable[[random.Random], Arguments]] = {
    name: texts_and()
    for name in (
        "addslashes capfirst lower upper title python_title slugify phone2numeric wordcount make_list iriencode "
        "escape escapejs json_script spaceless"
    ).split()
}
QUESTIONS |= {
    name: texts_and(a_width)
    for name in "center ljust rjust wordwrap truncatechars truncatewords".split()
}
QUESTIONS |= {name: texts_and(a_flag) for name in "linebreaks linebreaksbr linenumbers".split()}
QUESTIONS |= {
    "cut": texts_and(a_choice("a", " ", "", "<", "é", "ab")),
    "urlencode": lambda rng: [a_text(rng), *rng.choice([[], [""], ["/"], ["/:?é"], ["%"]])],
    "query_string": lambda rng: [a_text(rng) for _ in range(rng.choice([2, 4]))],
    "get_digit": lambda rng: [an_int(rng), a_width(rng)],
    "pluralize": lambda rng: [
        rng.choice(["s", "es", "y,ies", "", ",", "a,b,c", "a,b,"]),
        a_flag(rng),
    ],
    "yesno": lambda rng: [
        rng.choice(["a,b", "a,b,c", "a,b,c,d", "a", "", ",,"]),
        rng.choice(["", "0", "1"]),
    ],
    "striptags": lambda rng: [some_markup(rng)],
    "truncatechars_html": limited(some_markup),
    "truncatewords_html": limited(some_markup),
    "urlize": lambda rng: [some_links(rng), rng.choice(["", "", "5", "15", "0"]), a_flag(rng)],
    "repr": lambda rng: [a_float(rng)],
    "format": lambda rng: [
        *a_number(rng),
        rng.choice(["", "", "0", "1", "2", "5"]),
        a_format_name(rng),
        a_flag(rng),
    ],
    "floatformat": lambda rng: [
        a_number(rng)[1],
        rng.choice("-1 -1 -3 0 1 2 3 7 -7".split()),
        a_format_name(rng),
        a_flag(rng),
    ],
    "widthratio": lambda rng: [
        a_float(rng),
        a_float(rng),
        rng.choice(["0", "1", "100", "-3", "200"]),
    ],
    "intcomma": lambda rng: [*a_number(rng), a_format_name(rng)],
    "stringformat": lambda rng: [
        *rng.choice([("int", an_int(rng)), ("float", a_float(rng)), ("text", a_text(rng))]),
        rng.choice(["", "-", "+", "0", " ", "-0", "+ 0"])
        + rng.choice(["", "", "3", "12", ".0", ".2", ".10", "5.1"])
        + rng.choice("dddiufffFeEsssxr%"),
    ],
    "intcomma_plain": lambda rng: [rng.choice([a_number(rng)[1], a_text(rng), "1234567x1234"])],
    "filesizeformat": lambda rng: [
        str(rng.choice([int(an_int(rng)) >> 12, rng.randrange(1 << 22), rng.randrange(1 << 60)])),
        a_format_name(rng),
    ],
    "intword": lambda rng: [str(int(an_int(rng)) * 10 ** rng.randrange(70)), a_format_name(rng)],
    "timesince": two_moments,
    "date": a_date,
}


UNICODE_FUNCTIONS = ("upper", "lower", "title", "slugify", "truncatechars")


def unicode_questions() -> Iterator[tuple[str, Arguments]]:
    """Runs of neighbouring characters, for the rules of case, decomposition and composition.

    The scripts with case come character by character, so that an undecided one hides no other.
    """
    runs = [(0x80, 0x180, 1), (0x370, 0x530, 1), (0x530, 0x3100, 64), (0x3100, 0x1F700, 2048)]
    for start, stop, length in runs:
        for code in range(start, stop, length):
            known = [c for c in map(chr, range(code, code + length)) if assigned(c)][:8]
            if known:
                text = "a" + "".join(known) + "b1"
                for name in UNICODE_FUNCTIONS:
                    yield name, [text, "99"] if name == "truncatechars" else [text]


def assigned(c: str) -> bool:
    return unicodedata.category(c) not in ("Cn", "Co", "Cs")


def random_questions(seed: int, count: int) -> Iterator[tuple[str, Arguments]]:
    rng = random.Random(seed)
    for name, ask in QUESTIONS.items():
        yield from ((name, ask(rng)) for _ in range(count))


def record(output: str, questions: Iterable[tuple[str, Arguments]]) -> None:
    """Write every different question with Django's answer."""
    with Path(output).open("w", encoding="utf-8", newline="\n") as file:
        for name, arguments in dict.fromkeys((name, tuple(asked)) for name, asked in questions):
            try:
                answer = escaped(ANSWERS[name](*arguments))
            except Exception:  # noqa: BLE001 -- whatever Django raises is recorded, as \E
                answer = "\\E"
            file.write("\t".join([name, *map(escaped, arguments), answer]) + "\n")


if __name__ == "__main__":
    if sys.argv[2:] == ["unicode"]:
        record(sys.argv[1], unicode_questions())
    else:
        numbers = [int(argument) for argument in sys.argv[2:]]
        record(sys.argv[1], random_questions(*(numbers + [1, 30][len(numbers) :])))
