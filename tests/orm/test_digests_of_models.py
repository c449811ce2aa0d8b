"""The digest of a model is another one after any change of what its plans depend on."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import models
from django.utils.functional import cached_property

from djust_backend.orm import fingerprint

LIMIT = 3


class Mixin:
    """A base of the site's that is no model."""

    def hello(self) -> int:
        return 1


def make() -> Any:
    """A new model with everything that a site gives to models."""

    class Rows(models.QuerySet):
        def visible(self) -> Any:
            return self.filter(name="x")

    class Manager(models.Manager.from_queryset(Rows)):  # type: ignore[misc]
        def get_queryset(self) -> Any:
            return super().get_queryset()

    class Text(models.CharField):
        def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
            return value

    enclosed = 5

    class Shelf(Mixin, models.Model):
        name = models.CharField(max_length=5)
        text = Text(max_length=5)
        things = Manager()

        class Meta:
            app_label = "zoo"
            apps = Apps(["zoo"])
            ordering = ["name"]
            default_manager_name = "things"

        @property
        def label(self) -> str:
            return self.name

        @cached_property
        def kept(self) -> str:
            return self.name

        @staticmethod
        def alone() -> int:
            return 1

        @classmethod
        def of_all(cls) -> int:
            return 1

        def number(self, more: int = 1) -> int:
            return LIMIT + enclosed + more

    return Shelf


def other(self: Any) -> Any:
    """Other code than anything of the model has."""
    return self.text


def _recode(function: Any) -> None:
    function.__code__ = other.__code__


#: Each is given a model of its own.
CHANGES = {
    "an item of the order": lambda model: model._meta.ordering.append("text"),
    "an attribute of a field": lambda model: setattr(model._meta.get_field("name"), "null", True),
    "what a field hides": lambda model: setattr(model._meta.get_field("name"), "_unique", True),
    "a column": lambda model: setattr(model._meta.get_field("name"), "column", "other"),
    "the table": lambda model: setattr(model._meta, "db_table", "other"),
    "a method of the manager": lambda model: setattr(type(model.things), "get_queryset", other),
    "a method of its rows": lambda model: setattr(model.things._queryset_class, "filter", other),
    "a method of a field": lambda model: setattr(
        type(model._meta.get_field("text")), "from_db_value", other
    ),
    "code of a property": lambda model: _recode(model.label.fget),
    "code of a cached property": lambda model: _recode(vars(model)["kept"].func),
    "another function of it": lambda model: setattr(vars(model)["kept"], "func", other),
    "code of a static method": lambda model: _recode(vars(model)["alone"].__func__),
    "code of a class method": lambda model: _recode(vars(model)["of_all"].__func__),
    "a default": lambda model: setattr(model.number, "__defaults__", (7,)),
    "a closure": lambda model: setattr(model.number.__closure__[0], "cell_contents", 99),
    "a flag": lambda model: setattr(model.number, "alters_data", True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_told(change: Any) -> None:
    model = make()
    before = fingerprint.described_model(model)
    assert fingerprint.described_model(model) is before
    change(model)
    assert fingerprint.described_model(model) != before


def test_changes_of_what_the_code_reads_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make()
    digests = [fingerprint.described_model(model)]
    monkeypatch.setitem(globals(), "LIMIT", 4)
    digests.append(fingerprint.described_model(model))
    monkeypatch.setattr(Mixin, "hello", other)
    digests.append(fingerprint.described_model(model))
    assert len(set(digests)) == len(digests)
