"""Settings of the site for django-cotton."""

SETTINGS = {"INSTALLED_APPS": ["django_cotton"]}
