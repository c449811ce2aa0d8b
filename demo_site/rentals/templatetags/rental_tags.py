"""Template tags of the letting agency."""

from decimal import Decimal
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.paginator import Page

register = template.Library()


@register.filter
def money(amount: Decimal) -> str:
    """Return a sum in dollars, without cents when there are none."""
    whole = amount == amount.to_integral_value()
    return f"${intcomma(int(amount) if whole else amount)}"


@register.inclusion_tag("includes/pagination.html")
def pagination(page: Page, query: str = "") -> dict[str, Any]:
    """Show links to the pages around ``page``; they keep the search words."""
    return {
        "page": page,
        "query": query,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "ellipsis": page.paginator.ELLIPSIS,
    }
