"""The app of the zoo, under a name of its own."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "sites.zoo"
    label = "zoo"
    verbose_name = "Zoo & garden"
