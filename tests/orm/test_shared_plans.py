"""Plans that another process derived: found again, and only for models that are the same."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.db import models
from django.utils.functional import cached_property
from zoo.models import Author, Book

from djust_backend.cache import events
from djust_backend.orm import Usage, apply, fingerprint, planner, shared
from djust_backend.orm.choose import rows
from djust_backend.orm.guards import examine
from djust_backend.orm.usage import ITERATED, PRINTED, REACHED

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent


def needs(*paths: str) -> Usage:
    """A loop over rows that prints these paths."""
    each = Usage(REACHED, REACHED, {}, None)
    for path in paths:
        found = Usage(REACHED | PRINTED, REACHED | PRINTED, {}, None)
        for name in reversed(path.split(".")):
            found = Usage(REACHED, REACHED, {name: found}, None)
        each = each.merge(found)
    return Usage(REACHED | ITERATED, REACHED | ITERATED, {}, each)


class Memory:
    """A store of a test; `broken` is what it gives instead of what it has."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.broken: bytes | None = None
        self.rejected: list[str] = []

    def find(self, key: str, model: str) -> bytes | None:
        return self.broken or self.kept.get(key)

    def keep(self, key: str, data: bytes) -> None:
        self.kept[key] = data

    def give_up(self, key: str) -> None:
        raise AssertionError("every derivation succeeds here")

    def reject(self, key: str, error: Exception) -> None:
        self.rejected.append(key)


@pytest.fixture
def store() -> Iterator[Memory]:
    before = list(shared._source)
    memory = Memory()
    shared.install(lambda: memory)
    forget()
    yield memory
    shared._source[:] = before
    forget()


def forget() -> None:
    """As a process that has just started."""
    planner.plan.cache_clear()
    rows.level.cache_clear()
    events.reset()


WITHOUT_CODE = [
    needs("title"),
    needs("title", "pk", "author.name", "author_id", "editor.mentor.country.name"),
    needs("author.books.all"),
    needs("nothing.of.the.kind"),
]
WITH_CODE = [
    needs("title", "author"),
    needs("author.label"),
    needs("credits"),
    needs("editor.mentor.pupils.all.count", "byline"),
]
USAGES = WITHOUT_CODE + WITH_CODE


def rows_of(relation: str, row: str) -> Usage:
    """A loop over books, and below it one over related rows of each, which prints this."""
    rows = needs(row)
    related = Usage(REACHED, REACHED, {"all": rows}, None)
    each = Usage(REACHED, REACHED, {relation: related}, None)
    return Usage(REACHED | ITERATED, REACHED | ITERATED, {}, each)


@pytest.mark.parametrize("usage", [*WITHOUT_CODE, rows_of("tags", "name")])
def test_no_store_is_asked_for_what_rests_on_no_code(store: Memory, usage: Usage) -> None:
    store.broken = b"nobody reads this"
    apply.whole_plan(Book.objects.order_by("pk"), usage)
    assert not store.kept
    assert not store.rejected
    assert events.counts == {"decided": 2}


@pytest.mark.parametrize("usage", [*WITH_CODE, needs(), rows_of("chapters", "translator")])
def test_what_rests_on_code_is_kept(store: Memory, usage: Usage) -> None:
    each = usage.each
    if each is not None and not each.fields:
        # The rows themselves are printed.
        each = Usage(REACHED | PRINTED, REACHED | PRINTED, {}, None)
        usage = Usage(usage.always, usage.maybe, {}, each)
    apply.whole_plan(Book.objects.order_by("pk"), usage)
    assert len(store.kept) == 2
    assert events.counts["compiled"] == 2


def test_an_annotation_hides_code_of_its_name(store: Memory) -> None:
    queryset = Book.objects.order_by("pk").annotate(credits=models.F("title"))
    apply.level_for(queryset, needs("credits"))
    assert not store.kept


@pytest.mark.parametrize("usage", WITH_CODE)
def test_what_comes_back_is_what_was_derived(store: Memory, usage: Usage) -> None:
    queryset = Book.objects.order_by("pk")
    derived = apply.whole_plan(queryset, usage)
    assert events.counts["compiled"] == 2
    forget()
    assert apply.whole_plan(queryset, usage) == derived
    assert apply.level_for(queryset, usage) == apply.level_for(queryset, usage)
    assert events.counts["compiled"] == 0


@pytest.mark.parametrize("broken", [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x92\xcd\x03\xe8\x80"])
def test_what_is_no_plan_is_derived_anew(store: Memory, broken: bytes) -> None:
    usage = needs("title", "author.label")
    expected = apply.whole_plan(Book.objects.order_by("pk"), usage)
    forget()
    store.broken = broken or None
    assert apply.whole_plan(Book.objects.order_by("pk"), usage) == expected
    assert bool(store.rejected) is bool(broken)


def key(queryset: Any, usage: Usage) -> str:
    found = fingerprint.key("plan", examine(queryset), usage.row_needs())
    assert found is not None
    return found


def test_a_key_tells_needs_and_queries_apart() -> None:
    everything = Book.objects.order_by("pk")
    keys = {
        key(everything, needs("title")),
        key(everything, needs("title", "author.name")),
        key(everything.select_related("author"), needs("title")),
        key(everything.defer("title"), needs("title")),
        key(Book.objects.order_by("title"), needs("title")),
        key(Author.objects.order_by("pk"), needs("title")),
    }
    assert len(keys) == 6
    assert key(everything.filter(pk=1), needs("title")) in keys


def test_settings_are_part_of_a_key(settings: Any) -> None:
    before = key(Book.objects.all(), needs("title"))
    settings.DJUST_CONFIG = {"JIT_HIDDEN_RELATIONS": False}
    assert key(Book.objects.all(), needs("title")) != before


def changes() -> Iterator[tuple[str, Any]]:
    yield "a method", lambda patch: patch.setattr(Author, "motto", lambda self: "", raising=False)
    yield "the order", lambda patch: patch.setattr(Author._meta, "ordering", ["-pk"])
    yield (
        "a manager",
        lambda patch: patch.setattr(
            Author, "others", type("Others", (models.Manager,), {})(), raising=False
        ),
    )


@pytest.mark.parametrize(("what", "change"), list(changes()), ids=[name for name, _ in changes()])
def test_a_changed_model_changes_the_keys_that_reach_it(
    what: str, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    books, with_authors = needs("title"), needs("title", "author.name")
    before = key(Book.objects.order_by("pk"), books), key(Book.objects.order_by("pk"), with_authors)
    change(monkeypatch)
    after = key(Book.objects.order_by("pk"), books), key(Book.objects.order_by("pk"), with_authors)
    assert after[0] == before[0]
    assert after[1] != before[1]
    monkeypatch.undo()
    assert key(Book.objects.order_by("pk"), with_authors) == before[1]


class Labelled(models.Model):
    """A base of another model; its class has what the digest has to notice."""

    class Meta:
        abstract = True
        app_label = "zoo"

    def label(self) -> str:
        return "a label"


class Shelfmark(Labelled):
    """No table: only its class is looked at."""

    mark = models.CharField(max_length=10)

    class Meta:
        app_label = "zoo"
        apps = Apps()


def other_label(self: Any) -> str:
    """What replaces a method, or its code."""
    return str(self.mark)


def later_changes() -> Iterator[tuple[str, Any]]:
    yield "a method", lambda patch: patch.setattr(Shelfmark, "more", other_label, raising=False)
    yield "a method of its base", lambda patch: patch.setattr(Labelled, "label", other_label)
    yield (
        "a new method of its base",
        lambda patch: patch.setattr(Labelled, "more", other_label, raising=False),
    )
    yield "no method any more", lambda patch: patch.delattr(Labelled, "label")
    yield "code", lambda patch: patch.setattr(Labelled.label, "__code__", other_label.__code__)
    yield "the order", lambda patch: patch.setattr(Shelfmark._meta, "ordering", ("mark",))
    yield (
        "what is unique",
        lambda patch: patch.setattr(Shelfmark._meta, "unique_together", (("id", "mark"),)),
    )


@pytest.mark.parametrize("is_told", [True, False], ids=["versions", "no versions"])
@pytest.mark.parametrize(("what", "change"), list(later_changes()))
def test_a_digest_is_made_anew_when_its_model_is_another(
    what: str, change: Any, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the interpreter does not tell when a class was changed."""
    if not is_told:
        monkeypatch.setattr(fingerprint, "versions", lambda classes: None)
    fingerprint._described.clear()
    before = fingerprint.described_model(Shelfmark)
    assert fingerprint.described_model(Shelfmark) is before
    with monkeypatch.context() as patch:
        change(patch)
        assert fingerprint.described_model(Shelfmark) != before
    assert fingerprint.described_model(Shelfmark) == before
    fingerprint._described.clear()


def test_a_change_that_is_taken_back_keeps_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of a class is another one then, and nothing is read twice for it."""
    fingerprint._described.clear()
    before = fingerprint.described_model(Shelfmark)
    with monkeypatch.context() as patch:
        patch.setattr(Labelled, "label", other_label)
    assert fingerprint.described_model(Shelfmark) is before
    fingerprint._described.clear()


def helper(book: Any) -> str:
    """What the code of a model calls."""
    return str(book.author.name)


def other_helper(book: Any) -> str:
    """The same name, other needs."""
    return str(book.title)


def test_code_that_the_code_of_a_model_calls_is_part_of_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    namespace = {"helper": helper}
    exec("def label(self):\n    return helper(self)\n", namespace)
    monkeypatch.setattr(Book, "label", namespace["label"], raising=False)
    before = key(Book.objects.all(), needs("label"))
    namespace["helper"] = other_helper
    assert key(Book.objects.all(), needs("label")) != before


def test_what_code_fills_while_it_runs_is_no_part_of_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, Any] = {"known": {}}
    code = "def label(self, seen=[]):\n    return known.setdefault(self.pk, seen)\n"
    exec(code, namespace)
    monkeypatch.setattr(Book, "label", namespace["label"], raising=False)
    monkeypatch.setattr(Book, "labels", {}, raising=False)
    before = key(Book.objects.all(), needs("label"))
    namespace["known"][1] = "one"
    namespace["label"].__defaults__[0].append(1)
    Book.labels[1] = "one"
    fingerprint._described.clear()
    assert key(Book.objects.all(), needs("label")) == before


def test_what_django_remembers_of_models_is_no_part_of_a_key() -> None:
    everything = apps.get_models(include_auto_created=True)
    fingerprint._described.clear()
    before = [fingerprint.described_model(model) for model in everything]
    for model in everything:
        use(model)
    fingerprint._described.clear()
    assert [fingerprint.described_model(model) for model in everything] == before


def use(model: type[models.Model]) -> None:
    """Let Django remember all that it ever remembers of a model and its fields."""
    for part in (model._meta, *model._meta.get_fields(include_hidden=True)):
        for base in type(part).__mro__:
            for name, found in vars(base).items():
                if isinstance(found, (property, cached_property)):
                    with suppress(AttributeError):
                        getattr(part, name)
    for field in model._meta.many_to_many:
        str(model._default_manager.filter(**{f"{field.name}__isnull": True}).query)
    list(model._default_manager.all()[:1])


def test_a_model_that_cannot_be_told_is_not_shared(
    store: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = apply.whole_plan(Book.objects.order_by("pk"), needs("credits"))
    store.kept.clear()
    forget()
    # More than the bytes of a key can hold.
    monkeypatch.setattr(Book._meta.get_field("title"), "max_length", 2**70)
    fingerprint._described.clear()
    with caplog.at_level(logging.ERROR, "djust_backend.jit"):
        assert apply.whole_plan(Book.objects.order_by("pk"), needs("credits")) == expected
    assert not store.kept
    assert "plans of zoo.Book are not shared" in caplog.text
    fingerprint._described.clear()


PROGRAM = """
import django; django.setup()
from zoo.models import Book
from test_shared_plans import USAGES, key
print(*(key(Book.objects.all(), usage) for usage in USAGES))
"""


def test_every_process_has_the_same_keys() -> None:
    found = set()
    for seed in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)]),
                "DJANGO_SETTINGS_MODULE": "settings",
            },
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(result.stdout)
    assert len(found) == 1
