"""Settings of the site for django-mptt."""

SETTINGS = {"INSTALLED_APPS": ["mptt", "django.contrib.admin", "sites.mptt.apps.Config"]}
