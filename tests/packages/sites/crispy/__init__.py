"""Settings of the site for django-crispy-forms with crispy-bootstrap5."""

SETTINGS = {
    "INSTALLED_APPS": ["crispy_forms", "crispy_bootstrap5", "sites.shelf"],
    "CRISPY_ALLOWED_TEMPLATE_PACKS": "bootstrap5",
    "CRISPY_TEMPLATE_PACK": "bootstrap5",
}
