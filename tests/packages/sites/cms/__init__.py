"""Settings of the site for django-cms, with django-sekizai and django-classy-tags."""

SETTINGS = {
    "INSTALLED_APPS": [
        "django.contrib.sites",
        "django.contrib.admin",
        "cms",
        "menus",
        "treebeard",
        "sekizai",
        "classytags",
        "sites.cms.apps.Config",
    ],
    "MIDDLEWARE": [
        "django.middleware.locale.LocaleMiddleware",
        "cms.middleware.user.CurrentUserMiddleware",
        "cms.middleware.page.CurrentPageMiddleware",
        "cms.middleware.toolbar.ToolbarMiddleware",
        "cms.middleware.language.LanguageCookieMiddleware",
    ],
    "SITE_ID": 1,
    "CMS_CONFIRM_VERSION4": True,
    "LANGUAGES": [("en", "English"), ("de", "Deutsch")],
    "LANGUAGE_CODE": "en",
    "CMS_TEMPLATES": [("page.html", "Page"), ("two.html", "Two")],
    "X_FRAME_OPTIONS": "SAMEORIGIN",
    "OPTIONS": {
        "context_processors": [
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "django.template.context_processors.i18n",
            "django.template.context_processors.request",
            "django.template.context_processors.csrf",
            "sekizai.context_processors.sekizai",
            "django.template.context_processors.static",
            "cms.context_processors.cms_settings",
        ]
    },
}


def later(context: object, data: str, namespace: str) -> str:
    return f"<!-- {namespace} -->{data}"
