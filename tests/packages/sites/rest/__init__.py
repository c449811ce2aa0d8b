"""Settings of the site for djangorestframework, with django-filter."""

SETTINGS = {
    "INSTALLED_APPS": ["rest_framework", "django_filters", "sites.shelf"],
    "REST_FRAMEWORK": {
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 5,
        "DEFAULT_FILTER_BACKENDS": [
            "django_filters.rest_framework.DjangoFilterBackend",
            "rest_framework.filters.SearchFilter",
            "rest_framework.filters.OrderingFilter",
        ],
    },
}
