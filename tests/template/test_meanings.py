"""What names of tags and filters mean while a template is compiled, and what later templates may keep of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django import template
from django.template import Context, Engine, defaultfilters, defaulttags
from django.template.base import TextNode, Token, TokenType
from django.utils.safestring import SafeString

from djust_backend.engine import Engine as OurEngine
from tests.template.test_custom_nodes import both

ENGINES = (Engine, OurEngine)


def node(text: str) -> Any:
    """A compile function whose tag prints a text."""
    return lambda parser, token: TextNode(f"[{text}]")


def library(**members: Any) -> template.Library:
    """A library of tags, and of filters whose names end with `_filter`."""
    made = template.Library()
    for name, member in members.items():
        if name.endswith("_filter"):
            made.filters[name.removesuffix("_filter")] = member
        else:
            made.tags[name] = member
    return made


def rendered(source: str, change: Any, values: dict[str, Any] | None = None) -> Any:
    """The text on which both engines agree; `change` prepares the engine."""
    results = []
    for cls in ENGINES:
        made = cls()
        change(made)
        try:
            results.append(made.from_string(source).render(Context(values or {})))
        except Exception as error:  # noqa: BLE001 - compared
            results.append((type(error), str(error)))
    assert results[0] == results[1]
    return results[1]


def shouting(value: Any) -> str:
    """A filter."""
    return f"{value}!"


def test_a_node_may_keep_the_parser() -> None:
    """As tags do that compile expressions or templates of their own while they are rendered."""

    class Late(template.Node):
        def __init__(self, parser: Any) -> None:
            self.parser = parser

        def render(self, context: Context) -> str:
            parser = self.parser
            inner = template.base.Parser(template.base.Lexer("{{ a|loud }}{% x %}").tokenize())
            inner.tags, inner.filters = parser.tags, parser.filters
            return " ".join(
                [
                    str(parser.compile_filter("a|upper").resolve(context)),
                    parser.find_filter("loud")(1),
                    inner.parse().render(context),
                    str("if" in parser.tags),
                    str(parser.tokens),
                    str(isinstance(parser, template.base.Parser)),
                ]
            )

    own = library(late=lambda parser, token: Late(parser), x=node("x"), loud_filter=shouting)

    def change(made: Any) -> None:
        made.template_libraries["mine"] = own

    source = "{% load mine %}{% late %}{% if a %}{% late %}{% endif %}"
    text = rendered(source, change, {"a": "é"})
    assert text == "É 1! é![x] True [] True" * 2


def test_a_loaded_library_changes_what_follows_and_not_what_was_before() -> None:
    def change(made: Any) -> None:
        made.template_libraries["mine"] = library(now=node("now"), upper_filter=shouting)
        made.template_libraries["theirs"] = library(now=node("then"), upper_filter=len)

    source = (
        '{{ a|upper }}{% now "Y" as y %}|{% load mine %}{{ a|upper }}{% now "Y" %}|'
        "{{ b|upper }}{% load now from theirs %}{{ b|upper }}{% now x %}|"
        "{% load upper from theirs %}{{ b|upper }}{% now x %}{% load mine %}{{ b|upper }}{% now %}"
    )
    text = rendered(source, change, {"a": "one", "b": "two"})
    assert text == "ONE|one![now]|two!two![then]|3[then]two![now]"


def test_a_compile_function_changes_tags_and_filters() -> None:
    def register(parser: Any, token: Any) -> Any:
        parser.tags["if"] = node("if")
        parser.filters["lower"] = shouting
        return TextNode("")

    def within(parser: Any, token: Any) -> Any:
        first = parser.parse(("half",))
        parser.delete_first_token()
        parser.filters["upper"] = len
        parser.tags["with"] = node("with")
        second = parser.parse(("end",))
        parser.delete_first_token()
        first.extend(second)
        return first[-1] if not first else TextNode("".join(n.render(Context({})) for n in first))

    assert (
        both(
            "{{ a|lower }}{% if a %}1{% endif %}{% register %}{{ a|lower }}{% if a %}",
            {"register": register},
            {"a": "A"},
        )
        == "a1A![if]"
    )
    both(
        "{% with a='x' %}{% endwith %}{% within %}{{ 'a'|upper }}{% with b='1' %}{{ b }}{% endwith %}"
        "{% half %}{{ 'a'|upper }}{% with b %}{% end %}{{ 'a'|upper }}{% with b %}",
        {"within": within},
    )


def test_a_compile_function_changes_a_library_for_later_templates() -> None:
    def change(made: Any) -> None:
        own = library(shout_filter=shouting)

        def swap(parser: Any, token: Any) -> Any:
            own.filters["shout"] = len
            own.tags["swap"] = node("swapped")
            return TextNode("")

        own.tags["swap"] = swap
        made.template_builtins.append(own)

        made.template_libraries["own"] = own

    source = "{{ 'ab'|shout }}{% swap %}{{ 'ab'|shout }}{% swap %}"
    assert rendered(source, change) == "ab!ab!"
    text = rendered(source + "{% load own %}{{ 'ab'|shout }}{% swap %}", change)
    assert text == "ab!ab!2[swapped]"


class Mapping:
    """Tags that are no dictionary, and others each time."""

    def __init__(self) -> None:
        self.count = 0

    def keys(self) -> list[str]:
        return ["odd"]

    def __contains__(self, name: str) -> bool:
        return name == "odd"

    def __getitem__(self, name: str) -> Any:
        self.count += 1
        return node(str(self.count))


@pytest.mark.parametrize("source", ["{% odd %}{{ a|upper }}", "{{ a|upper }}{% odd %}"])
def test_tags_that_are_no_plain_dictionary(source: str) -> None:
    def change(made: Any) -> None:
        strange = library()
        strange.tags = Mapping()
        made.template_builtins.append(strange)

    rendered(source, change, {"a": "x"})


@pytest.mark.parametrize("number", ["7", "-7", "+7", "007", "-0", "9" * 30, "1.50", "1e3", "-1.5"])
def test_numbers_are_pythons(number: str) -> None:
    both(f"{{{{ {number} }}}}|{{{{ {number}|add:{number} }}}}|{{{{ 'x'|center:{number} }}}}", {})


def test_flags_of_a_filter_are_those_of_the_moment() -> None:
    results = []
    for cls in ENGINES:

        def mark(value: Any, autoescape: Any = "none") -> Any:
            return f"<{value}{autoescape}>"

        made = cls()
        own = template.Library()
        own.filters["mark"] = mark
        made.template_builtins.append(own)
        found = [made.from_string("{{ a|mark }}").render(Context({"a": SafeString("x")}))]
        mark.is_safe = True  # type: ignore[attr-defined]
        found.append(made.from_string("{{ a|mark }}").render(Context({"a": SafeString("x")})))
        mark.needs_autoescape = True  # type: ignore[attr-defined]
        found.append(made.from_string("{{ a|mark }}").render(Context({"a": SafeString("x")})))
        mark.is_safe = 0  # type: ignore[attr-defined]
        found.append(made.from_string("{{ a|mark }}").render(Context({"a": SafeString("x")})))
        results.append(found)
    assert results[0] == results[1]
    assert len(set(results[1])) == 4


@contextmanager
def replaced(name: str) -> Iterator[None]:
    """A name of `defaulttags` that means something else for a while."""

    class Other(getattr(defaulttags, name)):  # type: ignore[misc]
        def render(self, context: Any) -> str:
            return "[other]"

    with mock.patch.object(defaulttags, name, Other):
        yield


def test_a_node_class_that_is_replaced_again_and_again() -> None:
    source = "{% if a %}1{% endif %}{% for b in a %}2{% endfor %}"
    results = []
    for cls in ENGINES:
        made, found = cls(), []
        for name in ("IfNode", "ForNode", "IfNode"):
            found.append(made.from_string(source).render(Context({"a": "x"})))
            with replaced(name):
                found.append(made.from_string(source).render(Context({"a": "x"})))
        found.append(made.from_string(source).render(Context({"a": "x"})))
        results.append(found)
    assert results[0] == results[1]
    assert results[1] == ["12", "[other]2", "12", "1[other]", "12", "[other]2", "12"]


def test_a_default_filter_that_is_replaced() -> None:
    for cls in ENGINES:
        made = cls()
        assert made.from_string("{{ 'a'|upper }}").render(Context()) == "A"
        with mock.patch.dict(defaultfilters.register.filters, {"upper": shouting}):
            assert made.from_string("{{ 'a'|upper }}").render(Context()) == "a!"
        assert made.from_string("{{ 'a'|upper }}").render(Context()) == "A"


@pytest.mark.parametrize(
    "letters",
    ["é", "ÿ" * 50, "a" * 31 + "é" + "b" * 40, "–", "Ω" * 40 + "x" * 33, "😀", "é–😀", "\x80\xff", "\u0800",
     "\ud800", "x\udfffy", "😀\ud800"],
)  # fmt: skip
def test_sources_beyond_ascii(letters: str) -> None:
    both(
        f"{letters}{{{{ a }}}}{letters}{{% if a == '{letters}' %}}1{{% else %}}2{{% endif %}}"
        f"{{{{ '{letters}'|upper }}}}{{# {letters} #}}{{{{ b|default:'{letters}' }}}}{letters}",
        {},
        {"a": letters},
    )


@pytest.mark.parametrize(
    "space", [" ", "  ", "\t", "\xa0", "\u2003", "\x1c", "\x85", "\u200b", "\x7f"]
)
def test_white_space_between_words(space: str) -> None:
    for source in (
        f"{{{{{space}a{space}}}}}",
        f"{{{{{space}a{space}|{space}upper{space}}}}}",
        f"{{%{space}if{space}a{space}=={space}'x{space}y'{space}%}}1{{%{space}endif{space}%}}",
        f"{{%{space}with{space}b=_('x{space}y')|upper{space}%}}{{{{ b }}}}{{% endwith %}}",
        f"{{% cycle{space}a{space}'b'{space}as c %}}{{% cycle c %}}{{% cycle{space}c %}}",
        f"{{% for{space}x,{space}y in{space}p{space}%}}{{{{ x }}}}{{% endfor %}}",
    ):
        both(source, {}, {"a": f"x{space}y", "p": [(1, 2)]})


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a.b",
        "a.b|upper",
        "'x'|upper",
        "",
        " a ",
        "a|default:'é'",
        "a._b",
        "a..b",
        "a.",
        ".a",
        "_a",
        "1.2.3",
    ],
)
def test_texts_that_are_no_part_of_the_source(text: str) -> None:
    def put(kind: TokenType) -> Any:
        def compile_tag(parser: Any, token: Any) -> Any:
            parser.prepend_token(Token(kind, text))
            parser.prepend_token(Token(TokenType.TEXT, f"<{text}>"))
            return TextNode("")

        return compile_tag

    tags = {"put": put(TokenType.VAR), "tag": put(TokenType.BLOCK), "note": put(TokenType.COMMENT)}
    for source in (
        "{% put %}{{ a }}{% put %}{% for c in 'xy' %}{% put %}{{ c }}{% endfor %}{{ a.b }}",
        "1{% note %}{{ a }}2",
        "1{% tag %}{{ a }}2",
    ):
        both(source, tags, {"a": {"b": "B", "": "E"}})


def test_a_tag_that_runs_the_rest_through_the_list_of_tokens() -> None:
    def reverse(parser: Any, token: Any) -> Any:
        parser.tokens.reverse()
        return TextNode(f"{len(parser.tokens)} {[t.contents for t in parser.tokens]}")

    def twice(parser: Any, token: Any) -> Any:
        token = parser.next_token()
        parser.prepend_token(token)
        parser.prepend_token(token)
        return TextNode("")

    tags = {"reverse": reverse, "twice": twice}
    both("a{% reverse %}b{{ c }}d{% twice %}e", tags, {"c": 1})
    both("{% twice %}{{ c }}{% twice %}x{% if c %}{% twice %}{{ c }}{% endif %}", tags, {"c": 1})


def test_constants_are_equal_and_safe_in_every_template() -> None:
    for cls in ENGINES:
        made = cls()
        for _ in range(3):
            source = "{{ '<b>' }}{{ \"<b>\"|upper }}{% firstof x '<b>' %}{{ x|default:'<b>' }}"
            assert made.from_string(source).render(Context()) == "<b>&lt;B&gt;<b><b>"
        assert (
            made.from_string("{{ b }}{{ '<b>' }}").render(Context({"b": "<b>"})) == "&lt;b&gt;<b>"
        )


def test_a_cycle_that_is_shown_again_has_the_token_of_its_last_tag() -> None:
    source = "{% cycle 'a' 'b' as c %}\n{% cycle 'x' 'y' %}\n{% cycle c %}\n{% cycle c %}{% cycle 'x' 'y' %}"
    found = []
    for cls in ENGINES:
        made = cls(debug=True).from_string(source)
        cycles = [one for one in made.nodelist if type(one).__name__ == "CycleNode"]
        found.append([(one.token.contents, one.token.lineno, one.token.position) for one in cycles])
    assert found[0] == found[1]
