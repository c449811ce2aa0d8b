"""Settings of the site for packages that draw forms: django-widget-tweaks, django-bootstrap5, django-filter, django-htmx."""

SETTINGS = {
    "INSTALLED_APPS": ["widget_tweaks", "django_bootstrap5", "django_filters", "django_htmx", "sites.shelf"],
    "MIDDLEWARE": ["django_htmx.middleware.HtmxMiddleware"],
}
