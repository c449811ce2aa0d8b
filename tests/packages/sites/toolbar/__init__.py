"""Settings of the site for django-debug-toolbar."""

SETTINGS = {
    "INSTALLED_APPS": ["debug_toolbar", "sites.shelf"],
    "MIDDLEWARE": ["debug_toolbar.middleware.DebugToolbarMiddleware"],
    "DEBUG": True,
    "INTERNAL_IPS": ["127.0.0.1"],
    "DEBUG_TOOLBAR_CONFIG": {"RENDER_PANELS": False, "SHOW_TOOLBAR_CALLBACK": "sites.toolbar.always", "IS_RUNNING_TESTS": False},
    "DEBUG_TOOLBAR_PANELS": [
        "debug_toolbar.panels.versions.VersionsPanel",
        "debug_toolbar.panels.headers.HeadersPanel",
        "debug_toolbar.panels.request.RequestPanel",
        "debug_toolbar.panels.staticfiles.StaticFilesPanel",
        "debug_toolbar.panels.templates.TemplatesPanel",
        "debug_toolbar.panels.signals.SignalsPanel",
    ],
}


def always(request: object) -> bool:
    return True
