"""Tags and filters of a site: how they are called, and `format_html` and `mark_safe` inside of them."""

from __future__ import annotations

import builtins
import json
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
from django.core.serializers import json as serializers_json
from django.template import Context, Library
from django.template.backends.django import DjangoTemplates
from django.template.base import Node
from django.utils import html, safestring
from django.utils.functional import lazystr
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from djust_backend import DjustTemplates
from djust_backend.site_functions import helped

BACKENDS = (DjangoTemplates, DjustTemplates)

TAGS = '''
from django.template import Library, Node
from django.template.base import NodeList
from django.utils import html
from django.utils.html import conditional_escape, escape, format_html, json_script
from django.utils.safestring import mark_safe

register = Library()
state = 0

@register.simple_tag
def plain(*args, **kwargs):
    """All that comes in."""
    return format_html("<i>{}|{}</i>", sorted(kwargs.items()), list(args))

@register.simple_tag(takes_context=True)
def within(context, *args, **kwargs):
    context["left"] = len(args)
    return format_html("<i>{} {}</i>", context.get("v"), args and args[-1])

@register.simple_tag
def seven(a, b, c, d, e, f, g, h="h", *, i="i", j="j"):
    return mark_safe("<b>%s</b>" % [a, b, c, d, e, f, g, h, i, j])

@register.simple_tag
def formatted(text, *args):
    return format_html(text, *args)

@register.simple_tag
def named(value):
    return format_html("<i>{a}{}</i>", value, a=value)

@register.simple_tag
def escaped(*args):
    return escape(*args)

@register.simple_tag
def conditionally(*args, **kwargs):
    return conditional_escape(*args, **kwargs)

@register.simple_tag
def scripted(*args, **kwargs):
    return json_script(*args, **kwargs)

@register.simple_tag
def fields(text, *args, **kwargs):
    return format_html(text, *args, **kwargs)

@register.simple_tag
def in_order(text):
    """Whose text is asked for when, and how often."""
    asked = []
    class Asked:
        def __init__(self, name):
            self.name = name
        def __str__(self):
            asked.append(self.name)
            return "<%s%s>" % (self.name, len(asked))
    try:
        made = format_html(text, Asked("1"), Asked("2"), b=Asked("b"), a=Asked("a"))
    except LookupError as error:
        made = repr(error)
    return format_html("{}{}", made, asked)

@register.simple_tag
def marked(value):
    return mark_safe(value)

@register.simple_tag
def counted(value):
    global state
    state += 1
    return format_html("{} {}", state, value)

@register.simple_tag
def inside(values):
    return mark_safe("".join(format_html("<li>{}</li>", value) for value in values))

@register.simple_tag
def by_module(value):
    return html.format_html("<i>{}</i>", value)

@register.simple_tag
def both_ways(value):
    alias = format_html
    return format_html("{}{}", alias is html.format_html, value)

@register.simple_tag
def kept(value, seen=[]):
    seen.append(value)
    return format_html("{}{}", len(seen), value)

@register.simple_tag
def told():
    return "%s %s %s" % (told.__name__, told.__code__.co_names, format_html.__name__)

def outer(word):
    def closure(value):
        return format_html("{}:{}", word, value)
    return closure

register.simple_tag(outer("one"), name="one")
register.simple_tag(outer("two"), name="two")

@register.filter
def shown(value, arg="none"):
    return format_html("<u>{} {}</u>", value, arg)

@register.filter(needs_autoescape=True, is_safe=True)
def aware(value, arg="none", autoescape=True):
    return "%s %s %s" % (value, arg, autoescape)

class Box(Node):
    def __init__(self, title, nodelist):
        self.title, self.nodelist = title, nodelist

    def render(self, context):
        title = self.title.resolve(context)
        with context.push(title=title):
            return format_html("<section>{}{}</section>", title, self.nodelist.render(context))

class Shouting(Box):
    def render(self, context):
        return format_html("{}!", super().render(context))

def box(cls):
    def compile_box(parser, token):
        name, title = token.split_contents()
        nodelist = parser.parse(["end" + name])
        parser.delete_first_token()
        return cls(parser.compile_filter(title), nodelist)
    return compile_box

register.tag("box", box(Box))
register.tag("shout", box(Shouting))
'''


class Html:
    """An object that shows itself."""

    def __html__(self) -> str:
        return "<html>"


class Loud(str):
    """A text that formats itself in another way."""

    def __format__(self, spec: str) -> str:
        return f"loud {super().__format__(spec)}"

    def format(self, *args: Any, **kwargs: Any) -> str:
        return f"mine {args}"


class Failing:
    """An object that cannot be shown."""

    def __str__(self) -> str:
        raise ZeroDivisionError("no text")


VALUES: list[Any] = [
    "<&\"'>", mark_safe("<b>"), lazystr("<lazy>"), None, 1234.5, 7, True, Html(), Loud("<x>"),
    Failing(), [1, "<"], "\ud800", "", b"<", {"a<": [None, 1.5, {"b": mark_safe("</script>")}]}, {1: 2}, gettext_lazy("<Yes>"),
]  # fmt: skip


class Encoder(json.JSONEncoder):
    """A site's way to write JSON."""

    def encode(self, value: Any) -> str:
        return f"site {value}"


SOURCES = """
{% plain %}{% plain v 1 'x' a=v b=w|default:2 %}
{% plain v v v v v v v v v a=v b=v c=v d=v e=v f=v g=v h=v %}
{% seven 1 2 3 4 5 6 7 %}{% seven v 2 3 4 5 6 v 8 i=v %}{% seven 1 2 3 4 5 6 7 j=1 i=2 h=3 %}
{% seven 1 2 3 %}
{% seven 1 2 3 4 5 6 7 8 9 %}
{% seven 1 2 3 4 5 6 7 8 h=1 %}
{% seven 1 2 3 4 5 6 7 nope=1 %}
{% within v 1 2 %}{{ left }}{% with v=1 %}{% within 1 2 3 4 5 6 a=1 %}{{ left }}{% endwith %}{{ left }}
{% formatted '<i>{}</i>' v %}{% formatted 'none' v %}{% formatted '{}{}' v v v %}
{% formatted '{}{}' v %}
{% formatted '{' v %}
{% formatted '{0}{{}}' v %}{% formatted '{!r}' v %}{% formatted '{:>9}' v %}
{% formatted v v %}
{% formatted '{}' %}
{% named v %}{% marked v %}{% marked missing %}
{% counted v %}{% counted v %}{% inside 'ab' %}{% by_module v %}{% both_ways v %}{% one v %}{% two v %}{% told %}
{% kept v %}{% kept v %}
{{ v|shown }}{{ v|shown:v }}{{ v|shown|lower }}{{ v|aware }}{{ v|aware:1 }}
{% autoescape off %}{% plain v %}{% marked v %}{{ v|aware }}{{ v|shown }}{% endautoescape %}
{% plain v as x %}{{ x }}{% marked v as x %}{{ x }}
{% box v %}<{{ title }}>{% endbox %}{{ title }}{% for x in 'ab' %}{% box x %}{{ forloop.counter }}{{ title }}{% endbox %}{% endfor %}
{% escaped v %}
{% escaped %}
{% conditionally v %}{% autoescape off %}{% conditionally v %}{% escaped v %}{% endautoescape %}
{% conditionally text=v %}
{% scripted v %}{% scripted v 'id' %}{% scripted value=v element_id='<' %}{% scripted v '' %}
{% scripted 1 v %}
{% scripted v element_id=None encoder=None %}{% scripted v None None %}
{% scripted %}
{% scripted v value=1 %}
{% scripted v nonce=1 %}
{% fields '<i>{a}{}{b}</i>{a}' v a=v b=1 %}{% fields v v a=v %}{% fields '{a}' 1 v a=v b=v %}
{% fields '{a}{c}' v a=v %}
{% fields '{0}{a}' v a=v %}{% fields '{a!r}' a=v %}{% fields '{a:>9}' a=v %}{% fields '{ä}{a_1}' ä=v a_1=v %}
{% fields '{1a}' v a=v %}
{% fields '{a.real}' a=7 %}{% fields '{a[0]}' a='x' %}
{% fields '{a' a=v %}
{% fields '{}{}' v a=v %}
{% in_order '{}{b}{a}{}{b}' %}{% in_order '{a}' %}{% in_order 'none' %}{% in_order '{}{}{}' %}{% in_order '{c}' %}
{% shout v %}{% box 1 %}{{ v }}{% endbox %}{% endshout %}
""".strip().splitlines()


def site() -> types.ModuleType:
    """The module of a site, anew."""
    made = types.ModuleType("site_tags")
    exec(TAGS, vars(made))
    return made


def run(
    backend: Any, module: Any, source: str, values: dict[str, Any], **options: Any
) -> list[Any]:
    """Text or exception of two renders."""
    options = {"loaders": [], **options}
    made = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
    made.engine.template_builtins.append(module.register)
    found: list[Any] = []
    for _ in range(2):
        try:
            text = made.from_string(source).render(dict(values))
            found.append((text, type(text)))
        except Exception as error:  # noqa: BLE001 - compared
            found.append((type(error), str(error)))
    return found


def same(source: str, values: list[Any] = VALUES, **options: Any) -> list[Any]:
    """What both engines make of each value."""
    results = []
    for backend in BACKENDS:
        module = site()
        results.append([run(backend, module, source, {"v": v}, **options) for v in values])
    assert results[0] == results[1]
    return results[0]


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    same(source)


def test_same_with_invalid_text_and_without_escaping() -> None:
    for source in SOURCES[:3]:
        same(source, string_if_invalid="<%s>", autoescape=False)


def _rebind(name: str, value: Any) -> Callable[[Any], Any]:
    return lambda module: vars(module).update({name: value})


CHANGES: list[Callable[[Any], Any]] = [
    _rebind("format_html", lambda *args, **kwargs: f"<mine {len(args)}>"),
    _rebind("mark_safe", lambda text: f"<marked {text}>"),
    lambda module: vars(module).pop("format_html"),
    lambda module: vars(module).pop("mark_safe"),
    lambda module: setattr(module.plain, "__defaults__", ("d",)),
    lambda module: setattr(module.plain, "__code__", (lambda *a, **k: "other").__code__),
    lambda module: setattr(module.kept, "__defaults__", ([1, 2, 3],)),
    lambda module: setattr(module.seven, "__kwdefaults__", {"i": "I", "j": "J"}),
    lambda module: setattr(module.Box, "render", lambda self, context: "<box>"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_module_is_heard(change: Callable[[Any], Any]) -> None:
    for source in SOURCES:
        results = []
        for backend in BACKENDS:
            module = site()
            found = [run(backend, module, source, {"v": "<"})]
            change(module)
            results.append([*found, run(backend, module, source, {"v": "<"})])
        assert results[0] == results[1]


@pytest.mark.parametrize(
    ("holder", "name", "value"),
    [
        (html, "conditional_escape", lambda text: f"[{text}]"),
        (html, "escape", lambda text: SafeString(f"({text})")),
        (html, "mark_safe", lambda text: SafeString(f"marked {text}")),
        (html, "format_html", lambda *args: f"formatted {len(args)}"),
        (html, "json_script", lambda *args: f"script {len(args)}"),
        (html, "_json_script_escapes", {ord("<"): "less"}),
        (json, "dumps", lambda value, cls: f"{cls.__name__} {value}"),
        (json.JSONEncoder, "encode", lambda self, value: f"encoded {value}"),
        (serializers_json, "DjangoJSONEncoder", Encoder),
        (serializers_json.DjangoJSONEncoder, "encode", lambda self, value: f"encoded {value}"),
        (safestring, "mark_safe", lambda text: SafeString(f"marked {text}")),
    ],
)
def test_a_replaced_function_of_django_is_heard(
    monkeypatch: pytest.MonkeyPatch, holder: Any, name: str, value: Any
) -> None:
    for source in SOURCES[:2] + SOURCES[-28:]:
        before = same(source, VALUES[:6])
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, value)
            same(source, VALUES[:6])
        assert same(source, VALUES[:6]) == before


def test_a_node_that_has_been_given_another_method() -> None:
    results = []
    for backend in BACKENDS:
        module = site()
        made = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": []}})
        made.engine.template_builtins.append(module.register)
        template = made.from_string("{% box v %}x{% endbox %}")
        found = [template.render({"v": "<"})]
        (node,) = template.template.nodelist.get_nodes_by_type(module.Box)
        node.render = lambda context: "mine"
        found.append(template.render({"v": "<"}))
        del node.render
        found.append(template.render({"v": "<"}))
        results.append(found)
    assert results[0] == results[1]


def test_the_sites_own_function_stays_as_it_is() -> None:
    module = site()
    before = module.plain.__code__
    run(DjustTemplates, module, "{% plain v %}", {"v": 1})
    assert module.plain.__code__ is before
    assert "format_html" in before.co_names
    assert module.format_html is html.format_html
    assert not [name for name in vars(module) if "djust" in name]
    # What is found among Python's builtins no code can name.
    assert not [name for name in vars(builtins) if "djust" in name and name.isidentifier()]


def test_what_is_helped() -> None:
    module = site()
    # The generator inside of `inside` is code of its own.
    names = ("plain", "seven", "formatted", "marked", "counted", "kept", "inside")
    # Before, the code does not say what is called.
    says_it = sys.version_info >= (3, 11)
    assert {bool(helped(getattr(module, name))) for name in names} == {says_it}
    # Other uses of the name than a call; another way to the function; nothing to be helped with.
    assert not any(helped(getattr(module, name)) for name in ("told", "both_ways", "by_module"))
    assert helped(len) is None
    assert helped(Library().simple_tag) is None


def test_an_exception_inside_is_the_sites() -> None:
    for backend in BACKENDS:
        module = site()
        made = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": []}})
        made.engine.template_builtins.append(module.register)
        template = made.from_string("{% plain %}{% formatted '{}' v %}")
        with pytest.raises(ZeroDivisionError, match="no text") as caught:
            template.render({"v": Failing()})
        names = [entry.name for entry in caught.traceback]
        assert "formatted" in names


def test_nodes_made_by_hand_render() -> None:
    module = site()
    node: Node = module.Box(types.SimpleNamespace(resolve=lambda context: "<t>"), module.NodeList())
    assert node.render(Context()) == "<section>&lt;t&gt;</section>"
