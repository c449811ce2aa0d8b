"""TABLE: which of Django's suites are run, with which labels, and how our engine gets into them."""

from __future__ import annotations

from dataclasses import dataclass

#: The names `Engine`, `Template` and `DjangoTemplates` mean our classes all over Django.
REPLACE_CLASSES = "classes"

#: Only the backend named in TEMPLATES is ours, as in a site that changed that line.
REPLACE_BACKEND = "backend"


@dataclass(frozen=True)
class Suite:
    """One verdict: the labels handed to Django's runner and the way our engine is put in place."""

    name: str
    labels: tuple[str, ...]
    mode: str = REPLACE_BACKEND


def _whole(name: str, mode: str = REPLACE_BACKEND) -> Suite:
    return Suite(name, (name,), mode)


#: The language itself: these tests build `Engine(...)` and `Template(...)` by hand.
TEMPLATE_TESTS = _whole("template_tests", REPLACE_CLASSES)

#: Suites of other parts of Django which render templates.
OUTSIDE = (
    _whole("admin_changelist"),
    _whole("admin_checks"),
    _whole("admin_docs"),
    _whole("admin_inlines"),
    _whole("admin_views"),
    _whole("admin_widgets"),
    _whole("auth_tests"),
    # These two build their templates with `Template(...)` only, so no backend is ever asked.
    _whole("check_framework.test_templates"),
    _whole("context_processors"),
    _whole("csrf_tests"),
    _whole("flatpages_tests"),
    _whole("forms_tests"),
    _whole("generic_views"),
    _whole("humanize_tests", REPLACE_CLASSES),
    Suite("i18n", ("i18n.tests", "i18n.patterns", "i18n.test_percents"), REPLACE_CLASSES),
    _whole("messages_tests"),
    _whole("model_forms"),
    _whole("model_formsets"),
    _whole("shortcuts"),
    _whole("sitemaps_tests"),
    _whole("syndication_tests"),
    _whole("template_backends"),
    _whole("template_loader"),
    _whole("test_client"),
    _whole("test_client_regress"),
    _whole("timezones", REPLACE_CLASSES),
    _whole("view_tests"),
)

BY_NAME = {suite.name: suite for suite in (TEMPLATE_TESTS, *OUTSIDE)}
