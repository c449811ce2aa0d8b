"""What the renderer asks of the ORM room about the models and QuerySets that it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db import connections, router
from django.db.models import Model, QuerySet
from django.forms import BaseForm, BoundField
from django.utils.encoding import force_str
from django.utils.hashable import make_hashable

from . import orm
from .conf import hidden_relations, row_mode, serialization
from .later import from_homes
from .orm import Usage, accessor, usage_of_page
from .orm.usage import REACHED

if TYPE_CHECKING:
    from .orm import Answers, Passing, Watch

__all__ = [
    "accessor", "answers", "ask", "counts_its_rows", "dangling", "display_label",
    "evaluate", "fill", "first_of", "instances", "key_column", "kind", "lendings", "load",
    "look_ahead",
    "may_look_ahead", "model_step",
    "needs_of_collection", "passing", "reach", "rows", "size_of", "source_queryset", "usage",
    "usage_of_page",
    "watch_instances",
]  # fmt: skip

FORM = 5

# Only instances have attributes that are more than columns and relations.
_asked = from_homes(__name__, {"address_methods": ("address_method",)})


def kind(cls: type) -> int:
    """The number of the source that instances of this class are; 0 for everything else.

    The renderer remembers the answer for as long as the process runs. With JIT_SERIALIZATION off
    nothing is a source: the renderer then does with it what Django's does.
    """
    if not serialization():
        return 0
    return FORM if issubclass(cls, (BaseForm, BoundField)) else orm.kind(cls)


def model_step(model: type[Model], name: str) -> tuple[Any, ...] | None:
    """What an attribute of a model's instances is to us: a relation, `get_FOO_display`, code."""
    found = accessor(model, name)
    if found is None and name.startswith("get_") and name.endswith("_display"):
        labels = orm.display_labels(model, name)
        if labels is not None and not labels.are_grouped():
            return ("display", labels.attname, labels.by_value, vars(labels.field), labels.choices)
    if found is not None:
        return found
    method = _asked("address_method")(model, name)
    if method is not None:
        return ("address", *method)
    return ("code",) if orm.may_walk(model, name) else None


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


def lendings() -> list[tuple[Any, Any, Any]]:
    """What the ORM room lends to this thread's connections, see `orm.lendings`."""
    return orm.lendings() if serialization() else []


def source_queryset(source: Any) -> Any:
    """The unread QuerySet behind a QuerySet or page; None if there is none."""
    rows = source.object_list if isinstance(source, Page) else source
    return rows if isinstance(rows, QuerySet) and rows._result_cache is None else None


def size_of(queryset: Any, rows: list[Any], name: str) -> int | bool | None:
    """What the method `name` (`count`, `exists`) gives for these rows; None if it is the site's."""
    if not orm.counts_itself(type(queryset)):
        return None
    return len(rows) if name == "count" else bool(rows)


def counts_its_rows(queryset: Any) -> bool:
    """Whether the size of a QuerySet may be told by its rows, which are read before it is asked."""
    return isinstance(queryset, QuerySet) and orm.counts_its_rows(queryset)


def display_label(labels: dict[Any, Any], value: Any) -> Any:
    """What `get_FOO_display()` gives for a value of an unusual type."""
    return force_str(labels.get(make_hashable(value), value), strings_only=True)


def rows(queryset: Any, usage: Usage | None, page: Usage | None) -> Any:
    """The rows of a QuerySet without instances, or None if instances are needed.

    `usage` is all that is done with it, `page` what is done with pages over it.
    """
    usage = _needs_of_rows(usage, page) if row_mode() else None
    return orm.rows(queryset, usage) if usage is not None else None


def _needs_of_rows(usage: Usage | None, page: Usage | None) -> Usage | None:
    """All that is done with a QuerySet and with pages over it; None if it is not only read."""
    if page is not None:
        named = page.fields.get("object_list")
        if (named is not None and named.fields) or (usage is not None and usage.fields):
            # Read once, a page has a list in place of its QuerySet, which answers otherwise.
            return None
        own = Usage(page.always, page.maybe, {}, page.each)
        for more in (own, named):
            if more is not None:
                usage = more if usage is None else usage.merge(more)
    return usage


def may_look_ahead(source: Any) -> bool:
    """Whether what this source is about to ask may go together with what the page asks later."""
    found = source.object_list if isinstance(source, Page) else source
    return row_mode() and isinstance(found, (QuerySet, Model)) and orm.may_look_ahead(found)


def look_ahead(sources: list[tuple[Any, Usage | None, Usage | None]]) -> list[Any]:
    """Announces the queries of the view's QuerySets and instances; gives what has to be stopped.

    Each comes with all that is done with it, and with pages over it.
    """
    known: dict[int, tuple[Any, Usage]] = {}
    for source, usage, page in sources:
        needs = _needs_of_rows(usage, page)
        if needs is not None:
            known.setdefault(id(source), (source, needs))
    return list(orm.look_ahead(known.values()))


def needs_of_collection(usage: Usage, path: tuple[str, ...]) -> Usage | None:
    """All that is done with the rows of a to-many relation, at the end of a path of accessors."""
    needs: Usage | None = usage
    for name in path:
        needs = _below(needs, name) if needs is not None else None
    return needs.fields.get("all") if needs is not None else None


def load(
    instances: list[Any], path: tuple[str, ...], usage: Usage | None, current: Any, certain: bool
) -> list[Any] | None:
    """Batches the relation at the end of `path` for the peers of `current`, or for itself.

    `usage` is that of the instances. `certain`: the step asks for less than all rows, which are
    fetched only if the template is sure to read them all later. Gives back the instances whose key
    points to no row.
    """
    if orm.fetch_companions(current, path[-1]):
        return [current]
    needs = _needs(usage, path)
    if not certain:
        return orm.load(instances, path, needs, current) or None
    if orm.is_announced(current, path[-1]):
        return None
    if needs is not None and orm.is_read_whole(needs):
        orm.load(instances, path, needs, current)
        # One that has no peers is worth a query as well: it will be read twice.
        orm.complete([current], Usage(REACHED, 0, {path[-1]: needs}, None))
    return None


def passing() -> Passing:
    """What a render that is about to fetch for instances takes from them at its end."""
    return orm.Passing()


def answers() -> Answers:
    """Who asks for a render."""
    return orm.Answers()


def ask(
    answers: Answers, group: tuple[Any, Any, Any], current: Any, question: Any
) -> tuple[list[tuple[Any, Any]], Usage | None] | None:
    """What `current` and its peers would ask about a collection; see `orm.Answers.ask`.

    `group`: the instances that the walk started from, the accessors since, and the needs of each
    of the instances.
    """
    instances, path, usage = group
    return answers.ask((instances, path, _needs(usage, path)), current, question)


def fill(queryset: Any, rows: list[Any]) -> bool:
    """Gives a QuerySet that nobody has read the rows that it would find."""
    return orm.fill(queryset, rows)


def _needs(usage: Usage | None, path: tuple[str, ...]) -> Usage | None:
    """The needs at the end of a path of accessors, given those at its start."""
    for name in path:
        if usage is None:
            break
        usage = _below(usage, name)
    return usage


def key_column(instance: Any, name: str, key: str) -> tuple[str | None, type[Model] | None]:
    """The column that holds `instance.<name>.<key>`, a number, if the related row is sure to exist.

    With it the class of that row. The answer is kept for both classes as they are now, so that it
    must hold for rows of all databases.
    """
    met = orm.relation(type(instance), name)
    target = None if met is None else met.target
    if router.routers or not all(
        connections[alias].features.supports_foreign_keys for alias in connections
    ):
        return None, target
    return orm.id_column(type(instance), name, key), target


def dangling(instance: Any, name: str) -> Exception:
    """The exception of lazy access to a relation whose key points to no row."""
    return orm.missing(type(instance), name)


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


def watch_instances(watch: Watch | None, rows: list[Any], path: tuple[str, ...]) -> Watch | None:
    """Watches the instances at the end of `path` from these, which Python code is about to get."""
    if not hidden_relations():
        return None
    watch = watch or orm.Watch()
    watch.instances(rows, path)
    return watch


def reach(watch: Watch | None, value: Any) -> Watch | None:
    """Watches what Python code may get at through a value that it is given, without asking it.

    Rows of QuerySets and lists, those that the fields of a form offer as choices, and the QuerySets
    and lists that another object holds itself (the admin's change list).
    """
    if not hidden_relations():
        return None
    watch = watch or orm.Watch()
    if isinstance(value, BaseForm):
        for field in value.fields.values():
            _reach_rows(watch, getattr(field, "queryset", None))
    elif isinstance(value, BoundField):
        _reach_rows(watch, getattr(value.field, "queryset", None))
    elif isinstance(value, (QuerySet, list, tuple)):
        _reach_rows(watch, value)
    else:
        for held in list(getattr(value, "__dict__", {}).values()):
            _reach_rows(watch, held)
    return watch


def _reach_rows(watch: Watch, value: Any) -> None:
    if issubclass(type(value), QuerySet):
        watch.queryset(value)
    elif type(value) in (list, tuple) and value and issubclass(type(value[0]), Model):
        watch.instances(list(value))
