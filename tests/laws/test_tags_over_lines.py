"""A site that lets tags go on over the ends of lines: `re.DOTALL` in Django's expression for tags."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import base
from hypothesis import given, note

from tests.laws.grammar import broken_cases, cases
from tests.laws.observed import RandomCase, is_native
from tests.laws.test_same_bytes import BUSY, check
from tests.template.tables import Table, differences

ONE_LINE = base.tag_re
VALUES = {"list": lambda: ["<a>", "b"], "text": lambda: "x\ny", "none": lambda: None}
TABLE = Table({"part.html": "[{{\nv\n}}{{ w }}]", "base.html": "<{%\nblock a\n%}{%\nendblock\n%}>"})

#: A tag with white space in it.
_TAG = re.compile(r"({%.*?%}|{{.*?}}|{#.*?#})")

#: A text in quotes, or what is between two.
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')|[^"']+""")


@pytest.fixture(autouse=True, scope="module")
def _tags_over_lines() -> Iterator[None]:
    base.tag_re = re.compile(ONE_LINE.pattern, re.DOTALL)
    yield
    base.tag_re = ONE_LINE


SOURCES = r"""
{{~v~}}|{{~v|upper~}}|{{~v~|~default:"d"~|~upper~}}|{{ v|default~:"d" }}
{% if~v~%}a{%~elif v == 1~or w~%}b{% else~%}c{% endif~%}
{% for~x~in~v~%}{{ forloop.counter }}{{ x }}{% empty~%}e{%~endfor %}{% for x,~y in v %}{% endfor %}
{% with~a=v~b="c"~%}{{ a }}{{ b }}{% endwith %}{% include~"part.html"~with w=v~only~%}
{% extends~"base.html"~%}{% block~a~%}{{ v }}{{~block.super~}}{% endblock~%}
{# a~comment~{{ v }} #}{% comment~"a note"~%}{{ v }}{% endcomment~%}{{ v }}
{% verbatim~%}{{ v }}{% endverbatim~%}
{% verbatim~x %}{{ v }}{% endverbatim~x %}
{% verbatim x~%}{{ v }}{% endverbatim x %}{{ v }}
{% cycle~"a"~"b" as~c %}{% firstof~v~"d" %}{% now~"Y"~as~y %}{{ y }}{% templatetag~openblock~%}
{% load~i18n~%}{% translate~"Yes"~as~t~%}{{ t }}{% blocktranslate~with~a=v~%}b{{ a }}{% endblocktranslate %}
{% load~i18n~%}{% blocktranslate~count~n=3~%}one{% plural~%}{{~n~}} many{% endblocktranslate~%}
{% regroup~v~by~x~as~g~%}{{ g }}{% filter~upper~|~lower~%}A{% endfilter %}{% widthratio~1~2~100~%}
{% url~"nowhere"~1~a=2~as~u~%}{{ u }}{% spaceless~%}<a> </a> <b>{% endspaceless~%}
{% load~upper~from~law %}{% load~law~%}{{ v|no_such_filter }}
a~b~{{ v }}~c~{% if %}
a~{%~x~%}~b
{{ "a~b" }}|{{ v|default:"a~b" }}{% firstof "a~b" %}{% with a="x~y" b='z~' %}{{ a }}{{ b }}{% endwith %}
{% include~"part~.html" %}
{{ v|default:'it~' }}{% comment~it's~%}{% endcomment %}{{ "a\~b" }}
{% block~a~%}{% endblock~a~%}
{{ v~}{{~v }}{% if v~}}%}{{ v }}{% endif %}
{{~v
{%~if v
~{{ v }} { { %~} {%~
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    """`~` stands for an end of a line."""
    assert differences(source.replace("~", "\n"), TABLE, VALUES) == []


def test_tags_over_lines_are_native() -> None:
    for source in SOURCES[:7]:
        if "law" not in source and "default~:" not in source:
            assert is_native(source.replace("~", "\n").replace("part.html", "x")), source


def test_quotes_over_lines_are_left_to_django() -> None:
    assert not is_native('{{ "a\nb" }}')
    assert is_native('{{ "a"\n|default:"b" }}')


def test_another_expression_makes_the_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_native("{{ v }}")
    flags = re.DOTALL | re.IGNORECASE
    for expression, source in (
        (re.compile(ONE_LINE.pattern, flags), "{{\nv }}{{ v }}"),
        (re.compile(r"({%.*?%}|{{.*?}})"), "{# v #}{{ v }}{{ v\n }}"),
        (ONE_LINE, "{{\nv }}{{ v }}"),
    ):
        monkeypatch.setattr(base, "tag_re", expression)
        assert is_native(source)
        assert differences(source, TABLE, VALUES) == []


def over_lines(case: RandomCase, end: str = "\n") -> RandomCase:
    """The case with the ends of lines in place of the spaces within its tags.

    Those in quotes stay: with them a source is Django's, which the table above is about.
    """

    def spread(tag: re.Match[str]) -> str:
        return _QUOTED.sub(
            lambda found: found[0].replace(" ", end) if found[1] is None else found[0], tag[0]
        )

    sources: dict[str, Any] = {
        name: _TAG.sub(spread, source) for name, source in case.sources.items()
    }
    note(str(sources))
    return dataclasses.replace(case, sources=sources)


@BUSY
@given(cases())
def test_any_template_is_rendered_as_by_stock(case: RandomCase) -> None:
    check(over_lines(case))


@BUSY
@given(broken_cases())
def test_any_mistake_is_reported_as_by_stock(case: RandomCase) -> None:
    check(over_lines(case, " \n"))
