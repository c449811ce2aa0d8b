"""Partials inside a template, by themselves, inline, in a loop, in a child template, and ones that do not exist."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest, name: str, partial: str = "") -> HttpResponse:
    rows = [SimpleNamespace(name=f"row <{n}>", kind="ab"[n % 2]) for n in range(5)]
    template = f"{name}.html#{partial}" if partial else f"{name}.html"
    return render(request, template, {"rows": rows, "title": "A & B"})


urlpatterns = [path("<slug:name>/", page), path("<slug:name>/<slug:partial>/", page)]

PAGES = [
    "/index/", "/index/row/", "/index/side/", "/index/nobody/", "/child/", "/child/row/", "/child/own/",
    "/include/", "/undefined/", "/unclosed/", "/plain/", "/plain/row/", "/error/bad/",
]  # fmt: skip
