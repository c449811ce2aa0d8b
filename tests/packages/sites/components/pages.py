"""Components from files and from strings, slots, fills, nesting, provide and inject, script dependencies."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django_components import Component, register, types


@register("card")
class Card(Component):
    template_file = "card.html"
    css: types.css = ".card { color: red }"
    js: types.js = "console.log('card')"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"title": kwargs.get("title", "none"), "day": date(2024, 2, 29), "items": kwargs.get("items", [])}


@register("badge")
class Badge(Component):
    template: types.django_html = """<b class="badge">{{ text|upper }}{% slot "icon" default %}*{% endslot %}</b>"""

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"text": args[0] if args else kwargs.get("text")}


@register("theme")
class Theme(Component):
    template: types.django_html = """{% provide "theme" colour=name %}<i>{% slot "content" default / %}</i>{% endprovide %}"""

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"name": kwargs["name"]}


@register("themed")
class Themed(Component):
    template: types.django_html = """<u>{{ theme.colour }} {{ outer }}</u>"""

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"theme": self.inject("theme")}


class Whole(Component):
    template_file = "whole.html"

    class View:
        def get(self, request: HttpRequest) -> HttpResponse:
            return Whole.render_to_response(request=request, kwargs={"n": 3})

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        return {"n": kwargs["n"]}


def page(request: HttpRequest, name: str) -> HttpResponse:
    rows = [SimpleNamespace(name=f"row <{n}>", price=n * 1.5) for n in range(4)]
    return render(request, f"{name}.html", {"rows": rows, "user_name": "A & B", "which": "badge"})


urlpatterns = [
    path("whole/", Whole.as_view()),
    path("components/", include("django_components.urls")),
    path("<slug:name>/", page),
]

PAGES = ["/index/", "/nested/", "/child/", "/plain/", "/dynamic/", "/include/", "/missing/", "/broken/", "/whole/"]
