"""Settings of the site for packages that extend the admin: import-export, guardian, taggit, hijack, thumbnail, unfold."""

SETTINGS = {
    "INSTALLED_APPS": [
        "unfold",
        "unfold.contrib.filters",
        "unfold.contrib.import_export",
        "django.contrib.admin",
        "import_export",
        "guardian",
        "taggit",
        "hijack",
        "sorl.thumbnail",
        "django_extensions",
        "sites.shelf",
    ],
    "MIDDLEWARE": ["hijack.middleware.HijackUserMiddleware"],
    "AUTHENTICATION_BACKENDS": [
        "django.contrib.auth.backends.ModelBackend",
        "guardian.backends.ObjectPermissionBackend",
    ],
    "UNFOLD": {"SITE_TITLE": "Tiny & small", "SIDEBAR": {"show_search": True, "show_all_applications": True}},
    "THUMBNAIL_DUMMY": True,
}
