"""How Django finds the office."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The office, under a label that no installed application uses."""

    name = "tests.benchmarks.orm.office"
    label = "bench_office"
    default_auto_field = "django.db.models.BigAutoField"
