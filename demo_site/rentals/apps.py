"""App configuration of ``rentals``."""

from django.apps import AppConfig


class RentalsConfig(AppConfig):
    """A letting agency: properties, tenants, leases and maintenance."""

    name = "rentals"
