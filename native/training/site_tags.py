"""Tags and filters as sites write them, of every kind that Django's library registers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.defaultfilters import stringfilter
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def rent(amount: Decimal, per: str = "month") -> str:
    """A sum and what it is paid for."""
    return f"{amount:.2f} a {per}"


@register.filter(is_safe=True)
@stringfilter
def shout(text: str) -> str:
    """A text for a heading."""
    return text.upper()


@register.filter(needs_autoescape=True)
def strong(text: str, autoescape: bool = True) -> SafeString:
    """A text in bold type."""
    inner = conditional_escape(text) if autoescape else text
    return mark_safe(f"<strong>{inner}</strong>")


@register.filter
def item(mapping: dict[str, Any], key: str) -> object:
    """A value of a dictionary, which templates cannot reach by a variable key."""
    return mapping.get(key)


@register.simple_tag
def way(kilometres: float, speed: int = 5, *, unit: str = "min") -> str:
    """How long one walks."""
    return f"{kilometres * 60 / speed:.0f} {unit}"


@register.simple_tag
def label(text: str, tone: str = "plain") -> SafeString:
    """A text in a coloured box."""
    return format_html('<span class="{}">{}</span>', tone, text)


@register.simple_tag(takes_context=True)
def greeting(context: Context, name: str) -> str:
    """A greeting under the title of the page."""
    return f"{context['title']}: {name}"


@register.simple_block_tag
def framed(content: str, tone: str = "plain") -> SafeString:
    """What stands between the tags, in a frame."""
    return format_html('<div class="{}">{}</div>', tone, content)


@register.inclusion_tag("_tags.html")
def tag_list(tags: list[str]) -> dict[str, Any]:
    """The tags of a room."""
    return {"tags": tags, "count": len(tags)}


class FoldedNode(template.Node):
    """A body under a summary that the visitor unfolds."""

    def __init__(self, summary: FilterExpression, nodelist: NodeList) -> None:
        self.summary = summary
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """The body, which can read `summary`."""
        summary = self.summary.resolve(context)
        with context.push(summary=summary):
            body = self.nodelist.render(context)
        return format_html("<details><summary>{}</summary>{}</details>", summary, body)


@register.tag
def folded(parser: Parser, token: Token) -> FoldedNode:
    """`{% folded summary %} … {% endfolded %}`."""
    _name, summary = token.split_contents()
    nodelist = parser.parse(["endfolded"])
    parser.delete_first_token()
    return FoldedNode(parser.compile_filter(summary), nodelist)
