"""Settings of the site for Wagtail."""

SETTINGS = {
    "INSTALLED_APPS": [
        "django.contrib.admin",
        "wagtail.contrib.forms",
        "wagtail.contrib.redirects",
        "wagtail.contrib.settings",
        "wagtail.embeds",
        "wagtail.sites",
        "wagtail.users",
        "wagtail.snippets",
        "wagtail.documents",
        "wagtail.images",
        "wagtail.search",
        "wagtail.admin",
        "wagtail",
        "modelcluster",
        "taggit",
        "sites.wagtail.apps.Config",
    ],
    "MIDDLEWARE": ["wagtail.contrib.redirects.middleware.RedirectMiddleware"],
    "WAGTAIL_SITE_NAME": "Tiny",
    "WAGTAILADMIN_BASE_URL": "http://testserver",
    "WAGTAIL_ENABLE_UPDATE_CHECK": False,
}
