"""Settings of the site for django-allauth."""

SETTINGS = {
    "INSTALLED_APPS": [
        "django.contrib.sites",
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.dummy",
        "allauth.mfa",
        "allauth.usersessions",
    ],
    "MIDDLEWARE": ["allauth.account.middleware.AccountMiddleware"],
    "AUTHENTICATION_BACKENDS": [
        "django.contrib.auth.backends.ModelBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ],
    "SITE_ID": 1,
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    "ACCOUNT_RATE_LIMITS": False,
}
