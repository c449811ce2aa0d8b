"""The tag `{% csrf_token %}`."""

from __future__ import annotations

import re
import types

import pytest
from django.middleware import csrf
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory

from djust_backend import DjustTemplates
from tests.template.tables import Table, check

TABLE = Table(
    options={"context_processors": ["django.template.context_processors.request"]},
    request=lambda: RequestFactory().get("/?a=1&b=<2>"),
)

SOURCES = r"""
<form>{% csrf_token %}</form>
{% with csrf_token=v %}{% csrf_token %}{% endwith %}
{% autoescape off %}{% csrf_token %}{% with csrf_token=v %}{% csrf_token %}{% endwith %}{% endautoescape %}
{% csrf_token x %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"), TABLE)


TAGS = """
from django.middleware.csrf import get_token
from django.template import Library
from django.utils.html import format_html

register = Library()

@register.simple_tag(takes_context=True)
def asked(context):
    return get_token(context["request"])

@register.simple_tag
def shown(token):
    return format_html("<i>{}</i>{token}", token, token=token)
"""

SECRET = "s" * 32


@pytest.mark.parametrize("source", ["{% asked %}", "{% shown csrf_token %}"])
@pytest.mark.parametrize("cookie", [None, SECRET])
def test_a_tags_function_asks_for_the_token(source: str, cookie: str | None) -> None:
    """Tokens are random: what they hide, and what is left for the answer, is the same."""
    for kind in (DjangoTemplates, DjustTemplates):
        module = types.ModuleType("site_tags")
        exec(TAGS, vars(module))
        processors = ["request", "csrf"]
        names = [f"django.template.context_processors.{name}" for name in processors]
        options = {"context_processors": names, "loaders": []}
        made = kind({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
        made.engine.template_builtins.append(module.register)
        request = RequestFactory().get("/")
        if cookie is not None:
            request.META["CSRF_COOKIE"] = cookie
        page = made.from_string(source).render({}, request)
        tokens = set(re.findall(r"\w{64}", page))
        assert len(tokens) == 1
        assert re.sub(r"\w{64}", "", page) == ("" if "asked" in source else "<i></i>")
        secret = csrf._unmask_cipher_token(tokens.pop())
        assert secret == request.META["CSRF_COOKIE"]
        assert cookie in (None, secret)
        assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True
        with pytest.raises(AttributeError, match="META"):
            made.from_string("{% asked %}").render({"request": object()})
