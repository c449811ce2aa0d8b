"""Settings of the site for django-template-partials."""

SETTINGS = {"INSTALLED_APPS": ["template_partials"]}
