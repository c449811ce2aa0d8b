"""App configuration of ``blog``."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """A blog: posts, tags and comments."""

    name = "blog"
