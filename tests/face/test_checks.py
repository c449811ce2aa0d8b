"""The system checks of the backend: Django's own, and whether `engines["django"]` can be found."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import checks
from django.test import override_settings

from djust_backend import checks as ours
from djust_backend.checks import ID_METRICS, ID_NAME, ID_REDIS

STOCK = "django.template.backends.django.DjangoTemplates"
OURS = "djust_backend.DjustTemplates"
OURS_AS_DJANGO = "djust_backend.django.DjustTemplates"


def run(*templates: dict[str, Any]) -> list[checks.CheckMessage]:
    """What `manage.py check --tag templates` finds for this TEMPLATES setting."""
    with override_settings(TEMPLATES=list(templates)):
        return checks.run_checks(tags=[checks.Tags.templates])


@pytest.mark.parametrize(
    "entry",
    [
        {"BACKEND": OURS},
        {"BACKEND": OURS, "NAME": "djust_backend"},
        {"BACKEND": OURS_AS_DJANGO, "NAME": "djust_backend"},
    ],
)
def test_a_name_under_which_nobody_looks_is_a_warning(entry: dict[str, Any]) -> None:
    (message,) = run(entry)
    assert (message.id, message.level) == (ID_NAME, checks.WARNING)
    assert "'NAME': 'django'" in (message.hint or "")


@pytest.mark.parametrize(
    "entry",
    [
        {"BACKEND": OURS, "NAME": "django"},
        {"BACKEND": OURS_AS_DJANGO},
        {"BACKEND": OURS, "NAME": "chosen by the site"},
    ],
)
def test_a_name_that_is_found_or_was_chosen_is_none(entry: dict[str, Any]) -> None:
    assert run(entry) == []


@pytest.mark.parametrize("other", [{"BACKEND": STOCK}, {"BACKEND": OURS_AS_DJANGO}])
def test_another_engine_named_django_is_enough(other: dict[str, Any]) -> None:
    assert run({"BACKEND": OURS}, other) == []
    assert run(other, {"BACKEND": OURS}) == []


def test_another_engine_of_another_name_is_not() -> None:
    jinja = {"BACKEND": "django.template.backends.dummy.TemplateStrings"}
    assert [message.id for message in run({"BACKEND": OURS}, jinja)] == [ID_NAME]


def test_the_warning_can_be_silenced() -> None:
    with override_settings(SILENCED_SYSTEM_CHECKS=[ID_NAME]):
        (message,) = run({"BACKEND": OURS})
        assert message.is_silenced()


@pytest.mark.parametrize(
    "options",
    [
        {"string_if_invalid": 1},
        {"libraries": {"tz": "django.templatetags.l10n"}},
        {"string_if_invalid": None, "libraries": {"static": "django.templatetags.i18n"}},
    ],
)
def test_what_django_finds_we_find(options: dict[str, Any]) -> None:
    stock, ours = (
        [(message.id, message.level, message.msg, message.hint) for message in run(entry)]
        for entry in (
            {"BACKEND": STOCK, "OPTIONS": options},
            {"BACKEND": OURS_AS_DJANGO, "OPTIONS": options},
        )
    )
    assert ours == stock
    assert stock != []


def test_a_message_names_the_backend_it_is_about() -> None:
    (message,) = run({"BACKEND": OURS_AS_DJANGO, "OPTIONS": {"string_if_invalid": 1}})
    assert (message.id, message.obj.name) == ("templates.E002", "django")


def found(config: dict[str, Any]) -> list[checks.CheckMessage]:
    """What the checks say about these settings."""
    with override_settings(DJUST_CONFIG=config):
        return checks.run_checks(tags=[checks.Tags.templates])


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("redis://localhost:port/0", "Port could not be cast"),
        ("redis://localhost:6379/0?no_such_option=1", "no_such_option"),
        ("redis+sentinel://localhost:26379", "no service is named"),
    ],
)
def test_an_address_of_no_redis_is_an_error(url: str, text: str) -> None:
    (message,) = found({"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": url})
    assert (message.id, message.level) == (ID_REDIS, checks.ERROR)
    assert text in message.msg
    assert "redis://host:6379/0" in (message.hint or "")
    # Whoever keeps plans elsewhere is not told.
    assert not found({"JIT_CACHE_BACKEND": "memory", "JIT_REDIS_URL": url})


def test_a_redis_that_is_down_is_no_error_of_the_settings() -> None:
    assert not found({"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": "redis://127.0.0.1:1/0"})


@pytest.mark.parametrize(
    ("config", "expected", "extra"),
    [
        ({"JIT_CACHE_BACKEND": "redis"}, ID_REDIS, "djust_backend[redis]"),
        ({"JIT_METRICS": True}, ID_METRICS, "djust_backend[metrics]"),
    ],
)
def test_a_package_that_is_missing_is_an_error_with_what_to_install(
    config: dict[str, Any], expected: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "find_spec", lambda name: None)
    (message,) = found(config)
    assert message.id == expected
    assert extra in (message.hint or "")
