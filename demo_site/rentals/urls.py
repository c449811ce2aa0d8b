"""URLs of the letting agency."""

from django.urls import path

from rentals import views

app_name = "rentals"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("properties/", views.property_list, name="property_list"),
    path("properties/<int:pk>/", views.property_detail, name="property_detail"),
    path("leases/<int:pk>/", views.lease_detail, name="lease_detail"),
]
