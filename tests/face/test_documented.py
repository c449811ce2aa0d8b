"""The tables of the documents and the code: commands, options, metrics, faults; each has both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import load_command_class
from django.core.management.base import BaseCommand
from django.test import override_settings

from djust_backend import metrics
from tests.lint import documents

ROOT = Path(__file__).parents[2]
COMMANDS = {
    path.stem
    for path in (ROOT / "djust_backend" / "management" / "commands").glob("*.py")
    if path.stem != "__init__"
}


def document(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of all rows of tables whose first cell is a name in code."""
    lines = re.findall(r"^\| (`[^|]*) \|(.*)\|$", text, re.MULTILINE)
    return [[first.strip("`"), *map(str.strip, rest.split("|"))] for first, rest in lines]


def options(command: str) -> set[str]:
    """The options that a command adds to Django's own."""
    found = (
        {option for action in made._actions for option in action.option_strings}
        for made in (
            load_command_class("djust_backend", command).create_parser("manage.py", command),
            BaseCommand().create_parser("manage.py", command),
        )
    )
    own, django = found
    return own - django


def test_the_document_lists_the_commands_that_there_are() -> None:
    listed = [row[0] for row in rows(document("fleet")) if row[0].endswith(("_cache", "_template"))]
    assert sorted(listed) == sorted(COMMANDS)


def test_the_document_lists_the_options_of_each_command() -> None:
    listed: dict[str, set[str]] = {command: set() for command in COMMANDS}
    for option, commands, _ in (row for row in rows(document("fleet")) if row[0].startswith("--")):
        for command in re.findall(r"`(\w+)`", commands):
            listed[command].add(option)
    assert listed == {command: options(command) for command in COMMANDS}


def test_the_document_lists_the_metrics_that_there_are() -> None:
    listed = {
        row[0]: tuple(re.findall(r"`(\w+)`", row[1]))
        for row in rows(document("watching"))
        if row[0].startswith("djust_")
    }
    with override_settings(DJUST_CONFIG={"JIT_METRICS": True, "JIT_CACHE_BACKEND": "memory"}):
        made = [part for part in vars(metrics._metrics()).values() if hasattr(part, "describe")]
    have = {}
    for collector in made:
        (family,) = collector.describe()
        ending = "_total" if family.type == "counter" else ""
        have[family.name + ending] = collector._labelnames
    assert listed == have


def test_every_fault_has_tests_that_there_are() -> None:
    text = document("reliability")
    faults = [line for line in text.splitlines() if re.match(r"\| (?!fault |---)", line)]
    assert len(faults) > 30
    assert [line for line in faults if not documents.TEST.search(line)] == []
    path = ROOT / "docs" / "reliability.md"
    assert list(documents.check(path, documents.known_sessions())) == []


def test_a_test_that_there_is_not_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "docs" / "reliability.md"
    sessions, original = documents.known_sessions(), Path.read_text

    def changed(self: Path, encoding: str) -> str:
        return original(self, encoding).replace(
            "`tests/cache/test_redis.py::test_a_flush", "`a.py::b"
        )

    monkeypatch.setattr(Path, "read_text", changed)
    assert len(list(documents.check(path, sessions))) == 1
