"""Settings of the site for Django's own admin, over a model zoo."""

SETTINGS = {
    "INSTALLED_APPS": ["django.contrib.admin", "django.contrib.admindocs", "sites.zoo.apps.Config"],
    "LANGUAGE_CODE": "en-us",
    "TIME_ZONE": "Europe/Berlin",
}
