"""What the installed Django answers to the calls that `record_cases.py` makes up."""

# The names are those of Django's filters.
# ruff: noqa: D103, DTZ001
from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlencode

import django
from django.conf import settings

IS_LATER = django.VERSION >= (6, 0)

settings.configure(
    USE_I18N=False,
    USE_TZ=True,
    TIME_ZONE="Europe/Berlin",
    USE_THOUSAND_SEPARATOR=False,
    INSTALLED_APPS=["django.contrib.humanize"],
    **({"URLIZE_ASSUME_HTTPS": True} if IS_LATER else {}),
)
django.setup()

from django.contrib.humanize.templatetags import humanize  # noqa: E402
from django.template import Context, Engine  # noqa: E402
from django.template import defaultfilters as filters  # noqa: E402
from django.utils import dateformat, formats, html, numberformat  # noqa: E402
from django.utils.safestring import SafeData  # noqa: E402
from django.utils.timesince import timesince  # noqa: E402
from django.utils.translation import round_away_from_one  # noqa: E402

Arguments = list[str]
#: name -> (separator, thousand separator, grouping, use grouping); `dispatch` has the same table.
NUMBER_FORMATS: dict[str, tuple[str, str, object, bool]] = {
    "en": (".", ",", 3, True),
    "de": (",", ".", 3, False),
    "in": (".", ",", (3, 2, 0), True),
    "odd": ("–,", "\xa0'", (1, 4, 2), True),
    "plain": (".", "", 0, False),
}
SIZE_UNITS = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Petabytes"]


def use_number_format(name: str) -> None:
    """Make every localized number of Django use the named format."""
    decimal_sep, thousand_sep, grouping, use_grouping = NUMBER_FORMATS[name]
    settings.USE_THOUSAND_SEPARATOR = use_grouping
    values = {
        "DECIMAL_SEPARATOR": decimal_sep,
        "THOUSAND_SEPARATOR": thousand_sep,
        "NUMBER_GROUPING": grouping,
    }
    formats.get_format = lambda kind, *args, **kwargs: values[kind]


def as_number(kind: str, text: str) -> object:
    """The Python number that a case names by its type and text."""
    types: dict[str, Callable[[str], object]] = {"int": int, "float": float, "decimal": Decimal}
    return types[kind](text) if kind in types else text


def number_format(kind: str, text: str, places: str, name: str, force: str) -> str:
    use_number_format(name)
    decimal_sep, thousand_sep, grouping, _ = NUMBER_FORMATS[name]
    return str(
        numberformat.format(
            as_number(kind, text),
            decimal_sep,
            int(places) if places else None,
            grouping,
            thousand_sep,
            force_grouping=force == "1",
        )
    )


def floatformat(text: str, places: str, name: str, force: str) -> str:
    use_number_format(name)
    result = filters.floatformat(text, places + ("g" if force == "1" else ""))
    return f"safe {result}" if isinstance(result, SafeData) else str(result)


def intcomma(kind: str, text: str, name: str) -> str:
    use_number_format(name)
    return str(humanize.intcomma(as_number(kind, text)))


def filesizeformat(size: str, name: str) -> str:
    use_number_format(name)
    number, unit = filters.filesizeformat(int(size)).rsplit("\xa0", 1)
    index = ["by", "KB", "MB", "GB", "TB", "PB"].index(unit[:2])
    return f"{number} {SIZE_UNITS[index]}"


def intword(text: str, name: str) -> str:
    use_number_format(name)
    value = int(text)
    for exponent, _ in humanize.intword_converters:
        if 10**6 <= abs(value) < 10 ** (exponent + 3):
            quotient = value / 10**exponent
            count = abs(round_away_from_one(quotient))
            return f"{filters.floatformat(quotient, 1)} {exponent} {count}"
    raise ValueError("given back as it is")


def stringformat(kind: str, text: str, argument: str) -> str:
    value = as_number(kind, text)
    return ("%" + argument) % value


def widthratio(value: str, maximum: str, width: str) -> str:
    template = Engine().from_string("{% widthratio v m w %}")
    context = {"v": float(value), "m": float(maximum), "w": int(width)}
    return str(template.render(Context(context)))


def spaceless(text: str) -> str:
    return html.strip_spaces_between_tags(text.strip())


def get_digit(value: str, place: str) -> str:
    if int(place) < 1:
        raise ValueError("given back as it is")
    return str(filters.get_digit(int(value), int(place)))


def yesno(choices: str, truth: str) -> str:
    if "," not in choices:
        raise ValueError("the value is given back")
    return str(filters.yesno({"": None, "0": False, "1": True}[truth], choices))


def urlize(text: str, limit: str, autoescape: str) -> str:
    return str(
        html.urlize(
            text, int(limit) if limit else None, nofollow=True, autoescape=autoescape == "1"
        )
    )


def moment(fields: tuple[str, ...]) -> datetime.datetime:
    return datetime.datetime(*map(int, fields))  # type: ignore[arg-type]


def since(*fields: str) -> str:
    text = timesince(moment(fields[:7]), moment(fields[7:14]), depth=int(fields[14]))
    return text.replace("\xa0", " ").replace("s,", ",").removesuffix("s")


#: The value a `date` line was made from; its fields are derived from it, not the other way round.
DATE_VALUES: dict[tuple[str, ...], object] = {}


def date(*fields: str) -> str:
    return dateformat.format(DATE_VALUES[fields[1:]], fields[0])  # type: ignore[arg-type]


def text_filter(function: Callable[..., object]) -> Callable[..., str]:
    """A filter of a text and perhaps an argument, as a function of texts."""
    return lambda *arguments: str(function(*arguments))


def with_autoescape(function: Callable[..., object]) -> Callable[..., str]:
    return lambda text, autoescape: str(function(text, autoescape=autoescape == "1"))


ANSWERS: dict[str, Callable[..., str]] = {
    "addslashes": text_filter(filters.addslashes),
    "capfirst": text_filter(filters.capfirst),
    "lower": text_filter(filters.lower),
    "upper": text_filter(filters.upper),
    "title": text_filter(filters.title),
    "python_title": text_filter(str.title),
    "cut": text_filter(filters.cut),
    "center": text_filter(filters.center),
    "ljust": text_filter(filters.ljust),
    "rjust": text_filter(filters.rjust),
    "slugify": text_filter(filters.slugify),
    "phone2numeric": text_filter(filters.phone2numeric_filter),
    "wordcount": text_filter(filters.wordcount),
    "make_list": lambda text: "|".join(filters.make_list(text)),
    "get_digit": get_digit,
    "pluralize": lambda arg, one: str(filters.pluralize(1 if one == "1" else 2, arg)),
    "yesno": yesno,
    "wordwrap": text_filter(filters.wordwrap),
    "truncatechars": text_filter(filters.truncatechars),
    "truncatewords": text_filter(filters.truncatewords),
    "truncatechars_html": text_filter(filters.truncatechars_html),
    "truncatewords_html": text_filter(filters.truncatewords_html),
    "urlencode": text_filter(filters.urlencode),
    "iriencode": text_filter(filters.iriencode),
    "query_string": lambda *pairs: urlencode(list(zip(pairs[::2], pairs[1::2], strict=True))),
    "escape": text_filter(html.escape),
    "linebreaks": with_autoescape(filters.linebreaks_filter),
    "linebreaksbr": with_autoescape(filters.linebreaksbr),
    "linenumbers": with_autoescape(filters.linenumbers),
    "spaceless": spaceless,
    "striptags": text_filter(filters.striptags),
    "escapejs": text_filter(filters.escapejs_filter),
    "json_script": lambda text: text.translate(html._json_script_escapes),
    "urlize": urlize,
    "repr": lambda text: repr(float(text)),
    "format": number_format,
    "floatformat": floatformat,
    "widthratio": widthratio,
    "intcomma": intcomma,
    "stringformat": stringformat,
    "intcomma_plain": lambda text: str(humanize.intcomma(text, use_l10n=False)),
    "filesizeformat": filesizeformat,
    "intword": intword,
    "timesince": since,
    "date": date,
}
