"""TABLE: which of Django's suites are run, with which labels, and how our engine gets into them."""

from __future__ import annotations

from dataclasses import dataclass

#: The names `Engine`, `Template` and `DjangoTemplates` mean our classes all over Django.
REPLACE_CLASSES = "classes"

#: Only the backend named in TEMPLATES is ours, as in a site that changed that line.
REPLACE_BACKEND = "backend"


@dataclass(frozen=True)
class Suite:
    """One verdict: the labels handed to Django's runner and the way our engine is put in place.

    `renders` is False for suites that look at the configuration only.
    """

    name: str
    labels: tuple[str, ...]
    mode: str = REPLACE_BACKEND
    renders: bool = True

    @property
    def packages(self) -> tuple[str, ...]:
        """The prefixes of the names of the suite's modules."""
        return tuple(sorted({label.split(".")[0] + "." for label in self.labels}))


def _backend(name: str, *labels: str, renders: bool = True) -> Suite:
    return Suite(name, labels or (name,), REPLACE_BACKEND, renders)


def _classes(name: str, *labels: str) -> Suite:
    return Suite(name, labels or (name,), REPLACE_CLASSES)


#: The language itself: these tests build `Engine(...)` and `Template(...)` by hand.
TEMPLATE_TESTS = _classes("template_tests")

#: Suites of other parts of Django. Those with replaced classes build their templates by hand
#: mostly; where both ways matter the suite is listed twice.
OUTSIDE = (
    _backend("admin_changelist"),
    _backend("admin_checks", renders=False),
    _backend("admin_docs"),
    _backend("admin_inlines"),
    _backend("admin_views"),
    _backend("admin_widgets"),
    _backend("auth_tests"),
    _backend("check_templates", "check_framework.test_templates", renders=False),
    _backend("context_processors"),
    _classes("csrf_tests"),
    _backend("flatpages_tests"),
    _classes("flatpages_tests_classes", "flatpages_tests"),
    _backend("forms_tests"),
    _classes("forms_tests_classes", "forms_tests"),
    _backend("generic_views"),
    _classes("humanize_tests"),
    _classes("i18n", "i18n.tests", "i18n.patterns", "i18n.test_percents"),
    _backend("messages_tests"),
    _backend("model_forms"),
    _backend("model_formsets"),
    _backend("shortcuts"),
    _backend("sitemaps_tests"),
    _classes("staticfiles_tests"),
    _backend("syndication_tests"),
    _backend("template_backends"),
    _backend("template_loader"),
    _backend("test_client"),
    _classes("test_client_classes", "test_client"),
    _backend("test_client_regress"),
    _classes("test_utils"),
    _classes("timezones"),
    _backend("view_tests"),
    _classes("view_tests_classes", "view_tests"),
)

BY_NAME = {suite.name: suite for suite in (TEMPLATE_TESTS, *OUTSIDE)}
