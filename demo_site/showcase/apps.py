"""App configuration of ``showcase``."""

from django.apps import AppConfig


class ShowcaseConfig(AppConfig):
    """Demo data, and the comparison of the two template engines."""

    name = "showcase"
