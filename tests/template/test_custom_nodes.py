"""Compile functions and nodes as projects write them: what they do to parser, context and nodes counts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django import template
from django.template import Context, TemplateSyntaxError
from django.template.backends.django import DjangoTemplates
from django.template.base import Lexer, Node, NodeList, TextNode, Token, TokenType, VariableNode
from django.template.defaulttags import ForNode, IfNode
from django.template.loader_tags import BlockNode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from djust_backend import DjustTemplates
from djust_backend.template import Template as OurTemplate

BACKENDS = (DjangoTemplates, DjustTemplates)
Compile = Callable[[Any, Any], Any]


def engine(
    backend: Any, tags: dict[str, Compile], sources: dict[str, str] | None = None, **options: Any
) -> Any:
    """An engine that knows the tags without loading them."""
    loader = ("django.template.loaders.locmem.Loader", sources or {})
    made = backend(
        {"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [loader], **options}}
    ).engine
    library = template.Library()
    for name, function in tags.items():
        library.tag(name, function)
    made.template_builtins.append(library)
    return made


def both(
    source: str,
    tags: dict[str, Compile],
    values: dict[str, Any] | None = None,
    sources: dict[str, str] | None = None,
) -> Any:
    """Text, or type and message of the exception, on which both engines agree."""
    found: Any = None
    for debug in (False, True):
        results = []
        for backend in BACKENDS:
            context = Context(dict(values or {}))
            try:
                made = engine(backend, tags, sources, debug=debug)
                found = made.from_string(source).render(context)
            except Exception as error:  # noqa: BLE001 - compared
                found = (type(error), str(error), getattr(error, "template_debug", None))
            results.append((found, repr(context.dicts), context.autoescape))
        assert results[0] == results[1]
    return found


class Function(Node):
    """A node that calls a function with the context."""

    def __init__(self, function: Callable[[Any], Any], nodelist: Any = None) -> None:
        self.function = function
        if nodelist is not None:
            self.nodelist = nodelist

    def render(self, context: Any) -> Any:
        return self.function(context)


def body(parser: Any, end: str = "end") -> Any:
    nodelist = parser.parse((end,))
    parser.delete_first_token()
    return nodelist


def wrapping(function: Callable[[Any, Any], Any]) -> Compile:
    """A tag whose node calls `function(nodelist, context)`."""

    def compile_tag(parser: Any, token: Any) -> Node:
        nodelist = body(parser)
        return Function(lambda context: function(nodelist, context), nodelist)

    return compile_tag


BODY = "{% for x in v %}{{ x }}{% cycle 'a' 'b' %}{% if x == 1 %}<{{ w }}>{% endif %}{% endfor %}{{ y }}"
VALUES = {"v": [1, "<2>"], "w": "<w>"}

CONTEXT_GAMES: dict[str, Callable[[Any, Any], Any]] = {
    "new": lambda n, c: n.render(c.new({"y": "<new>"})),
    "copy": lambda n, c: n.render(copy.copy(c)),
    "fresh": lambda n, c: n.render(_bound(Context({"y": 1, "v": [5]}), c)),
    "push": lambda n, c: _with(c.push(y="<y>"), lambda: n.render(c)),
    "update": lambda n, c: _with(c.update({"y": 2}), lambda: n.render(c)),
    "push and leave": lambda n, c: (c.push(y=3), n.render(c))[1],
    "set": lambda n, c: (c.__setitem__("y", "<set>"), n.render(c))[1],
    "set upward": lambda n, c: (c.set_upward("w", "<up>"), n.render(c))[1],
    "delete": lambda n, c: (c.__setitem__("y", 1), c.__delitem__("y"), n.render(c))[2],
    "escape off": lambda n, c: (setattr(c, "autoescape", False), n.render(c))[1],
    "l10n off": lambda n, c: (setattr(c, "use_l10n", False), n.render(c))[1],
    "flatten": lambda n, c: sorted(c.flatten()).__repr__() + n.render(c),
    "dicts": lambda n, c: repr(c.dicts),
    "each": lambda n, c: "".join(node.render_annotated(c) for node in n),
    "render each": lambda n, c: "".join(str(node.render(c)) for node in n),
    "twice": lambda n, c: n.render(c) + n.render(c),
    "pop": lambda n, c: (c.push(y=4), c.pop(), n.render(c))[2],
    "render context": lambda n, c: str(c.render_context.setdefault("seen", 1)) + n.render(c),
    "nothing": lambda n, c: "",
    "types": lambda n, c: repr([type(node).__name__ for node in n]),
    "blocks": lambda n, c: repr([b.name for b in n.get_nodes_by_type(BlockNode)]),
    "variables": lambda n, c: repr(n.get_nodes_by_type(VariableNode)),
    "ifs": lambda n, c: repr(n.get_nodes_by_type(IfNode)),
    "all nodes": lambda n, c: str(len(n.get_nodes_by_type(Node))),
    "tokens": lambda n, c: repr([(node.token.contents, node.token.lineno) for node in n]),
    "no string": lambda n, c: 5,
    "none": lambda n, c: None,
}


def _bound(context: Any, like: Any) -> Any:
    context.template = like.template
    context.render_context = like.render_context
    return context


def _with(manager: Any, work: Callable[[], Any]) -> Any:
    with manager:
        return work()


@pytest.mark.parametrize("game", CONTEXT_GAMES)
@pytest.mark.parametrize(
    "frame",
    [
        "{{% tag %}}{0}{{% end %}}|{{{{ y }}}}{{{{ w }}}}",
        "{{% for q in v %}}{{% tag %}}{0}{{% end %}}{{{{ y }}}}{{% endfor %}}{{{{ y }}}}",
        "{{% autoescape off %}}{{% tag %}}{0}{{% end %}}{{{{ w }}}}{{% endautoescape %}}{{{{ w }}}}",
        "{{% with y='<o>' %}}{{% tag %}}{0}{{% block b %}}{{{{ w }}}}{{% endblock %}}{{% end %}}{{{{ y }}}}{{% endwith %}}",
        "{{% if v %}}{{% tag %}}{{% tag %}}{0}{{% end %}}{{{{ y }}}}{{% end %}}{{% endif %}}{{{{ y }}}}",
        "{{% filter upper %}}{{% tag %}}{0}{{% end %}}{{% endfilter %}}{{% include 'inner' %}}",
    ],
)
def test_what_a_node_does_to_its_context(frame: str, game: str) -> None:
    tags = {"tag": wrapping(CONTEXT_GAMES[game])}
    both(frame.format(BODY), tags, VALUES, {"inner": "[{{ y }}{{ w }}]"})


def _mutate(change: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def render(nodelist: Any, context: Any) -> Any:
        change(nodelist)
        return nodelist.render(context)

    return render


CHANGES: dict[str, Callable[[Any], Any]] = {
    "append": lambda n: n.append(TextNode("added")),
    "insert": lambda n: n.insert(0, TextNode("first")),
    "pop": lambda n: n.pop(),
    "clear": lambda n: n.clear(),
    "reverse": lambda n: n.reverse(),
    "replace": lambda n: n.__setitem__(0, TextNode("instead")),
    "delete": lambda n: n.__delitem__(slice(None, 1)),
    "extend": lambda n: n.extend([TextNode("x"), TextNode("y")]),
    "add": lambda n: n.__iadd__([TextNode("z")]),
    "body of a loop": lambda n: n.get_nodes_by_type(ForNode)[0].nodelist_loop.append(TextNode("+")),
    "other loop body": lambda n: setattr(
        n.get_nodes_by_type(ForNode)[0], "nodelist_loop", NodeList([TextNode("-")])
    ),
    "other sequence": lambda n: setattr(n.get_nodes_by_type(ForNode)[0], "is_reversed", True),
    "text": lambda n: setattr(n.get_nodes_by_type(TextNode)[0], "s", "changed"),
    "expression": lambda n: setattr(
        n.get_nodes_by_type(VariableNode)[-1],
        "filter_expression",
        n.get_nodes_by_type(VariableNode)[0].filter_expression,
    ),
    "filters": lambda n: n.get_nodes_by_type(VariableNode)[0].filter_expression.filters.append(
        (lambda value: f"({value})", [])
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_nodelist_is_rendered_as_it_is_now(change: str) -> None:
    tags = {"tag": wrapping(_mutate(CHANGES[change]))}
    both(
        "{% tag %}" + BODY + " text {{ w }}{% end %}{{ w }}{% for x in v %}{{ x }}{% endfor %}",
        tags,
        VALUES,
    )


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_template_is_rendered_as_it_is_now(change: str) -> None:
    results = []
    for backend in BACKENDS:
        made = engine(backend, {}).from_string(BODY + " text {{ w }}")
        before = made.render(Context(VALUES))
        CHANGES[change](made.nodelist)
        results.append((before, made.render(Context(VALUES)), len(made.nodelist)))
    assert results[0] == results[1]


def _compile_with(work: Callable[[Any, Any], Any]) -> Compile:
    def compile_tag(parser: Any, token: Any) -> Any:
        return TextNode(str(work(parser, token)))

    return compile_tag


def _try_parse(parser: Any, token: Any) -> str:
    try:
        return repr(parser.parse(("end",)))
    except TemplateSyntaxError as error:
        return f"caught {error}"


def _put_back(parser: Any, token: Any) -> str:
    found = parser.next_token()
    parser.prepend_token(Token(TokenType.VAR, "w"))
    parser.prepend_token(Token(TokenType.TEXT, "<prepended>"))
    return found.contents


def _splice(parser: Any, token: Any) -> str:
    added = Lexer("{{ w }}{% if v %}spliced{% endif %}").tokenize()
    parser.tokens.extend(reversed(added))
    return ""


def _drop_all(parser: Any, token: Any) -> str:
    del parser.tokens[:]
    return "dropped"


def _add_tag(parser: Any, token: Any) -> str:
    parser.tags["made"] = lambda parser, token: TextNode("made tag")
    parser.filters["made"] = lambda value: f"made {value}"
    return ""


PARSING: dict[str, Callable[[Any, Any], Any]] = {
    "contents": lambda p, t: (t.contents, t.split_contents(), t.lineno, t.token_type),
    "next": lambda p, t: p.next_token().contents,
    "delete": lambda p, t: p.delete_first_token(),
    "skip": lambda p, t: p.skip_past("end"),
    "put back": _put_back,
    "tokens": lambda p, t: [(x.token_type, x.contents, x.lineno) for x in p.tokens],
    "splice": _splice,
    "drop": _drop_all,
    "try": _try_parse,
    "parse to end": lambda p, t: [type(node).__name__ for node in p.parse(("end",))],
    "compile": lambda p, t: p.compile_filter('w|default:"x y"|upper').resolve(Context({"w": ""})),
    "compile bad": lambda p, t: p.compile_filter("w||x"),
    "compile unknown": lambda p, t: p.compile_filter("w|nope"),
    "filter parts": lambda p, t: [
        (str(e.var), [(f.__name__, a) for f, a, _ in e.filters], e.is_var, str(e), repr(e))
        for e in [
            p.compile_filter("w.a|join:', '"),
            p.compile_filter("'s'|lower"),
            p.compile_filter("5"),
        ]
    ],
    "find filter": lambda p, t: p.find_filter("upper")("x"),
    "add": _add_tag,
    "stack": lambda p, t: [(command, token.contents) for command, token in p.command_stack],
    "origin": lambda p, t: (str(p.origin), sorted(p.libraries), p.extra_data),
    "raise": lambda p, t: 1 / 0,
    "syntax error": lambda p, t: (_ for _ in ()).throw(TemplateSyntaxError("mine")),
    "error at token": lambda p, t: (_ for _ in ()).throw(p.error(t, "at the token")),
    "unclosed": lambda p, t: p.unclosed_block_tag(["a", "b"]),
    "invalid": lambda p, t: p.invalid_block_tag(t, "tag", ["a"]),
    "none": lambda p, t: None,
    "repr": lambda p, t: repr(p).split()[0],
}


@pytest.mark.parametrize("work", PARSING)
@pytest.mark.parametrize(
    "frame",
    [
        "{% tag a 'b c' d=\"e f\" %} text {{ w }}{# c #}\n{% if v %}{% end %}{% endif %}{{ w|made }}{% made %}",
        "{% tag %}{{ w }}{% end %}{{ w }}",
        "{% tag %}",
        "{% if v %}\n{% tag %}{% for x in v %}{{ x }}{% endfor %}{% end %}{% else %}{{ w }}{% endif %}",
        "{% for x in v %}{% tag %}{{ x|bad }}{% end %}{% endfor %}",
        "{% extends 'base' %}{% block b %}{% tag %}{{ w }}{% end %}{% endblock %}",
    ],
)
def test_what_a_compile_function_does_to_the_parser(frame: str, work: str) -> None:
    both(
        frame,
        {"tag": _compile_with(PARSING[work])},
        VALUES,
        {"base": "<{% block b %}{% endblock %}>"},
    )


def test_a_body_of_text_is_rendered_in_any_context() -> None:
    def show(nodelist: Any, context: Any) -> str:
        shown = [nodelist.render(context), nodelist.render(Context()), nodelist.render(None)]
        return repr([(text, type(text)) for text in shown])

    tags = {"t": wrapping(show)}
    for source in ("{% t %} <é> {# c #}&{% end %}", "{% t %}{% end %}", "{% t %}{{% end %}"):
        both(source, tags)
    with pytest.raises(AttributeError):
        engine(DjustTemplates, tags).from_string("{% t %}{{ x }}{% end %}").render(Context())


def test_a_text_that_was_changed_is_rendered_as_it_is_now() -> None:
    def show(nodelist: Any, context: Any) -> str:
        before = nodelist.render(context)
        nodelist[0].s = "other"
        return str(before) + str(nodelist.render(context))

    assert both("{% t %}text{% end %}", {"t": wrapping(show)}).startswith("text")


def test_a_tag_may_return_something_that_is_no_node() -> None:
    for made in ("text", 5, object, None):
        both("{% tag %}{{ w }}", {"tag": lambda parser, token, made=made: made}, VALUES)


def test_a_tag_may_return_a_node_of_another_template() -> None:
    def compile_tag(parser: Any, token: Any) -> Any:
        inner = OurTemplate(
            "{{ w }}{% for x in v %}{{ x }}{% endfor %}", engine=engine(DjustTemplates, {})
        )
        return Function(lambda context: inner.nodelist.render(context))

    both("{% tag %}|{{ w }}", {"tag": compile_tag}, VALUES)


class Counting(Node):
    """Counts its renders in the render context, as `{% cycle %}` does."""

    def render(self, context: Any) -> str:
        seen = context.render_context.get(self, 0) + 1
        context.render_context[self] = seen
        return str(seen)


def test_state_in_the_render_context_belongs_to_a_render() -> None:
    tags = {"count": lambda parser, token: Counting()}
    sources = {"inner": "{% count %}{% cycle 'x' 'y' %}"}
    source = "{% for x in 'abc' %}{% count %}{% include 'inner' %}{% endfor %}{% count %}"
    assert both(source, tags, {}, sources).startswith("1")


class Annotating(Node):
    """Overrides what debug mode calls."""

    def render(self, context: Any) -> str:
        return "render"

    def render_annotated(self, context: Any) -> str:
        return "annotated"


class MustBeFirst(Annotating):
    must_be_first = True


def test_nodes_that_override_more_than_render() -> None:
    both("{% tag %}{{ w }}", {"tag": lambda parser, token: Annotating()}, VALUES)
    both("{{ w }}{% tag %}", {"tag": lambda parser, token: MustBeFirst()}, VALUES)
    both("{% tag %}{{ w }}", {"tag": lambda parser, token: MustBeFirst()}, VALUES)
    both("text{% tag %}{% tag %}", {"tag": lambda parser, token: MustBeFirst()}, VALUES)


@pytest.mark.parametrize(
    "name", ["if", "for", "block", "extends", "include", "with", "url", "load", "comment", "now"]
)
def test_a_tag_of_a_project_replaces_a_built_in_one(name: str) -> None:
    assert both(f"a{{% {name} x %}}b", {name: lambda parser, token: TextNode("mine")}) == "amineb"


class Heard(dict):  # type: ignore[type-arg]
    """A layer that hears what it is asked for."""

    def __init__(self, values: dict[str, Any], heard: list[Any]) -> None:
        super().__init__(values)
        self.heard = heard

    def __contains__(self, name: Any) -> bool:
        self.heard.append(("in", name))
        return super().__contains__(name)

    def __getitem__(self, name: Any) -> Any:
        self.heard.append(("item", name))
        return super().__getitem__(name)


class Doubled(Context):
    """A context that looks names up in a way of its own."""

    def __getitem__(self, key: Any) -> Any:
        return (super().__getitem__(key), "doubled")


class Called:
    """Templates call it."""

    def __call__(self) -> str:
        return "called"

    def __repr__(self) -> str:
        return "Called()"


RESOLVED = [
    '"a <b>"', "'x'", '""', "5", "-1.5", '_("Yes")', "word", "word.1", "safe", "number", "truth",
    "nothing", "float", "missing", "missing.x", "called", "sub", "True", "None", "lazy", "many",
    '"x"|upper', "word|upper", "missing|default:5", "layered", "hidden",
]  # fmt: skip


@pytest.mark.parametrize("text", RESOLVED)
@pytest.mark.parametrize("kind", [Context, Doubled])
def test_expressions_of_a_node_give_what_djangos_give(kind: Any, text: str) -> None:
    def seen(backend: Any) -> list[Any]:
        heard: list[Any] = []

        class Told(Node):
            def __init__(self, expression: Any) -> None:
                self.expression = expression

            def told(self, *arguments: Any, **more: Any) -> None:
                try:
                    value = self.expression.resolve(*arguments, **more)
                    heard.append((type(value).__name__, str(value)))
                except Exception as error:  # noqa: BLE001 - compared
                    heard.append((type(error), str(error)))

            def render(self, context: Any) -> str:
                self.told(context)
                self.told(context, True)
                with context.push(word="inner", layered="inner", hidden=None):
                    self.told(context)
                context.dicts.append(Heard({"layered": "heard", "word": 7}, heard))
                self.told(context, ignore_failures=True)
                context.dicts.pop()
                self.told(Context({"word": "alone"}))
                self.told({"word": "no context"})
                return ""

        def tag(parser: Any, token: Any) -> Node:
            return Told(parser.compile_filter(token.split_contents()[1]))

        made = engine(backend, {"told": tag}, string_if_invalid="[none]")
        source = "{% told " + text + " %}"
        values = {
            "word": "w<", "safe": mark_safe("<i>"), "number": 3, "truth": True, "nothing": None,
            "float": 1.5, "called": Called(), "sub": Cooked("sub"), "lazy": gettext_lazy("Yes"),
            "many": [1], "layered": "outer", "hidden": "outer",
        }  # fmt: skip
        heard.append(made.from_string(source).render(kind(values)))
        return heard

    assert seen(DjustTemplates) == seen(DjangoTemplates)


class Cooked(str):
    """Text that can be called."""

    def __call__(self) -> str:
        return "cooked"
