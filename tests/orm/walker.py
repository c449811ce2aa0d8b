"""Walks a usage over data as a template would: once on stock Django, once on our ORM room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import connections, reset_queries
from django.db.models import Manager, Model, QuerySet
from django.test.utils import CaptureQueriesContext

from djust_backend import orm
from djust_backend.orm.usage import COUNTED, ITERATED, REACHED, TRUTH, Usage

MISS = "(miss)"


def usage(*paths: str) -> Usage:
    """Usage from paths such as `author.name`, `tags.all[].name`, `?editor.name` (a maybe)."""
    merged = Usage(REACHED, 0, {}, None)
    for path in paths:
        merged = merged.merge(_path(path.replace("[]", ".[]").split("."), REACHED))
    return merged


def rows(*paths: str) -> Usage:
    """The usage of a QuerySet whose rows are always iterated and used like this."""
    return Usage(REACHED | ITERATED, 0, {}, usage(*paths))


def _path(steps: list[str], always: int) -> Usage:
    if not steps:
        return Usage(always, REACHED, {}, None)
    step, rest = steps[0], steps[1:]
    if step == "[]":
        iterated = ITERATED if always else 0
        return Usage(always | iterated, ITERATED, {}, _path(rest, REACHED))
    if step in ("#", "!"):
        flag = COUNTED if step == "#" else TRUTH
        return Usage(always | (flag if always else 0), flag, {}, None)
    sure = 0 if step.startswith("?") else REACHED
    return Usage(always, REACHED, {step.lstrip("?"): _path(rest, sure)}, None)


@dataclass(frozen=True)
class Group:
    """Instances met together, the way from their root, rows known to be missing, and a place.

    The place only names what is walked, so that doubtful steps are taken alike on both engines.
    """

    root: list[Model]
    path: tuple[str, ...] = ()
    misses: set[tuple[int, str]] = field(default_factory=set)
    where: str = ""

    def below(self, name: str) -> Group:
        return replace(self, path=(*self.path, name))

    def at(self, part: object) -> Group:
        return replace(self, where=f"{self.where}.{part}")


class Stock:
    """Attribute steps and loops as Django makes them."""

    def evaluate(self, queryset: QuerySet[Any], needs: Usage) -> None:
        len(queryset)

    def load(self, instance: Model, name: str, needs: Usage, group: Group) -> None:
        pass

    def is_missing(self, instance: Model, name: str, group: Group) -> bool:
        return False


class Ours(Stock):
    """The same steps with the callbacks that the renderer makes."""

    def evaluate(self, queryset: QuerySet[Any], needs: Usage) -> None:
        orm.evaluate(queryset, needs)

    def load(self, instance: Model, name: str, needs: Usage, group: Group) -> None:
        met = orm.accessor(type(instance), name)
        if met is None or met[0] == "column":
            return
        if met[0] == "to_many":
            cached = met[1] in instance.__dict__.get("_prefetched_objects_cache", ())
        else:
            cached = met[1] in instance._state.fields_cache
        if not cached:
            missing = orm.load(group.root, (*group.path, name), needs, instance)
            group.misses.update((id(one), name) for one in missing)

    def is_missing(self, instance: Model, name: str, group: Group) -> bool:
        return (id(instance), name) in group.misses


def walk(engine: Stock, source: Any, needs: Usage) -> list[Any]:
    """What a loop over the source gives, as plain data."""
    if isinstance(source, QuerySet):
        engine.evaluate(source, needs)
    items = list(source)
    group = Group([item for item in items if isinstance(item, Model)])
    assert needs.each is not None
    return [_item(engine, item, needs.each, group.at(n)) for n, item in enumerate(items)]


def _item(engine: Stock, item: Any, needs: Usage, group: Group) -> Any:
    if not isinstance(item, Model):
        return repr(item)
    found: dict[str, Any] = {"": (type(item).__name__, item.pk)}
    for name, below in needs.fields.items():
        if _is_taken(below, group.at(name)):
            found[name] = _step(engine, item, name, below, group.at(name))
    return found


def _is_taken(needs: Usage, group: Group) -> bool:
    return needs.reached() or crc32(group.where.encode()) % 3 == 0


def _step(engine: Stock, item: Model, name: str, below: Usage, group: Group) -> Any:
    met = orm.accessor(type(item), name)
    if met is not None and met[0] == "to_many":
        return _manager(engine, item, name, below, group)
    if not engine.is_missing(item, name, group):
        engine.load(item, name, below, group)
    if engine.is_missing(item, name, group):
        return MISS
    if not hasattr(type(item), name) and name not in item.__dict__:
        return MISS
    try:
        value = getattr(item, name)
    except ObjectDoesNotExist:
        return MISS
    inner = group.below(name)
    if isinstance(value, Model):
        return _item(engine, value, below, inner)
    if isinstance(value, list):
        assert below.each is not None
        return [_item(engine, one, below.each, inner.at(n)) for n, one in enumerate(value)]
    return repr(value)


def _manager(engine: Stock, item: Model, name: str, below: Usage, group: Group) -> Any:
    manager = getattr(item, name)
    assert isinstance(manager, Manager)
    found: dict[str, Any] = {}
    for method, needs in below.fields.items():
        if not _is_taken(needs, group.at(method)):
            continue
        if method == "all":
            found["all"] = _all(engine, item, name, below, group)
        else:
            found[method] = repr(getattr(manager, method)())
    return found


def _all(engine: Stock, item: Model, name: str, below: Usage, group: Group) -> Any:
    needs = below.fields["all"]
    flags = needs.always | needs.maybe
    found: list[Any] = []
    for flag, read in ((TRUTH, bool), (COUNTED, len)):
        if flag & flags and _is_certain(needs, flag, group):
            engine.load(item, name, below, group)
            queryset = getattr(item, name).all()
            engine.evaluate(queryset, needs)
            found.append(read(queryset))
    if ITERATED & flags and needs.each is not None and _is_certain(needs, ITERATED, group):
        engine.load(item, name, below, group)
        queryset = getattr(item, name).all()
        cached = queryset._result_cache is not None
        engine.evaluate(queryset, needs)
        listed = list(queryset)
        inner = group.below(name) if cached else Group(listed, where=group.where)
        found += [_item(engine, one, needs.each, inner.at(n)) for n, one in enumerate(listed)]
    return found


def _is_certain(needs: Usage, flag: int, group: Group) -> bool:
    return bool(needs.always & flag) or crc32(f"{group.where}{flag}".encode()) % 2 == 0


@dataclass
class Both:
    """What both gave, and their queries."""

    stock: list[Any]
    ours: list[Any]
    stock_queries: list[str]
    our_queries: list[str]

    def check(self, may_fail: bool) -> Both:
        """Same values or the same error, never more queries (an error ends stock's early)."""
        assert self.ours == self.stock
        if self.stock and isinstance(self.stock[0], type):
            assert may_fail, self.stock
            return self
        assert len(self.our_queries) <= len(self.stock_queries), self.our_queries
        return self

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.stock_queries), len(self.our_queries)


def both(make: Callable[[], Any], needs: Usage, may_fail: bool = False) -> Both:
    """Walk a source on stock and on ours, from the same cold start."""
    stock, stock_queries = _counted(Stock(), make, needs)
    ours, our_queries = _counted(Ours(), make, needs)
    return Both(stock, ours, stock_queries, our_queries).check(may_fail)


def _counted(engine: Stock, make: Callable[[], Any], needs: Usage) -> tuple[list[Any], list[str]]:
    ContentType.objects.clear_cache()
    reset_queries()
    found: list[Any] = []
    with (
        CaptureQueriesContext(connections["default"]) as first,
        CaptureQueriesContext(connections["other"]) as second,
    ):
        try:
            found = walk(engine, make(), needs)
        except Exception as error:  # noqa: BLE001 - reported: compared between both engines
            found = [type(error)]
    return found, [query["sql"] for query in (*first, *second)]
