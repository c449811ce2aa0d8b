"""The app of the plugin; its label must not be that of the package."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "sites.cms"
    label = "plugins"
