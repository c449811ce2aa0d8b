"""The shop's addresses; no view is ever called, only reversed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest, **_arguments: object) -> HttpResponse:
    """Stand behind every address."""
    return HttpResponse()


ORDERS = (
    [
        path("", page, name="list"),
        path("<int:year>/<int:month>/", page, name="archive"),
        path("<slug:number>/", page, name="detail"),
    ],
    "orders",
)

urlpatterns = [
    path("", page, name="home"),
    path("about/", page, name="about"),
    path("login/", page, name="login"),
    path("logout/", page, name="logout"),
    path("customers/<int:pk>/", page, name="customer"),
    path("products/", page, name="products"),
    path("products/<slug:slug>/", page, name="product"),
    path("products/<slug:slug>/reviews/<int:page>/", page, name="reviews"),
    path("orders/", include(ORDERS)),
    path("admin/", admin.site.urls),
]
