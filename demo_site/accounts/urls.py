"""URLs of the profiles."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("<slug:username>/", views.profile_detail, name="profile"),
]
