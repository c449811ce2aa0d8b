"""Sites that put a lexer of their own in the place of Django's, as packages for components do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template import base

from djust_backend import DjustTemplates
from tests.laws.observed import is_native
from tests.template.tables import Table, differences

TABLE = Table({"part.html": "[{{ v }}]", "base.html": "<{% block a %}{% endblock %}>"})
VALUES = {"list": lambda: ["<a>", "b"], "text": lambda: "é", "none": lambda: None}

#: A tag whose arguments in quotes may hold signs of tags.
_NESTED = re.compile(r"""({%(?:"[^"]*"|'[^']*'|[^"'%]|%(?!}))*%}|{{.*?}}|{#.*?#})""", re.DOTALL)

Lex = Callable[[Any], "list[base.Token]"]


def nested(lexer: Any) -> list[base.Token]:
    """Tags may stand within quotes, and go on over the ends of lines."""
    tokens: list[base.Token] = []
    at = line = 0
    for text in filter(None, _NESTED.split(lexer.template_string)):
        position = (at, at + len(text)) if isinstance(lexer, base.DebugLexer) else None
        is_tag = bool(_NESTED.fullmatch(text))
        tokens.append(lexer.create_token(text, position, line + 1, is_tag))
        at, line = at + len(text), line + text.count("\n")
    return tokens


def without_positions(lexer: Any) -> list[base.Token]:
    """As if nobody ever turned debug on."""
    return [
        base.Token(token.token_type, token.contents, None, token.lineno) for token in nested(lexer)
    ]


def marked(lexer: Any) -> list[base.Token]:
    """Tokens know more than Django's."""
    tokens = nested(lexer)
    for token in tokens:
        token.mark = "m"  # type: ignore[attr-defined]
    return tokens


def other_contents(lexer: Any) -> list[base.Token]:
    """Tokens are not what the source says."""
    tokens = nested(lexer)
    for token in tokens:
        token.contents = token.contents.replace("~", "v")
    return tokens


def incomplete(lexer: Any) -> list[base.Token]:
    """Something of the source is dropped."""
    return nested(lexer)[:-1]


def failing(lexer: Any) -> list[base.Token]:
    """There are sources that are no templates for the site."""
    raise ValueError(f"no template: {lexer.template_string[:4]}")


def no_list(lexer: Any) -> Any:
    """Nothing says that it is a list."""
    return iter(nested(lexer))


SOURCES = [
    "é{{ v }}\n{% if v %}{{ v|upper }}{% endif %}{# c #}{{ v|no_such }}",
    "é{{ v }}\n{% if v %}a{% endif %}{% for x in v %}\n{{ x }}{{ x|add:v }}{% empty %}e{% endfor %}",
    """{% with a="{{ v }}" %}{{ a }}{% endwith %}{% firstof "%}" %}{% include "part.html"\n with w=1 %}""",
    """{% extends "base.html" %}{% block a %}{{ v }}{% comment %}{% x "{{" %}{% endcomment %}{% endblock %}""",
    "{% verbatim %}{{ v }}{% endverbatim %}{{ ~ }}{{\nv }}",
    "{% load\nlaw %}{% peek %}é{% broken %}",
    "{% if %}",
    "",
    "text",
]


@pytest.mark.parametrize(
    "lex", [nested, without_positions, marked, other_contents, incomplete, failing, no_list]
)
@pytest.mark.parametrize("source", SOURCES)
def test_pages_and_errors_are_those_of_stock(
    monkeypatch: pytest.MonkeyPatch, lex: Lex, source: str
) -> None:
    monkeypatch.setattr(base.Lexer, "tokenize", lex)
    monkeypatch.setattr(base.DebugLexer, "tokenize", lex)
    assert differences(source, TABLE, VALUES) == []


def test_templates_are_native_where_the_tokens_are_the_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = SOURCES[2]
    for lex, expected in (
        (nested, [True, True]),
        (without_positions, [True, False]),
        (marked, [False, False]),
    ):
        monkeypatch.setattr(base.Lexer, "tokenize", lex)
        monkeypatch.setattr(base.DebugLexer, "tokenize", lex)
        assert [is_native(source, debug=debug) for debug in (False, True)] == expected
    monkeypatch.undo()
    assert is_native("{{ v }}")


def test_a_lexer_of_another_class_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Lexer", "DebugLexer"):
        own = type("Own", (getattr(base, name),), {"tokenize": nested})
        monkeypatch.setattr(base, name, own)
    assert is_native(SOURCES[2])
    assert differences(SOURCES[2], TABLE, VALUES) == []


def test_what_was_compiled_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = DjustTemplates({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    template = engine.from_string("{{ v }}")
    monkeypatch.setattr(base.Lexer, "tokenize", failing)
    assert template.render({"v": 1}) == "1"
    with pytest.raises(ValueError, match="no template"):
        engine.from_string("{{ v }}")
