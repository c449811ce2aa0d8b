"""The keys of DJUST_CONFIG: defaults, and what is told of those that there are not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.test import override_settings

from djust_backend import conf
from djust_backend.checks import ID_SETTINGS


def found(config: Any) -> list[checks.CheckMessage]:
    """What the system checks say about this DJUST_CONFIG."""
    with override_settings(DJUST_CONFIG=config):
        messages = checks.run_checks(tags=[checks.Tags.templates])
    return [message for message in messages if message.id == ID_SETTINGS]


def test_keys_have_defaults() -> None:
    assert conf.get("JIT_HIDDEN_RELATIONS") is True
    with override_settings(DJUST_CONFIG={"JIT_HIDDEN_RELATIONS": False}):
        assert conf.get("JIT_HIDDEN_RELATIONS") is False
        assert conf.get("JIT_ROW_MODE") is True
    with pytest.raises(KeyError):
        conf.get("JIT_NOTHING")


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"JIT_ROW_MODE": False},
        {"JIT_SERIALIZATION": False, "JIT_CACHE_BACKEND": "redis"},
        {"JIT_CACHE_DIR": "plans", "JIT_CACHE_BACKEND": "filesystem"},
        {"JIT_CACHE_DIR": Path("plans")},
        {"JIT_REDIS_URL": "unix:///run/redis.sock?db=1", "JIT_REDIS_POOL_SIZE": 50},
        {"JIT_REDIS_URL": "redis+sentinel://one:26379,two:26379/plans/0"},
        {"JIT_REDIS_URL": "rediss+cluster://one:6379"},
        {"JIT_CACHE_URL": "https://cdn.example.com/jit-cache/"},
    ],
)
def test_known_keys_are_fine(config: dict[str, Any]) -> None:
    assert not found(config)


@pytest.mark.parametrize(
    ("config", "text", "hint"),
    [
        ({"JIT_ROW_MOD": True}, "unknown key 'JIT_ROW_MOD'", "'JIT_ROW_MODE'"),
        ({"JIT_HIDDEN": True}, "unknown key 'JIT_HIDDEN'", "'JIT_HIDDEN_RELATIONS'"),
        ({"JIT_ROW_MODE": "no"}, "is 'no', not a bool", "Write a bool"),
        ({"JIT_CACHE_BACKEND": "memcached"}, "is 'memcached'", "'memory', 'filesystem', 'redis'"),
        ({"JIT_CACHE_BACKEND": True}, "is True, not a str", "Write a str"),
        ({"JIT_CACHE_DIR": 7}, "is 7, not a str or Path", "Write a str or Path"),
        ({"JIT_REDIS_URL": "localhost:6379"}, "not an address", "redis:// or rediss:// or unix://"),
        ({"JIT_REDIS_POOL_SIZE": 0}, "is 0", "at least 1"),
        ({"JIT_REDIS_POOL_SIZE": True}, "is True, not an int", "Write an int"),
        ({"JIT_CACHE_URL": "ftp://cdn.example.com/"}, "ftp://", "https://"),
        ({"JIT_CACHE_URL": "http://["}, "http://[", "https://"),
        ({"JIT_CACHE_DIR": "a\0b"}, "not the path of a folder", "path of a folder"),
        (None, "not a dictionary", "DJUST_CONFIG = {"),
        (["JIT_ROW_MODE"], "not a dictionary", "DJUST_CONFIG = {"),
    ],
)
def test_mistakes_are_errors(config: Any, text: str, hint: str) -> None:
    (message,) = found(config)
    assert message.level == checks.ERROR
    assert text in message.msg
    assert hint in (message.hint or "")


def test_a_password_is_for_no_log() -> None:
    (message,) = found({"JIT_REDIS_URL": "redos://user:secret@host:6379/0"})
    assert "secret" not in f"{message.msg}{message.hint}"
    assert "host:6379" in message.msg


@pytest.mark.parametrize("value", ["no", None, 1, []])
def test_a_value_of_a_wrong_type_counts_as_the_default(value: Any) -> None:
    with override_settings(DJUST_CONFIG={"JIT_ROW_MODE": value}):
        assert conf.get("JIT_ROW_MODE") is True
    with override_settings(DJUST_CONFIG=value):
        assert conf.get("JIT_ROW_MODE") is True


def test_a_process_that_starts_with_no_dictionary_is_told_so() -> None:
    program = (
        "import django\n"
        "from django.conf import settings\n"
        "settings.configure(DJUST_CONFIG=['x'], SECRET_KEY='x',"
        " TEMPLATES=[{'BACKEND': 'djust_backend.django.DjustTemplates'}])\n"
        "django.setup()\n"
        "from django.core import checks\n"
        "print([message.id for message in checks.run_checks()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"['{ID_SETTINGS}']\n", done.stderr


def test_the_document_lists_the_keys_that_there_are() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \|", text, re.MULTILINE)
    assert rows == [(name, repr(default)) for name, default in conf.DEFAULTS.items()]
