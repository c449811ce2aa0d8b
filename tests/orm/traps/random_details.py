"""Strategies: pages about one instance, and what a view may have done to it before."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Model, prefetch_related_objects
from hypothesis import strategies as st
from traps.compared import Case
from traps.random_changes import changes_of
from traps.random_views import FAILURES, MISFITS, ROOTS, Attacker, PlainWriter

from tests.laws.random_pages import TREE, Names, shape


@dataclass(frozen=True)
class Deed:
    """One thing that a view does with an instance, with its words for the report of a failure."""

    words: str
    do: Callable[[Any], Any]

    def __repr__(self) -> str:
        return self.words


def changed_key(name: str, pick: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Gives a foreign key of an instance another value."""

    def do(instance: Any) -> Any:
        setattr(
            instance, instance._meta.get_field(name).attname, pick(instance._meta.get_field(name))
        )
        return instance

    return do


def some_key(field: Any) -> Any:
    """The key of the last row that a foreign key may point to."""
    last = field.related_model._base_manager.order_by("pk").last()
    return None if last is None else getattr(last, field.target_field.attname)


def prefetched(name: str) -> Callable[[Any], Any]:
    """Fetches a relation of an instance."""

    def do(instance: Any) -> Any:
        prefetch_related_objects([instance], name)
        return instance

    return do


def read(name: str) -> Callable[[Any], Any]:
    """Reads a relation of an instance."""

    def do(instance: Any) -> Any:
        with suppress(ObjectDoesNotExist):
            getattr(instance, name, None)
        return instance

    return do


def deleted(instance: Any) -> Any:
    """Its row is gone, and it does not know."""
    type(instance)._base_manager.filter(pk=instance.pk).delete()
    return instance


@st.composite
def deeds_of(draw: st.DrawFn, model: str) -> Deed:
    """A deed that fits the model's relations."""
    fields = [
        field
        for field in apps.get_model("zoo", model)._meta.concrete_fields
        if field.many_to_one or field.one_to_one
    ]
    ones, many = sorted(shape(model).to_one), sorted(shape(model).to_many)
    deeds = [
        Deed("copied", copy.copy),
        Deed("deleted behind its back", deleted),
        Deed("without a key", changed_pk),
    ]
    if fields:
        name = draw(st.sampled_from(fields)).name
        deeds += [
            Deed(f"{name} changed", changed_key(name, some_key)),
            Deed(f"{name} of nobody's", changed_key(name, lambda _: 12345)),
            Deed(f"no {name}", changed_key(name, lambda _: None)),
        ]
    for names, do in ((ones, read), (ones + many, prefetched)):
        if names:
            name = draw(st.sampled_from(names))
            deeds.append(Deed(f"{do.__name__} {name}", do(name)))
    return draw(st.sampled_from(deeds))


def changed_pk(instance: Any) -> Any:
    """As before `save()` makes a copy of it."""
    instance.pk = None
    return instance


@dataclass(frozen=True)
class Detail:
    """A page about one instance of a model, which `changes` of a QuerySet have found."""

    source: str
    templates: dict[str, str]
    model: str
    number: int
    changes: tuple[Any, ...]
    deeds: tuple[Deed, ...]

    def case(self) -> Case:
        """The case of one comparison."""
        return Case("{% load handlers %}" + self.source, self.context, self.templates)

    def context(self) -> dict[str, Any]:
        """A fresh context: `one`, and the same under another name."""
        rows = apps.get_model("zoo", self.model)._default_manager.order_by("pk")
        for step in self.changes:
            try:
                rows = step.change(rows)
            except (*MISFITS, ValidationError):
                continue
        found: Any = next(iter(rows[self.number : self.number + 1]), None)
        for deed in self.deeds:
            if isinstance(found, Model):
                found = deed.do(found)
        return {"one": found, "object": found}

    def can_be_made(self) -> bool:
        """Whether the view gets as far as rendering."""
        try:
            with transaction.atomic():
                self.context()
                transaction.set_rollback(True)
        except FAILURES:
            return False
        return True


@st.composite
def details(draw: st.DrawFn) -> Detail:
    """A page that reads several things of its instance, its partials, and the view."""
    model = draw(st.sampled_from(ROOTS))
    writer = draw(st.sampled_from([PlainWriter, PlainWriter, Attacker]))(draw)
    names = Names({"one": model, "object": model}, {})
    body = "".join(writer.body(names) for _ in range(draw(st.integers(1, 3))))
    templates = {
        name: "{% load handlers tools %}" + text for name, text in writer.templates.items()
    }
    return Detail(
        "{% load tools %}" + body,
        {**templates, "row.html": "{{ b.pk }}{{ b.name }}{{ b.author.name }}", "tree.html": TREE},
        model,
        draw(st.integers(0, 2)),
        tuple(draw(st.lists(changes_of(model), max_size=1))),
        tuple(draw(st.lists(deeds_of(model), max_size=2))),
    )
