"""The account pages, built from elements with slots: signed out, with errors, signed in; and a page of elements."""

from typing import Any

from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path


def page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html", {"title": "A & B", "rows": ["<1>", "2"]})


def sign_up(client: Any) -> Any:
    client.logout()
    return client.post("/accounts/signup/", {"username": "new", "email": "n@example.org", "password1": "a", "password2": "b"})


def reset(client: Any) -> Any:
    client.logout()
    mail.outbox = []
    client.post("/accounts/password/reset/", {"email": "a@example.org"})
    return HttpResponse("\n".join(f"{message.subject}\n{message.body}" for message in mail.outbox))


def wrong(client: Any) -> Any:
    client.logout()
    return client.post("/accounts/login/", {"login": "nobody", "password": "x"})


def as_admin(address: str) -> Any:
    def step(client: Any) -> Any:
        from django.contrib.auth.models import User

        client.force_login(User.objects.get(username="admin"), "django.contrib.auth.backends.ModelBackend")
        return client.get(address)

    return address, step


def prepare() -> None:
    from django.contrib.auth.models import User

    User.objects.create_superuser("admin", "a@example.org", "secret")


urlpatterns = [path("accounts/", include("allauth.urls")), path("<slug:name>/", page)]

PAGES = [
    "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/",
    "/accounts/confirm-email/", "/accounts/confirm-email/nokey/", "/accounts/inactive/", "/elements/", "/nested/",
    "/accounts/dummy/login/", "/accounts/3rdparty/login/cancelled/", "/accounts/3rdparty/login/error/",
    ("sign up", sign_up), ("wrong", wrong), ("reset", reset), as_admin("/accounts/email/"), as_admin("/accounts/logout/"),
    as_admin("/accounts/password/change/"), as_admin("/accounts/3rdparty/"), as_admin("/accounts/2fa/"),
    as_admin("/accounts/sessions/"), as_admin("/accounts/reauthenticate/"), as_admin("/accounts/login/"),
]  # fmt: skip
