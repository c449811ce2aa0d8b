"""Pages with the toolbar on them, and what its template panel has noted."""

import re
from typing import Any

from debug_toolbar.toolbar import debug_toolbar_urls
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from sites.shelf.data import fill
from sites.shelf.models import Author, Book

prepare = fill


def page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html", {"books": Book.objects.all()[:6], "author": Author.objects.first(), "x": "<x>"})


def panel(name: str, kind: str) -> Any:
    """A visit of a page, then of the panel with its templates and contexts."""

    def step(client: Any) -> Any:
        response = client.get(name)
        found = re.search(r'data-store-id="([^"]+)"|data-request-id="([^"]+)"', response.content.decode())
        if found is None:
            return response
        key = found.group(1) or found.group(2)
        address = f"/__debug__/render_panel/?panel_id={kind}&request_id={key}&store_id={key}"
        return HttpResponse(client.get(address).json()["content"])

    return f"{kind} of {name}", step


def source(client: Any) -> Any:
    """The source of a template, as the panel shows it."""
    from django.core import signing
    from django.template.loader import get_template

    origin = get_template("list.html").origin
    return client.get("/__debug__/template_source/", {
        "template": "list.html", "template_origin": signing.dumps(origin.name),
    })  # fmt: skip


urlpatterns = [*debug_toolbar_urls(), path("<slug:name>/", page)]

PAGES = [
    panel("/list/", "SignalsPanel"), "/list/", "/child/", "/plain/", "/broken/",
    panel("/list/", "TemplatesPanel"),
    panel("/child/", "TemplatesPanel"), panel("/plain/", "SignalsPanel"), ("source", source),
]  # fmt: skip
