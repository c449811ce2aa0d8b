"""Settings of the site for django-components."""

from pathlib import Path

SETTINGS = {
    "INSTALLED_APPS": ["django_components"],
    "OPTIONS": {
        "builtins": ["django_components.templatetags.component_tags"],
        "loaders": [
            (
                "django.template.loaders.cached.Loader",
                [
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                    "django_components.template_loader.Loader",
                ],
            )
        ],
    },
    "BASE_DIR": Path(__file__).parent,
    "COMPONENTS": {"autodiscover": False, "dirs": []},
}
