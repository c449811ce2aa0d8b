"""The app of the page models; its label must not be that of a package."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "sites.wagtail"
    label = "home"
