"""What happens to one source of a template: plan, SQL, hidden relations, names that are nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.signals import post_init

from djust_backend.orm import (
    Plan,
    Step,
    Usage,
    display_labels,
    facts,
    generated,
    plan_of,
    reads,
    usage_of_page,
)
from djust_backend.orm.conversions import Conversion
from djust_backend.orm.levels import Level
from djust_backend.orm.usage import ESCAPED, PRINTED, is_part


@dataclass(frozen=True, slots=True)
class Source:
    """One name of a context whose value is a QuerySet, a page, a model instance, or some of them.

    `plan` are lines for people; `statement` is the SQL of its first query, `queries` how many there
    are at most as far as the plan tells. `code` is what Python code of models reads, `escapes` the
    paths that are handed to Python code, `unknown` sentences about attributes that no model has.
    """

    name: str
    model: str
    mode: str
    plan: list[str]
    statement: str
    queries: int
    code: list[str]
    escapes: list[str]
    unknown: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def explained(name: str, value: Any, usage: Usage) -> Source | None:
    """What is done for a name of a context; None for values that no plan is for.

    Runs no query.
    """
    if isinstance(value, Page):
        value, usage = value.object_list, usage_of_page(usage)
    if isinstance(value, type) and issubclass(value, Model):
        value = value._default_manager.all()
    if isinstance(value, Model):
        return _instance(name, value, usage)
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], Model):
        return _listed(name, value[0], usage)
    if not isinstance(value, QuerySet):
        return None
    plan = plan_of(value, usage)
    _generate(value, plan)
    each = usage.each or usage
    known = {*value.query.annotations, *value.query.extra, *_prefetched_names(value)}
    # Rows of values() are dictionaries, whose keys the view has chosen.
    is_models = issubclass(value._iterable_class, ModelIterable)
    return Source(
        name,
        plan.model,
        plan.mode,
        plan.explain().splitlines(),
        statement(value, plan),
        queries(plan),
        list(_code(value.model, each, "")),
        list(_escapes(usage, name)),
        list(unknown(value.model, each, known)) if is_models else [],
    )


def _listed(name: str, first: Model, usage: Usage) -> Source:
    model = type(first)
    each = usage.each or usage
    return Source(
        name,
        model._meta.label,
        "instances",
        [f"{model._meta.label}: a list that the view has fetched; relations come for all at once"],
        "",
        0,
        list(_code(model, each, "")),
        list(_escapes(usage, name)),
        list(unknown(model, each, set(first.__dict__))),
    )


def _instance(name: str, value: Model, usage: Usage) -> Source:
    model = type(value)
    return Source(
        name,
        model._meta.label,
        "instances",
        [f"{model._meta.label}: an instance that the view has fetched"],
        "",
        0,
        list(_code(model, usage, "")),
        list(_escapes(usage, name)),
        list(unknown(model, usage, set(value.__dict__))),
    )


def statement(queryset: QuerySet[Any], plan: Plan) -> str:
    """The SQL of the first query, with its parameters filled in for reading."""
    try:
        if plan.rows is not None:
            return str(queryset.values_list(*plan.rows.columns).query)
        joined = [path for step in plan.joins for path in _lookups(step, "")]
        query = queryset.select_related(*joined).query if joined else queryset.query
        return str(query)
    except (EmptyResultSet, TypeError, ValueError) as error:
        return f"-- no SQL: {type(error).__name__} {error}".rstrip()


def _generate(queryset: QuerySet[Any], plan: Plan) -> None:
    """Make the code that turns what the database gives into rows, as the first render would."""
    if plan.rows is None:
        return
    selected = queryset.values_list(*plan.rows.columns)
    compiler: Any = selected.query.get_compiler(using=selected.db)
    try:
        compiler.as_sql()
    except EmptyResultSet:
        return
    converters = compiler.get_converters([item[0] for item in compiler.select])
    calls, _ = Conversion(len(plan.rows.columns), converters, compiler.connection).now()
    if calls is not None:
        generated.conversion(calls.width, calls.columns)


def queries(plan: Plan) -> int:
    """The first query, and one for each set of related rows that the plan names."""
    if plan.rows is not None:
        return _levels(plan.rows)
    return 1 + _count(plan.prefetches) + len(plan.pushed)


def _levels(level: Level) -> int:
    below = [slot.level for shape in level.shapes for slot in shape.slots if slot.level is not None]
    numbers = sum(slot.how == "numbers" for shape in level.shapes for slot in shape.slots)
    return 1 + numbers + sum(map(_levels, below))


def _count(steps: tuple[Step, ...]) -> int:
    return sum(1 + _count(step.nested) for step in steps)


def _lookups(step: Step, prefix: str) -> Iterator[str]:
    yield prefix + step.lookup
    for below in step.nested:
        yield from _lookups(below, f"{prefix}{step.lookup}__")


def _prefetched_names(queryset: QuerySet[Any]) -> Iterator[str]:
    """What the QuerySet's own prefetches put on instances."""
    lookups = queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    for lookup in lookups:
        yield getattr(lookup, "to_attr", None) or str(lookup)


def _below(model: type[Model], name: str, usage: Usage) -> Iterator[tuple[type[Model], Usage]]:
    """The related rows that an attribute leads to, and what is done with each."""
    relation = facts.relation(model, name)
    if relation is None or relation.target is None:
        return
    if relation.kind == facts.TO_ONE:
        yield relation.target, usage
        return
    for rows in (usage, *usage.fields.values()):
        if rows.each is not None:
            yield relation.target, rows.each


def _code(model: type[Model], usage: Usage, prefix: str) -> Iterator[str]:
    """What properties, methods and `__str__` read, of these rows and of related ones."""
    names = [*usage.fields]
    if (usage.always | usage.maybe) & PRINTED:
        names.append("__str__")
    for name in names:
        attribute = facts.class_attribute(model, name)
        plain = (
            attribute is None
            or name == "pk"
            or facts.accessor(model, name) is not None
            or display_labels(model, name) is not None
        )
        found = None if plain else reads(model, name)
        if found is not None:
            paths = ", ".join(found.usage.paths()) or "nothing of its instance"
            more = "" if found.complete else ", and what cannot be told"
            yield f"{prefix}{name} reads {paths}{more}"
        for target, below in _below(model, name, usage.fields.get(name, usage)):
            yield from _code(target, below, f"{prefix}{name}.")


def _escapes(usage: Usage, path: str) -> Iterator[str]:
    if (usage.always | usage.maybe) & ESCAPED:
        yield path
    for name, below in usage.fields.items():
        yield from _escapes(below, f"{path}.{name}")
    if usage.each is not None:
        yield from _escapes(usage.each, f"{path}[]")


def unknown(model: type[Model], usage: Usage, known: set[str], prefix: str = "") -> Iterator[str]:
    """Sentences about attributes that a template reads of rows and that their model does not have.

    `known` are names that instances have beyond their class. A model that answers for attributes
    itself (`__getattr__`, `__getitem__`), or gives its instances more of them, has every name.
    """
    if any(facts.class_attribute(model, name) for name in ("__getattr__", "__getitem__")):
        return
    if _gives_attributes(model):
        return
    for name, below in usage.fields.items():
        if facts.class_attribute(model, name) is None and name not in known and not is_part(name):
            near = get_close_matches(name, _names(model), n=1)
            hint = f"; do you mean {near[0]}?" if near else ""
            yield f"{prefix}{name}: {model._meta.label} has no attribute {name}{hint}"
        for target, further in _below(model, name, below):
            yield from unknown(target, further, set(), f"{prefix}{name}.")


def _gives_attributes(model: type[Model]) -> bool:
    """Whether instances of a model get attributes from code of the site's when they are made."""
    own = ("__init__", "from_db", "__getattribute__")
    return post_init.has_listeners(model) or any(
        facts.class_attribute(model, name) is not facts.class_attribute(Model, name) for name in own
    )


def _names(model: type[Model]) -> list[str]:
    return [name for name in dir(model) if not name.startswith("_")]
