"""The demo site's addresses, and that of its metrics."""

from django.urls import include, path

urlpatterns = [path("", include("djust_backend.urls")), path("", include("config.urls"))]
