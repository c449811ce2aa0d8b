"""The page that compares both engines."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from showcase.comparison import compare_page, showcase_pages

ROUNDS = 3


def engines(request: HttpRequest) -> HttpResponse:
    """Measure the showcase pages now and show the result."""
    results = [compare_page(name, path, ROUNDS) for name, path in showcase_pages().items()]
    return render(request, "showcase/engines.html", {"results": results, "rounds": ROUNDS})
