"""How Django finds the shop."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """The shop, under a label that no installed application uses."""

    name = "tests.benchmarks.engine.shop"
    label = "bench_shop"
    default_auto_field = "django.db.models.BigAutoField"
