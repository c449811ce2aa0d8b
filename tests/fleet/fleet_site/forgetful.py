"""Lets a request meet a process as it is after its start, without the start."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from djust_backend.orm import forget_plans

#: The header that asks for it.
HEADER = "X-Forget-Plans"


class ForgetfulMiddleware:
    """Empties the memory of plans before a request that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if HEADER in request.headers:
            forget_plans()
        return self._get_response(request)
