"""What the renderer asks of the ORM room about the models and QuerySets that it meets."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.db import connections
from django.db.models import Model, QuerySet

from . import orm
from .orm import Usage, accessor, adopt, kind
from .orm.usage import REACHED

__all__ = [
    "accessor", "adopt", "dangling", "evaluate", "first_of", "instances", "key_column", "kind",
    "load", "model_step", "usage",
]  # fmt: skip


def model_step(model: type[Model], name: str) -> tuple[Any, ...] | None:
    """What an attribute of a model's instances is to us: a relation, or `get_FOO_display`."""
    found = accessor(model, name)
    if found is None and name.startswith("get_") and name.endswith("_display"):
        labels = orm.display_labels(model, name)
        return None if labels is None else ("display", *labels)
    return found


def usage(wire: Any) -> Usage:
    """A usage tree from the renderer's plain form."""
    return Usage.from_wire(wire)


def evaluate(source: Any, usage: Usage | None) -> bool:
    """Evaluates a QuerySet, or that of a page, before the renderer reads all of it.

    False if somebody has evaluated it before.
    """
    rows = source.object_list if isinstance(source, Page) else source
    if not isinstance(rows, QuerySet) or rows._result_cache is not None:
        return False
    orm.evaluate(rows, usage)
    return True


def load(
    instances: list[Any], path: tuple[str, ...], usage: Usage | None, current: Any, certain: bool
) -> list[Any] | None:
    """Batches the relation at the end of `path` for the peers of `current`.

    `usage` is that of the instances. `certain`: the step asks for less than all rows, which are
    fetched only if the template is sure to read them all later. Gives back the instances whose key
    points to no row.
    """
    needs = usage
    for name in path:
        if needs is None:
            break
        needs = _below(needs, name)
    if certain:
        if needs is not None:
            orm.complete([current], Usage(REACHED, 0, {path[-1]: needs}, None))
        return None
    return orm.load(instances, path, needs, current) or None


def key_column(instance: Any, name: str, key: str) -> str | None:
    """The column that holds `instance.<name>.<key>`, a number, if the related row is sure to exist.

    The answer is kept for the class, so that it must hold for rows of all databases.
    """
    if not all(connections[alias].features.supports_foreign_keys for alias in connections):
        return None
    return orm.id_column(type(instance), name, key)


def dangling(instance: Any, name: str) -> Exception:
    """The exception of lazy access to a relation whose key points to no row."""
    model = instance._meta.get_field(name).related_model
    missing: Exception = model.DoesNotExist(
        f"{model._meta.object_name} matching query does not exist."
    )
    return missing


def _below(usage: Usage, name: str) -> Usage | None:
    """The needs of a relation of an instance, or of the rows of a relation."""
    found = usage.fields.get(name)
    if found is None:
        everything = usage.fields.get("all", usage)
        if everything.each is not None:
            return everything.each.fields.get(name)
    return found


def instances(source: Any) -> list[Any]:
    """The rows of an evaluated source as a list."""
    if isinstance(source, Page):
        source = source.object_list
    if isinstance(source, QuerySet) and source._result_cache is not None:
        return source._result_cache
    return list(source)


def first_of(source: Any) -> Any:
    """The first row of an evaluated source; `None` if it has none."""
    rows = source.object_list if isinstance(source, Page) else source
    if isinstance(rows, QuerySet):
        rows = rows._result_cache
    return next(iter(rows), None) if rows else None
