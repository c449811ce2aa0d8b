"""Tags that are registered when the site starts: inline and block components, props, attrs, var, fragment, match."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest, name: str) -> HttpResponse:
    rows = [SimpleNamespace(name=f"row <{n}>", kind="ab"[n % 2]) for n in range(5)]
    return render(request, f"{name}.html", {"rows": rows, "title": "A & B"})


urlpatterns = [path("<slug:name>/", page)]

PAGES = ["/index/", "/child/", "/nested/", "/fragment/", "/var/", "/match/", "/props/", "/unknown/", "/broken/"]
