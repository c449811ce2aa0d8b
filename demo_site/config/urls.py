"""URLs of the demo site."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("rentals.urls")),
    path("blog/", include("blog.urls")),
    path("people/", include("accounts.urls")),
    path("engines/", include("showcase.urls")),
    path("admin/", admin.site.urls),
    # Browsers ask for it on pages that name no icon of their own, such as the admin's.
    path("favicon.ico", RedirectView.as_view(url=static("mark.svg"))),
]
