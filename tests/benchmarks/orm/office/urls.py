"""The one address that a model of the office names."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def post(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Nobody asks for it; `reverse` needs something to point at."""
    return HttpResponse(f"{slug} {pk}")


urlpatterns = [path("blog/<slug:slug>/<int:pk>/", post, name="post")]
