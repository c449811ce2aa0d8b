"""`recursetree`, `full_tree_for_model`, `drilldown_tree_for_node`, `tree_info` and the admin of a tree."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from mptt.admin import DraggableMPTTAdmin, MPTTModelAdmin, TreeRelatedFieldListFilter
from mptt.forms import TreeNodeChoiceField

from .models import Genre

LOGIN = True


class Plain(admin.AdminSite):
    name = "plain"


class Drawn(DraggableMPTTAdmin):
    list_filter = [("parent", TreeRelatedFieldListFilter)]


admin.site.register(Genre, Drawn)
plain = Plain()
plain.register(Genre, MPTTModelAdmin)


def prepare() -> None:
    for a in ("Rock & roll", "Jazz", "<Folk>"):
        top = Genre.objects.create(name=a)
        for b in "xyz":
            child = Genre.objects.create(name=f"{a} {b}", parent=top)
            if b != "y":
                Genre.objects.create(name=f"{a} {b} leaf", parent=child)


def page(request: HttpRequest, name: str) -> HttpResponse:
    genres = Genre.objects.all()
    field = TreeNodeChoiceField(queryset=genres)
    context = {"genres": genres, "node": Genre.objects.get(name="Jazz"), "field": field.widget.render("g", None)}
    return render(request, f"{name}.html", context)


urlpatterns = [path("admin/", admin.site.urls), path("plain/", plain.urls), path("<slug:name>/", page)]

PAGES = [
    "/recurse/", "/cached/", "/full/", "/drill/", "/info/", "/breadcrumb/", "/broken/",
    "/admin/forest/genre/", "/admin/forest/genre/add/", "/admin/forest/genre/1/change/", "/plain/forest/genre/",
    "/plain/forest/genre/1/delete/",
]  # fmt: skip
