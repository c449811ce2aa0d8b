"""The address that Prometheus scrapes: `path("", include("djust_backend.urls"))`."""

from __future__ import annotations

from django.urls import path

from . import metrics

app_name = "djust_backend"

urlpatterns = [path("metrics", metrics.view, name="metrics")]
