"""The app of the tree model; its label must not be that of the package."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "sites.mptt"
    label = "forest"
