"""Strategies: small random templates that walk the zoo's models, and what a view may hand to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, F, Model, Prefetch, QuerySet
from hypothesis import strategies as st
from zoo import models as zoo

from djust_backend.orm import facts
from tests.laws.queries import Scene

#: Models that pages start from, the richest more often.
ROOTS = ["Book", "Book", "Book", "Author", "Author", "Chapter", "Tag", "Comment", "Node", "Review",
         "Profile", "Place", "Restaurant", "Club", "Language", "Gadget", "PenName"]  # fmt: skip

#: What a generic relation may point to.
TARGETS = ("Book", "Author", "Restaurant")

#: Attributes that are neither columns nor relations, and steps from columns.
OWN: dict[str, tuple[str, ...]] = {
    "Author": ("label",),
    "PenName": ("label",),
    "Sample": (
        "get_status_display",
        "get_size_display",
        "total",
        "data.key",
        "data.items",
        "paper.name",
        "at.year",
    ),
    "Talking": ("label", "absent", "wants", "wipe", "secret"),
    "Shouting": ("label", "absent"),
    "Kind": ("title",),
    "ExtraKind": ("title",),
    "FromDb": ("loaded",),
    "Asked": ("any_thing",),
    "Clash": ("get", "0"),
    "Asset": ("age", "get_next_by_made"),
    "Ship": ("age", "name"),
    "OldShip": ("name_of_port",),
    "SoftPart": ("get_next_in_order.pk", "get_soft.pk"),
    "Soft": ("get_softpart_order",),
    "Odds": (
        "word",
        "picture.url",
        "picture.thumbnail",
        "path.name",
        "cash.amount",
        "data.a.b.0",
        "data.items",
        "moment.year",
        "took.days",
        "heir.name",
    ),
}

DEPTH = 3


@dataclass(frozen=True)
class Shape:
    """The attributes of a model that a template may walk: columns, single rows, collections."""

    columns: tuple[str, ...]
    to_one: Mapping[str, str]
    to_many: Mapping[str, str]


@lru_cache(maxsize=64)
def shape(model: str) -> Shape:
    """Read the attributes of a model off Django's own description of it."""
    cls: type[Model] = apps.get_model("zoo", model)
    columns = [
        column.attname for column in cls._meta.concrete_fields if not column.attname.startswith("_")
    ]
    to_one, to_many = {}, {}
    for relation in cls._meta.get_fields():
        if not relation.is_relation:
            continue
        auto = relation.auto_created and not relation.concrete
        name = relation.get_accessor_name() if auto else relation.name
        if name is None or not hasattr(cls, name):
            continue
        target = relation.related_model.__name__ if relation.related_model else "*"
        if target != "*" and target.lower() not in apps.all_models["zoo"]:
            continue
        if relation.one_to_many or relation.many_to_many:
            if _keeps_order(target):
                to_many[name] = target
        else:
            to_one[name] = target
    return Shape((*columns, "pk", "nothing", *OWN.get(model, ())), to_one, to_many)


def _keeps_order(model: str) -> bool:
    """Without a total order SQL promises no places: a batch may give rows in another order on PostgreSQL."""
    cls = apps.get_model("zoo", model)
    return connection.vendor == "sqlite" or facts.is_total_order(cls, cls._meta.ordering or ())


@dataclass
class Names:
    """The variables of a place in a template: rows and collections with their models."""

    rows: dict[str, str] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    depth: int = 0

    def with_row(self, name: str, model: str) -> Names:
        """The names inside of something that binds a row."""
        collections = {known: of for known, of in self.collections.items() if known != name}
        return Names({**self.rows, name: model}, collections, self.depth + 1)

    def with_collection(self, name: str, model: str) -> Names:
        """The names inside of something that binds a collection."""
        rows = {known: of for known, of in self.rows.items() if known != name}
        return Names(rows, {**self.collections, name: model}, self.depth + 1)

    def deeper(self) -> Names:
        """The same names, one level down."""
        return Names(self.rows, self.collections, self.depth + 1)


class Writer:
    """Writes random templates with Hypothesis' choices."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.templates: dict[str, str] = {}

    def pick(self, options: Any) -> Any:
        """One of some options."""
        return self.draw(st.sampled_from(list(options)))

    def name(self) -> str:
        """A name that may hide one from outside."""
        return self.pick("xyzxyzab")

    # Paths

    def row(self, names: Names, steps: int = 2) -> tuple[str, str]:
        """A path to a single row, and its model."""
        path = self.pick(sorted(names.rows))
        model = names.rows[path]
        for _ in range(self.draw(st.integers(0, steps))):
            relations = shape(model).to_one
            if not relations:
                break
            step = self.pick(sorted(relations))
            path, model = f"{path}.{step}", relations[step]
            if model == "*":
                model = self.pick(TARGETS)
        return path, model

    def value(self, names: Names) -> str:
        """A path to a value that can be printed."""
        path, model = self.row(names)
        if self.draw(st.integers(0, 5)) == 0:
            return path if model in ("Author", "Tag") else f"{path}.pk"
        if shape(model).to_many and self.draw(st.integers(0, 5)) == 0:
            many = self.pick(sorted(shape(model).to_many))
            end = self.pick(["count", "all.count", "exists", "all|length", "first.pk", "all.first.pk", "all.0.pk",
                             "all|first", "all.exists", "last.pk", "all.1.pk"])  # fmt: skip
            return f"{path}.{many}.{end}"
        return f"{path}.{self.pick(shape(model).columns)}"

    def collection(self, names: Names) -> tuple[str, str] | None:
        """An expression for several rows, and their model."""
        options: list[tuple[str, str]] = list(names.collections.items()) * 2
        if names.rows:
            path, model = self.row(names, 1)
            options += [(f"{path}.{many}.all", of) for many, of in shape(model).to_many.items()]
        if not options:
            return None
        path, model = self.pick(options)
        changes = [
            "",
            "",
            "",
            "",
            "|slice:':2'",
            "|dictsort:'pk'",
            "|slice:'1:'",
            "|dictsortreversed:'pk'",
        ]
        return path + self.pick(changes), model

    # Nodes

    def body(self, names: Names) -> str:
        """A few nodes."""
        return "".join(self.node(names) for _ in range(self.draw(st.integers(1, 3))))

    def node(self, names: Names) -> str:
        """One node."""
        kinds = [self.printed, self.printed]
        if names.depth < DEPTH:
            kinds += [self.loop, self.loop, self.loop, self.condition, self.binding, self.included, self.changed,
                      self.regrouped, self.tag]  # fmt: skip
        return self.pick(kinds)(names)

    def printed(self, names: Names) -> str:
        if not names.rows:
            many = self.pick(sorted(names.collections))
            end = self.pick(
                ["|length", ".count", ".exists", ".0.pk", "|first", ".first.pk", ".nothing"]
            )
            return f"{{{{ {many}{end} }}}},"
        filters = self.pick(["", "", "", "|default:'-'", "|upper", "|yesno:'y,n'", "|add:1"])
        return f"{{{{ {self.value(names)}{filters} }}}},"

    def loop(self, names: Names) -> str:
        found = self.collection(names)
        if found is None:
            return self.printed(names)
        path, model = found
        name = self.name()
        empty = "{% empty %}-" if self.draw(st.booleans()) else ""
        turned = self.pick(["", "", " reversed"])
        body = self.body(names.with_row(name, model))
        return f"{{% for {name} in {path}{turned} %}}{body};{empty}{{% endfor %}}"

    def test(self, names: Names) -> str:
        """A condition."""
        options = ["forloop.first", "nothing", "forloop.counter < 3"]
        found = self.collection(names)
        if found is not None:
            options += [found[0], f"{found[0]}|length > 1", f"not {found[0]}"]
        if names.rows:
            path, _ = self.row(names)
            value = self.value(names)
            options += [path, path, value, f"{path} == {self.row(names)[0]}", f"{value} and {path}",
                        f"{path} is not None", f"{value} == 1 or {path}"]  # fmt: skip
            if found is not None:
                options.append(f"{path} in {found[0]}")
        return self.pick(options)

    def condition(self, names: Names) -> str:
        inner = names.deeper()
        other = "{% else %}" + self.body(inner) if self.draw(st.booleans()) else ""
        return f"{{% if {self.test(names)} %}}{self.body(inner)}{other}{{% endif %}}"

    def binding(self, names: Names) -> str:
        bound, inner = self.bound(names, self.name())
        return f"{{% with {bound} %}}{self.body(inner)}{{% endwith %}}"

    def bound(self, names: Names, name: str) -> tuple[str, Names]:
        """A binding of a name, and the names where it holds."""
        found = self.collection(names)
        if found is not None and (not names.rows or self.draw(st.booleans())):
            return f"{name}={found[0]}", names.with_collection(name, found[1])
        path, model = self.row(names)
        return f"{name}={path}", names.with_row(name, model)

    def included(self, names: Names) -> str:
        if "Node" in names.rows.values() and self.draw(st.booleans()):
            node = next(name for name, model in names.rows.items() if model == "Node")
            return f"{{% include 'tree.html' with node={node} %}}"
        own = self.name()
        bound, inner = self.bound(names, own)
        only = self.pick(["", " only"])
        if only:
            inner = Names(
                {name: model for name, model in inner.rows.items() if name == own},
                {name: model for name, model in inner.collections.items() if name == own},
                inner.depth,
            )
        name = f"part{len(self.templates)}.html"
        self.templates[name] = ""
        self.templates[name] = self.body(inner)
        return f"{{% include '{name}' with {bound}{only} %}}"

    def changed(self, names: Names) -> str:
        if not names.rows:
            return self.printed(names)
        what = self.pick(["", " " + self.value(names), " " + self.row(names)[0]])
        return f"{{% ifchanged{what} %}}{self.body(names.deeper())}{{% endifchanged %}}"

    def regrouped(self, names: Names) -> str:
        found = self.collection(names)
        if found is None:
            return self.printed(names)
        path, model = found
        key, _ = self.row(Names({"key": model}), 1)
        key = key.partition(".")[2] or self.pick(shape(model).columns)
        name = self.name()
        inner = names.with_row(name, model)
        return (
            f"{{% regroup {path} by {key} as groups %}}{{% for g in groups %}}{{{{ g.grouper.pk }}}}"
            f"{{% for {name} in g.list %}}{self.body(inner)}{{% endfor %}}{{% endfor %}}"
        )

    def tag(self, names: Names) -> str:
        if not names.rows:
            return self.printed(names)
        path, model = self.row(names)
        relation = self.pick(sorted(shape(model).to_one) or ["pk"])
        kinds = [
            f"{{% follow {path} '{relation}.pk' %}}",
            f"{{{{ {path}|followed:'{relation}' }}}}",
            f"{{% follow {path} '{relation}' as z %}}{{{{ z.pk }}}}",
            f"{{% follow_here '{path}.{relation}' %}}",
            "{% firstof "
            + f"{self.value(names)} {self.value(names)}".replace("|first", "")
            + " 'none' %}",
            f"{{% cycle {self.value(names)} {self.value(names)} %}}",
        ]
        return self.pick(kinds)


TREE = "{{ node.name }}{% for child in node.children.all %}{% include 'tree.html' with node=child %}{% endfor %}"


@dataclass(frozen=True)
class Source:
    """A QuerySet and the form in which a view hands it over."""

    queryset: QuerySet[Any]
    form: str

    def make(self) -> Any:
        """Hand it over, freshly."""
        fresh = self.queryset.all()
        return FORMS[self.form](fresh)


def _read(queryset: QuerySet[Any]) -> QuerySet[Any]:
    len(queryset)
    return queryset


def _changed(queryset: QuerySet[Any]) -> list[Any]:
    rows = list(queryset)
    for n, row in enumerate(rows[::2]):
        row.name = row.title = f"<{n}>"
        row.nothing = n
    return rows


FORMS: dict[str, Callable[[QuerySet[Any]], Any]] = {
    "queryset": lambda queryset: queryset,
    "read": _read,
    "list": list,
    "changed": _changed,
    "page": lambda queryset: Paginator(queryset, 3).get_page(1),
    "lists": lambda queryset: [*queryset, *queryset.all()[:2]],
    "iterator": lambda queryset: queryset.all().iterator(100),
}

BOOK_CHANGES: list[Callable[[QuerySet[Any]], QuerySet[Any]]] = [
    lambda rows: rows.select_related("author"),
    lambda rows: rows.select_related("editor__country", "language"),
    lambda rows: rows.prefetch_related("author", "tags__category"),
    lambda rows: rows.prefetch_related(
        Prefetch("chapters", zoo.Chapter.objects.filter(number__gt=0))
    ),
    lambda rows: rows.prefetch_related(Prefetch("tags", zoo.Tag.objects.all(), to_attr="nothing")),
    lambda rows: rows.prefetch_related(
        Prefetch("author", zoo.Author.objects.select_related("country"))
    ),
    lambda rows: rows.only("title"),
    lambda rows: rows.defer("author", "title"),
    lambda rows: rows.annotate(Count("tags")),
    lambda rows: rows.annotate(nothing=F("author_id") * 2),
    lambda rows: rows.filter(tags__name__in=["t0", "t1"]),
    lambda rows: rows.filter(tags__name__in=["t0", "t1"]).distinct(),
]


@st.composite
def sources(draw: st.DrawFn, model: str) -> Source:
    """What a view might make of a model's rows."""
    queryset = getattr(zoo, model)._default_manager.order_by(
        *draw(st.sampled_from([("pk",), ("-pk",)]))
    )
    if draw(st.integers(0, 4)) == 0:
        queryset = getattr(zoo, model)._default_manager.all()
    if model == "Book":
        for change in draw(st.lists(st.sampled_from(BOOK_CHANGES), max_size=1)):
            queryset = change(queryset)
    how = draw(st.sampled_from(["", "", "", "slice", "union"]))
    if how == "slice":
        queryset = queryset[:3]
    if how == "union" and not queryset.query.annotations and not queryset._prefetch_related_lookups:
        clean = queryset.order_by().select_related(None)
        queryset = clean.union(clean, all=True).order_by("pk")
    form = draw(st.sampled_from([*FORMS, "queryset", "queryset", "queryset"]))
    return Source(queryset, form)


@dataclass(frozen=True)
class RandomPage:
    """A page, printed without being evaluated."""

    source: str
    templates: Mapping[str, str]
    sources: Mapping[str, Source]
    single: str | None

    def scene(self) -> Scene:
        """The scene of one comparison."""
        return Scene(
            self.source, self.context, self.templates, libraries={"handlers": "tests.laws.handlers"}
        )

    def context(self) -> dict[str, Any]:
        """A fresh context; `again` is the same object as `a`, `one` a row by itself."""
        made = {name: source.make() for name, source in self.sources.items()}
        made["again"] = made["a"]
        if self.single:
            made["one"] = getattr(zoo, self.single)._default_manager.order_by("pk").first()
        return made

    def __repr__(self) -> str:
        handed = {name: f"{of.queryset.model.__name__} {of.form} {of.queryset.query.__dict__.get('select_related')}"
                  f" {of.queryset._prefetch_related_lookups}" for name, of in self.sources.items()}  # fmt: skip
        return f"{self.source!r}\n{dict(self.templates)}\n{handed} one: {self.single}"


@st.composite
def pages(draw: st.DrawFn) -> RandomPage:
    """A template with its partials and its sources."""
    first, second = draw(st.sampled_from(ROOTS)), draw(st.sampled_from(ROOTS))
    handed = {"a": draw(sources(first)), "b": draw(sources(second))}
    single = draw(st.sampled_from(ROOTS))
    names = Names({"one": single}, {"a": first, "b": second, "again": first})
    writer = Writer(draw)
    body = writer.body(names)
    templates = {name: "{% load handlers %}" + text for name, text in writer.templates.items()}
    return RandomPage(
        "{% load handlers %}" + body, {**templates, "tree.html": TREE}, handed, single
    )
