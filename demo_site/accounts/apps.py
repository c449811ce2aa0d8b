"""App configuration of ``accounts``."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their public profiles."""

    name = "accounts"
