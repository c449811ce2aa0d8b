"""Settings of the site for django-tables2."""

SETTINGS = {"INSTALLED_APPS": ["django_tables2", "sites.shelf"]}
