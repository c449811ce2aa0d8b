"""The addresses that templates under test reverse."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(request: HttpRequest, **parts: object) -> HttpResponse:
    """Answer with an empty page: only the addresses matter here."""
    return HttpResponse()


shelf = ([path("", nothing, name="all"), path("<slug:name>/", nothing, name="one")], "shelf")

urlpatterns = [
    path("", nothing, name="home"),
    path("items/<int:number>/", nothing, name="item"),
    path("items/<int:number>/<str:part>/", nothing, name="part"),
    path("shelf/", include(shelf, namespace="shelf")),
]
