"""Tags and filters written in Python, as sites write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def money(value: Decimal, currency: str = "EUR") -> str:
    """An amount with its currency."""
    return f"{value:,.2f} {currency}"


@register.filter(is_safe=True)
def initials(value: str) -> str:
    """The first letter of each word."""
    return "".join(word[:1] for word in value.split())


@register.simple_tag
def discount(price: Decimal, percent: int, *, digits: int = 2) -> str:
    """The price less some per cent."""
    return f"{price * (100 - percent) / 100:.{digits}f}"


@register.simple_tag
def badge(text: str, css: str = "info") -> SafeString:
    """A small coloured label."""
    return format_html('<span class="badge badge-{}">{}</span>', css, text)


@register.simple_tag(takes_context=True)
def greeting(context: Context, word: str) -> str:
    """A greeting for whoever the context says is there."""
    return f"{word}, {context['visitor']}!"


@register.inclusion_tag("shop/stars.html")
def stars(count: int, best: int = 5) -> dict[str, Any]:
    """A rating as stars."""
    return {"full": range(count), "empty": range(best - count), "count": count}


class PanelNode(template.Node):
    """A box around what stands between the tags."""

    def __init__(self, title: template.base.FilterExpression, nodelist: NodeList) -> None:
        self.title = title
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """The body, rendered with `panel` in the context, inside a box."""
        title = self.title.resolve(context)
        with context.push(panel=title):
            body = self.nodelist.render(context)
        return format_html("<section><h2>{}</h2>{}</section>", title, body)


@register.tag
def panel(parser: Parser, token: Token) -> PanelNode:
    """`{% panel title %} … {% endpanel %}`."""
    _name, title = token.split_contents()
    nodelist = parser.parse(["endpanel"])
    parser.delete_first_token()
    return PanelNode(parser.compile_filter(title), nodelist)
