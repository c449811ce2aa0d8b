"""URLs of the demo site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("rentals.urls")),
    path("blog/", include("blog.urls")),
    path("people/", include("accounts.urls")),
    path("engines/", include("showcase.urls")),
    path("admin/", admin.site.urls),
]
