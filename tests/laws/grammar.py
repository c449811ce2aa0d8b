"""Strategies for template sources: every built-in tag and filter, nested at random, and broken ones."""

from __future__ import annotations

import re
from typing import Any

from django.template import defaultfilters
from hypothesis import strategies as st

from tests.laws.observed import RandomCase
from tests.laws.odd_values import VALUES

Source = st.SearchStrategy[str]

NAMES = ["v", "w", "x", "items", "forloop", "block.super", "True", "None"]
BITS = [
    "a", "b", "c", "d", "items", "name", "0", "1", "2", "5", "method", "needs", "raises", "types", "keys", "values",
    "count", "counter", "counter0", "first", "last", "parentloop", "revcounter", "super", "year", "length", "grouper",
    "list", "value", "RED", "upper", "missing", "real", "object_list", "number", "-1", "01", "__class__", "é",
]  # fmt: skip
TEXTS = [
    "", " ", "\n", "text", "<p> <b>", "</b>\n </p>", "&amp;", "é😀", "{", "}}", "{ {", "%}", "{#", "#}", "\x00", "\u2028",
    "a\r\nb", "{% ", "'", "%(v)s", "100%", "\t",
]  # fmt: skip
STRINGS = [
    "''", '""', "'a'", '"<b>"', "'a b'", "'Y-m-d H:i'", "'%s'", "'it\\'s'", "_('Yes')", "_(\"<x>\")", "'é'", "'-2'", "'1'",
    "','", "'a,b,c'", "'|'", "':'", "' '",
]  # fmt: skip
NUMBERS = [
    "0",
    "1",
    "2",
    "-1",
    "3.5",
    "-0.0",
    "1e3",
    "5.",
    ".5",
    "007",
    "+1",
    "99999999999999999999",
]

#: Filters whose argument must stay small, or the page would not fit into memory.
_LOADED = ["intcomma", "intword", "apnumber", "ordinal", "naturalday", "naturaltime"]
_ZONE = ["localtime", "utc", "timezone"]
_OWN = ["shout", "kept", "told", "local", "fails"]
_FORMATS = ["'s'", "'d'", "'.2f'", "'r'", "'05d'", "'%'", "'x'", "'e'", "'-10s'", "'z'"]
_DATES = [
    "'Y-m-d'",
    "'D d M Y'",
    "'c'",
    "'r'",
    "'SHORT_DATE_FORMAT'",
    "'P'",
    "'e T O Z'",
    "'jS F'",
    "'\\\\Y'",
    "''",
    "'U'",
]
#: Arguments that are worth trying for a filter, beside anything.
_ARGUMENTS: dict[str, list[str]] = {
    "stringformat": _FORMATS,
    "date": _DATES,
    "time": ["'H:i:s.u'", "'P'", "'TIME_FORMAT'", "'Y'", "'A'"],
    "floatformat": ["2", "-2", "'2g'", "'-3u'", "0", "'x'", "'g'", "''", "'300'"],
    "slice": ["':2'", "'1:'", "'::-1'", "'a'", "':'", "'1:2:0'"],
    "yesno": ["'<y>,n'", "'y,n,m'", "'y'", "'a,b,c,d'"],
    "pluralize": ["'y,ies'", "'es'", "'a,b,c'"],
    "cut": ["'<'", "';'", "'e'", "' '"],
    "join": ["', '", "'<br>'", "'&'"],
    "urlizetrunc": ["5", "15", "0"],
    "wordwrap": ["5", "1", "0", "-1"],
    "truncatechars": ["5", "0", "1", "-3", "'x'"],
    "truncatechars_html": ["5", "0", "12", "'x'"],
    "truncatewords": ["2", "0", "'x'"],
    "truncatewords_html": ["2", "0", "'x'"],
    "json_script": ["'id'", "'<i>'"],
    "timezone": ["'Europe/Berlin'", "'Nowhere'", "''"],
    "urlencode": ["''", "'/'", "'@'"],
    "center": ["5", "10", "-1"],
    "ljust": ["5", "10"],
    "rjust": ["5", "10"],
    "dictsort": ["'a'", "'name'", "0", "1", "'b.0'", "'_x'"],
    "dictsortreversed": ["'a'", "'name'", "0"],
    "divisibleby": ["2", "0", "'3'", "-1"],
    "get_digit": ["1", "2", "0", "50"],
    "add": ["1", "'2'", "'<x>'"],
}
FILTERS = [
    *sorted(defaultfilters.register.filters),
    *_LOADED,
    *_ZONE,
    *_OWN,
    "localize",
    "unlocalize",
    "language_name",
]

MAYBE_SPACE = st.sampled_from(["", "", "", " "])


def path() -> Source:
    """A dotted path."""
    bits = st.lists(st.sampled_from(BITS), max_size=3)
    return st.builds(lambda name, rest: ".".join([name, *rest]), st.sampled_from(NAMES), bits)


def operand() -> Source:
    """A path or a constant."""
    return st.one_of(path(), path(), st.sampled_from(STRINGS), st.sampled_from(NUMBERS))


@st.composite
def filtered(draw: Any) -> str:
    """`|name` or `|name:argument`."""
    name = draw(st.sampled_from(FILTERS))
    known = _ARGUMENTS.get(name)
    choice = draw(st.integers(0, 9))
    if known and choice < 7:
        return f"|{name}:{draw(st.sampled_from(known))}"
    takes_any = known is None or name in ("add", "default", "join", "yesno", "cut")
    if choice == 9 or (takes_any and choice > 6):
        return f"|{name}:{draw(operand())}"
    return f"|{name}"


@st.composite
def expression(draw: Any) -> str:
    """An operand with filters."""
    return draw(operand()) + "".join(draw(st.lists(filtered(), max_size=2)))


def condition() -> Source:
    """What follows `if`."""
    operators = [
        "and",
        "or",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "in",
        "not in",
        "is",
        "is not",
        "not",
        "and not",
    ]
    more = st.lists(st.tuples(st.sampled_from(operators), expression()), max_size=3)
    return st.builds(
        lambda negated, first, rest: " ".join([negated + first, *(f"{a} {b}" for a, b in rest)]),
        st.sampled_from(["", "", "not ", "not not "]), expression(), more,
    )  # fmt: skip


#: Tags without a body; `«kind»` stands for something drawn from `KINDS`.
SIMPLE = """\
{% firstof «e» «e»«as» %}
{% cycle «e» «e» «e» %}
{% cycle «e» «e» as c %}{% cycle c %}{{ c }}{% resetcycle c %}
{% cycle «e» «e» as c silent %}{% cycle c %}{{ c }}
{% regroup «e» by «path» as g %}{% for k in g %}{{ k.grouper }}:{{ k.list|length }};{% endfor %}
{% widthratio «e» «e» «e»«as» %}
{% now 'Y'«as» %}
{% url «view» «e»«as» %}
{% url 'item' number=«e»«as» %}
{% load static %}{% static «e»«as» %}
{% load static %}{% get_static_prefix«as» %}{% get_media_prefix as x %}
{% templatetag «bracket» %}
{% lorem «lorem» %}
{% csrf_token %}
{% debug %}
{% querystring %}
{% querystring a=«e» %}
{% include «name» %}
{% include 'included.html' with v=«e» w=«e» %}
{% include './included.html' with v=«e» only %}
{% include 'included.html' %}
{% translate «e»«as» %}
{% translate «e» noop %}{% trans 'Yes' context «e» %}
{% get_current_language as l %}{{ l }}{% get_language_info for «e» as i %}{{ i }}
{% get_language_info_list for «e» as i %}{{ i }}
{% get_current_language_bidi as l %}{% get_available_languages as i %}{{ l }}{{ i.0 }}
{% get_current_timezone as t %}{{ t }}
{% echo «e» «e» k=«e»«as» %}
{% look «e»«as» %}
{% store «string» «e» %}
{% store 'v' «e» %}{{ v }}
{% push_and_forget «e» %}
{% no_string «e»«as» %}
{% peek %}
{% broken %}
{% show «e» «e» %}
{% show_all «e» %}
{% show_some a=«e» %}
{% raw %}{{ a }}{# c #}{% b %}{% endraw %}
{% nothing %}{% bad %}{{ also|bad }}{% endnothing %}""".splitlines()

#: Tags with a body, `«b»`.
AROUND = """\
{% if «if» %}«b»{% elif «if» %}«b»{% else %}«b»{% endif %}
{% if «if» %}«b»{% endif %}
{% for v in «e» %}«b»{% endfor %}
{% for x in «e» reversed %}«b»{% empty %}«b»{% endfor %}
{% for v, w in «e» %}«b»{% endfor %}
{% for x in «e» %}{{ forloop.counter }}«b»{{ forloop.last }}{% endfor %}
{% for x in 'ab' %}{% for y in 'cd' %}{{ forloop.parentloop.counter }}«b»{% endfor %}«b»{% endfor %}
{% with v=«e» w=«e» %}«b»{% endwith %}
{% with «e» as x %}«b»{% endwith %}
{% autoescape «on» %}«b»{% endautoescape %}
{% filter «filter» %}«b»{% endfilter %}
{% ifchanged %}«b»{% else %}«b»{% endifchanged %}
{% ifchanged «e» «e» %}«b»{% endifchanged %}
{% spaceless %}«b»{% endspaceless %}
{% verbatim %}{{ raw }}«text»{% endverbatim %}
{% comment 'x' %}«b»{% endcomment %}
{% load cache %}{% cache «seconds» f «e» %}«b»{% endcache %}
{% blocktranslate %}t {{ v }} %{% endblocktranslate %}
{% blocktranslate trimmed with v=«e» %} a\\n {{ v }}{{ w }} {% endblocktranslate %}
{% blocktranslate count n=«e» asvar x %}one{% plural %}{{ n }}{% endblocktranslate %}{{ x }}
{% blocktranslate context «e» %}{{ v }}{% endblocktranslate %}
{% language «e» %}«b»{% endlanguage %}
{% language 'de' %}«b»{% endlanguage %}
{% localize «on» %}«b»{% endlocalize %}
{% localtime «on» %}«b»{% endlocaltime %}
{% timezone «zone» %}«b»{% endtimezone %}
{% block «block» %}«b»{% endblock %}
{% block «block» %}«b»{% endblock %}
{% wrap «mode» «e» %}«b»{% endwrap %}
{% wrap «mode» «e» %}«b»{% endwrap %}
{% swap %}«b»{% with_ %}«b»{% endswap %}""".splitlines()

KINDS: dict[str, Source] = {
    "e": expression(),
    "path": path(),
    "if": condition(),
    "string": st.sampled_from(STRINGS),
    "text": st.sampled_from(TEXTS),
    "filter": st.lists(filtered(), min_size=1, max_size=2).map(lambda found: "".join(found)[1:]),
    "as": st.sampled_from(["", "", " as v", " as x", " as y"]),
    "view": st.sampled_from(["'home'", "'item'", "v", "'shelf:one'", "'none'"]),
    "bracket": st.sampled_from(["openblock", "closecomment", "nope"]),
    "lorem": st.sampled_from(["", "2", "3 w", "1 p random", "x.nope b"]),
    "name": st.sampled_from(["'none.html'", "v", "x.a", "'deep.html'"]),
    "on": st.sampled_from(["on", "off"]),
    "seconds": st.sampled_from(["0", "v", "w|add:0", "x.a"]),
    "zone": st.sampled_from(["None", "'Asia/Tokyo'", "v", "'No/Where'"]),
    "block": st.sampled_from(["one", "two", "three"]),
    "mode": st.sampled_from(
        ["new", "copy", "twice", "push", "update", "escape", "flags", "state", "each", "catch", "value"]
    ),
}  # fmt: skip


@st.composite
def filled(draw: Any, patterns: list[str], body: Source | None = None) -> str:
    """One of the patterns with its places filled."""
    pattern = draw(st.sampled_from(patterns))
    return re.sub(
        "«(.*?)»", lambda found: draw(body if found[1] == "b" else KINDS[found[1]]), pattern
    )


def sources() -> Source:
    """A template's source."""
    variable = st.builds(lambda e: "{{ " + e + " }}", expression())
    leaf = st.one_of(st.sampled_from(TEXTS), variable, variable, filled(SIMPLE))

    def joined(parts: Source) -> Source:
        return st.lists(parts, min_size=1, max_size=4).map("".join)

    return st.recursive(
        joined(leaf), lambda inner: joined(st.one_of(leaf, filled(AROUND, inner))), max_leaves=6
    )


LOADS = "{% load humanize l10n tz i18n %}"


@st.composite
def children(draw: Any, parent: str) -> str:
    """A template that extends another."""
    blocks = draw(st.lists(st.sampled_from(["one", "two", "three"]), unique=True, max_size=3))
    inside = [
        f"{{% block {name} %}}{draw(sources())}{{{{ block.super }}}}{{% endblock %}}"
        for name in blocks
    ]
    spelled = (
        draw(st.sampled_from([f"'{parent}'", f"'{parent}'|lower", "'v'", "v"]))
        if draw(st.booleans())
        else f"'{parent}'"
    )
    return f"{{% extends {spelled} %}}{LOADS}{''.join(inside)}"


@st.composite
def values(draw: Any) -> dict[str, str]:
    """Which value each variable has."""
    names = draw(st.lists(st.sampled_from(["v", "w", "x", "items"]), unique=True, max_size=4))
    keys = st.sampled_from(sorted(VALUES))
    return {name: draw(keys) for name in names}


PROCESSORS = ["django.template.context_processors.debug", "django.template.context_processors.csrf"]


@st.composite
def options(draw: Any) -> dict[str, Any]:
    """OPTIONS of the backend."""
    chosen: dict[str, Any] = {"debug": draw(st.booleans())}
    if draw(st.integers(0, 4)) == 0:
        chosen["autoescape"] = False
    invalid = draw(st.sampled_from(["", "", "INVALID", "<%s>", "%s%s", "100%"]))
    if invalid:
        chosen["string_if_invalid"] = invalid
    if draw(st.booleans()):
        chosen["context_processors"] = PROCESSORS[:1]
    return chosen


WAYS = st.sampled_from(["page", "page", "request", "context"])


@st.composite
def cases(draw: Any) -> RandomCase:
    """A set of templates, values and options."""
    templates = {"included.html": LOADS + draw(st.one_of(st.just("[{{ v }}]"), sources()))}
    if draw(st.integers(0, 2)) == 0:
        templates["base"] = (
            LOADS
            + draw(sources())
            + "{% block one %}1{% endblock %}{% block two %}<2>{% endblock %}"
        )
        parent = "base"
        if draw(st.booleans()):
            templates["middle"] = draw(children("base"))
            parent = "middle"
        templates["main"] = draw(children(parent))
    else:
        templates["main"] = LOADS + draw(sources())
    # An included template must not include itself without end.
    templates["included.html"] = templates["included.html"].replace("included.html", "deep.html")
    for name in ("show", "show_all", "show_some"):
        templates["included.html"] = templates["included.html"].replace(f"{{% {name} ", "{% echo ")
    templates["deep.html"] = "<{{ v }}{{ forloop.counter }}>"
    return RandomCase(templates, draw(values()), draw(options()), draw(WAYS))


@st.composite
def broken_cases(draw: Any) -> RandomCase:
    """Templates with a mistake: something is dropped, doubled, moved or put in."""
    case = draw(cases())
    sources_ = dict(case.sources)
    name = draw(st.sampled_from(sorted(sources_)))
    text = sources_[name]
    wounds = [
        "{% endif %}", "{% endblock %}", "{{ }}", "{{ v| }}", "{{ v|nofilter }}", "{% notag %}", "{% %}", "{% if %}",
        "{% else %}", "{{ v|add }}", "{{ v.0a b }}", "{{ _x }}", "{{ v|default:_x }}", "{% for %}", "{% for x y %}", "{%}",
        "{% load none %}", "{% extends 'base' %}", "{% block one %}{% endblock %}", "{{ v", "%}", "{% include %}", "'", '"',
        "|", ":", " ", ".", "{{ 'a }}", "{{ v|upper:1 }}", "{% url %}", "{% with %}", "{% cycle %}", "{% now %}", "\n",
        "{% blocktranslate %}", "{% verbatim %}", "{% comment %}", "{% wrap %}", "{% endwrap %}", "{{ a-b }}", "{{ 1a }}",
    ]  # fmt: skip
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 6)))
        put_in = draw(st.sampled_from(["", *wounds]))
        text = text[:at] + put_in + text[end:]
    sources_[name] = text
    return RandomCase(sources_, case.values, case.options, case.way)
