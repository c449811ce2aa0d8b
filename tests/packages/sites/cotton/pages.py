"""Components as HTML tags: attributes, dynamic attributes, slots, vars, nesting, isolation, plain templates."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest, name: str) -> HttpResponse:
    rows = [SimpleNamespace(name=f"row <{n}>", tags=["a", "b&"][: n % 3]) for n in range(5)]
    return render(request, f"{name}.html", {"rows": rows, "title": "A & B", "which": "card"})


urlpatterns = [path("<slug:name>/", page)]

PAGES = ["/index/", "/nested/", "/dynamic/", "/plain/", "/only/", "/tags/", "/verbatim/", "/missing/", "/broken/"]
