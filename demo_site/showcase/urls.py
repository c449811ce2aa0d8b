"""URL of the comparison."""

from django.urls import path

from showcase import views

app_name = "showcase"
urlpatterns = [
    path("", views.engines, name="engines"),
]
