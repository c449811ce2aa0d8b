"""A tag that tells what it finds of the context, as tags in templates of widgets may."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def layers(context: Any) -> str:
    """The types of the layers, their names, and what else the context says."""
    found = [(type(layer).__name__, sorted(layer)) for layer in context.dicts]
    return f"{found} {context.autoescape} {context.template_name} {context.template.name}"
