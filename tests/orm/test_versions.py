"""What is known of classes is forgotten when they are changed, and is never more than so much."""

from __future__ import annotations

import pytest

# Says how to ask for versions.
import djust_backend.template  # noqa: F401
from djust_backend.orm import versions
from djust_backend.orm.versions import WhileAllStay, while_unchanged


class Base:
    """Has what classes below inherit."""

    named = "base"


def of(*bases):
    """A class that nobody has asked about."""
    return type("Fresh", bases or (Base,), {})


@pytest.fixture
def asked():
    """Two functions that note whom they were asked about: one of one class, one of several."""
    one, several = [], []

    @while_unchanged
    def name(cls):
        one.append(cls)
        return cls.named

    @WhileAllStay
    def names(*classes):
        several.append(classes)
        return [name(cls) for cls in classes]

    return name, names, one, several


def test_an_answer_holds_until_its_class_is_changed(asked):
    name, _names, one, _several = asked
    first, second = of(), of()
    assert [name(first), name(second), name(first)] == ["base"] * 3
    first.named = "own"
    assert [name(first), name(second)] == ["own", "base"]
    del first.named
    assert name(first) == "base"
    assert one == [first, second, first, first]


def test_a_change_of_a_base_is_one_of_the_class(asked, monkeypatch):
    name, names, _one, _several = asked
    child = of(of())
    assert [name(child), *names(child)] == ["base", "base"]
    monkeypatch.setattr(Base, "named", "changed")
    assert [name(child), *names(child)] == ["changed", "changed"]


def test_answers_of_several_classes_are_forgotten_with_any_of_them(asked):
    _name, names, _one, several = asked
    first, second, third = of(), of(), of()
    for _ in range(2):
        assert names(first, second) == ["base", "base"]
        assert names(third) == ["base"]
    second.named = "own"
    for _ in range(2):
        assert names(first, second) == ["base", "own"]
        assert names(third) == ["base"]
    assert several == [(first, second), (third,)] * 2


def test_nothing_is_remembered_of_a_class_without_a_version(asked, monkeypatch):
    name, _names, one, _several = asked
    monkeypatch.setattr(versions, "_told", [lambda classes: None])
    cls = of()
    assert [name(cls), name(cls)] == ["base", "base"]
    assert one == [cls, cls]


def test_a_site_that_makes_classes_all_the_time(asked, monkeypatch):
    name, names, _one, _several = asked
    monkeypatch.setattr(versions, "_REMEMBERED", 5)
    kept = of()
    assert names(kept) == ["base"]
    for _ in range(40):
        assert names(of()) == ["base"]
        assert len(versions._known._versions) <= 5
    kept.named = "own"
    assert [name(kept), *names(kept)] == ["own", "own"]
