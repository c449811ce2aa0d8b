"""A library of tags and filters as projects write them, rough ones included; random templates use it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import TemplateSyntaxError
from django.utils.safestring import mark_safe

from tests.laws.observed import described

register = template.Library()


@register.simple_tag
def echo(*args: Any, **kwargs: Any) -> str:
    return f"<echo {args!r} {sorted(kwargs.items())!r}>"


@register.simple_tag(takes_context=True)
def look(context: Any, name: str = "v") -> str:
    return f"{name}={context.get(name, 'nothing')}"


@register.simple_tag(takes_context=True)
def store(context: Any, name: Any, value: Any = "stored") -> str:
    context[name] = value
    return ""


@register.simple_tag(takes_context=True)
def push_and_forget(context: Any, value: Any = 1) -> str:
    context.push(v=value)
    return ""


@register.simple_tag
def no_string(value: Any = None) -> Any:
    return value


@register.simple_tag(takes_context=True)
def peek(context: Any) -> str:
    """Show all that Python code can see of the render."""
    return mark_safe(
        described(
            {
                "dicts": list(context.dicts),
                "flags": (context.autoescape, context.use_l10n, context.use_tz),
                "names": (context.template_name, context.template.name),
                "frames": len(context.render_context.dicts),
                "inner": context.render_context.template.name,
            }
        )
    )


@register.simple_tag
def broken() -> str:
    raise ValueError("<broken tag>")


@register.inclusion_tag("included.html")
def show(value: Any = "nothing", *more: Any) -> dict[str, Any]:
    return {"v": value, "more": more}


@register.inclusion_tag("included.html", takes_context=True)
def show_all(context: Any, value: Any = 1) -> Any:
    context["shown"] = value
    return context


@register.inclusion_tag("included.html", takes_context=True)
def show_some(context: Any, **more: Any) -> dict[str, Any]:
    return {"v": context.get("v"), **more}


class WrapNode(template.Node):
    def __init__(self, nodelist: Any, mode: str, expression: Any) -> None:
        self.nodelist = nodelist
        self.mode = mode
        self.expression = expression

    def render(self, context: Any) -> str:
        body = self.nodelist
        if self.mode == "new":
            return body.render(context.new({"v": "in new"}))
        if self.mode == "copy":
            return body.render(context.__copy__())
        if self.mode == "twice":
            return body.render(context) + "|" + body.render(context)
        if self.mode == "push":
            with context.push(v=self.expression.resolve(context)):
                return body.render(context)
        if self.mode == "update":
            context.update({"v": "updated"})
            return body.render(context)
        if self.mode == "escape":
            old, context.autoescape = context.autoescape, not context.autoescape
            text = body.render(context)
            context.autoescape = old
            return text
        if self.mode == "flags":
            context.use_l10n = False
            context.use_tz = False
            return body.render(context)
        if self.mode == "state":
            seen = context.render_context.setdefault(self, [0])
            seen[0] += 1
            return f"{seen[0]}:{body.render(context)}"
        if self.mode == "each":
            return "".join(node.render_annotated(context) for node in body)
        if self.mode == "catch":
            try:
                return body.render(context)
            except Exception as error:  # noqa: BLE001 - the page shows it
                return f"caught {type(error).__name__}"
        return str(self.expression.resolve(context, ignore_failures=True))


@register.tag
def wrap(parser: Any, token: Any) -> WrapNode:
    """`{% wrap mode expression %}…{% endwrap %}`"""
    bits = token.split_contents()
    if len(bits) != 3:
        raise TemplateSyntaxError(f"{bits[0]} takes a mode and a value")
    expression = parser.compile_filter(bits[2])
    nodelist = parser.parse(("endwrap",))
    parser.delete_first_token()
    return WrapNode(nodelist, bits[1], expression)


class BranchNode(template.Node):
    child_nodelists = ("first", "second")

    def __init__(self, first: Any, second: Any) -> None:
        self.first, self.second = first, second

    def render(self, context: Any) -> str:
        return self.second.render(context) + self.first.render(context)


@register.tag
def swap(parser: Any, token: Any) -> BranchNode:
    """`{% swap %}…{% with_ %}…{% endswap %}`: renders the second part first."""
    first = parser.parse(("with_", "endswap"))
    second = template.NodeList()
    if parser.next_token().contents == "with_":
        second = parser.parse(("endswap",))
        parser.delete_first_token()
    return BranchNode(first, second)


@register.tag
def raw(parser: Any, token: Any) -> Any:
    """`{% raw %}…{% endraw %}`: shows the tokens."""
    shown = []
    while True:
        found = parser.next_token()
        if found.contents == "endraw":
            return template.base.TextNode(" ".join(shown))
        shown.append(f"[{found.token_type.name} {found.contents}]")


@register.tag
def nothing(parser: Any, token: Any) -> Any:
    """`{% nothing %}…{% endnothing %}`: skips."""
    parser.skip_past("endnothing")
    return template.base.TextNode("")


@register.filter
def shout(value: Any) -> str:
    return f"{value}!<"


@register.filter(is_safe=True)
def kept(value: Any, arg: Any = "x") -> str:
    return f"{value}{arg}"


@register.filter(needs_autoescape=True)
def told(value: Any, autoescape: bool = True) -> str:
    return f"{value} {autoescape}"


@register.filter(expects_localtime=True)
def local(value: Any) -> str:
    return repr(value)


@register.filter
def fails(value: Any) -> Any:
    raise KeyError("<filter>")
