"""Strategies: what views may do to a QuerySet before they hand it over, and templates that do anything to its rows."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.core.paginator import Paginator
from django.db import DatabaseError, NotSupportedError, transaction
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.functional import SimpleLazyObject
from hypothesis import strategies as st
from traps.compared import Case

from tests.laws.random_pages import TREE, Names, Writer, shape

#: Models that views start from, those with many relations more often.
ROOTS = ["Book"] * 8 + ["Author"] * 4 + ["Comment", "Chapter", "Tag", "Review", "Profile", "Node"] * 2 + [
    "Place", "Restaurant", "Bistro", "Club", "Membership", "Language", "Gadget", "Shelf", "Ranked", "PenName", "Secret",
    "Seat", "Sample", "Sample", "Clash", "FromDb", "Started", "Asked", "Watched", "Indexed", "Talking", "Shouting",
    "Kind", "ExtraKind", "Quiet", "Brought", "Deed", "Deed", "Firm", "Site", "Desk", "Badge", "Scratch", "Mark", "Asset",
    "Ship", "House", "OldShip", "Crew", "Crew", "Liking", "Soft", "Soft", "SoftPart", "Odds", "Odds", "Basket", "Basket",
    "Lost", "Dish", "Member",
]  # fmt: skip

#: What building a QuerySet raises when its parts do not go together: the view would not have got that far.
_MISFITS = (FieldError, FieldDoesNotExist, NotSupportedError, TypeError, ValueError, AttributeError)
_FAILURES = (*_MISFITS, ValidationError, DatabaseError, LookupError, NotImplementedError)

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Step:
    """One change of a QuerySet, with its words for the report of a failure."""

    words: str
    change: Callable[[Rows], Rows]


@dataclass(frozen=True, repr=False)
class View:
    """A QuerySet of a model after some steps, and the form in which it is handed over."""

    model: str
    steps: tuple[Step, ...]
    form: str

    def make(self) -> Any:
        """Hand it over, freshly."""
        rows = apps.get_model("zoo", self.model)._default_manager.all()
        for step in self.steps:
            try:
                rows = step.change(rows)
            except (*_MISFITS, ValidationError):
                continue
        return FORMS[self.form](rows)

    def __repr__(self) -> str:
        return f"{self.model}.objects{''.join(step.words for step in self.steps)} as {self.form}"


def _read(rows: Rows) -> Rows:
    len(rows)
    return rows


def _changed(rows: Rows) -> list[Any]:
    found = list(rows)
    for n, row in enumerate(found[::2]):
        if isinstance(row, Model):
            row.name = row.title = row.nothing = f"<{n}>"  # type: ignore[attr-defined]
    return found


FORMS: dict[str, Callable[[Rows], Any]] = {
    "queryset": lambda rows: rows,
    "read": _read,
    "list": list,
    "tuple": tuple,
    "changed": _changed,
    "page": lambda rows: Paginator(rows, 3).get_page(1),
    "last page": lambda rows: Paginator(rows, 2).get_page(99),
    "page of list": lambda rows: Paginator(list(rows), 3).get_page(1),
    "lists": lambda rows: [*rows, *rows.all()[:2]],
    "iterator": lambda rows: rows.iterator(chunk_size=100),
    "generator": lambda rows: (row for row in rows),
    "pickled": lambda rows: pickle.loads(pickle.dumps(rows.all())),
    "pickled rows": lambda rows: pickle.loads(pickle.dumps(list(rows))),
    "copied": lambda rows: copy.deepcopy(rows),
    "partly read": lambda rows: (rows, bool(rows[:1]), rows.exists())[0],
    "slice of read": lambda rows: _read(rows)[:2],
    "dictionary": lambda rows: dict(enumerate(rows)),
    "function": lambda rows: lambda: rows,
    "function of new rows": lambda rows: lambda: rows.all(),
    "lazy": lambda rows: SimpleLazyObject(lambda: rows),
    "lazy list": lambda rows: SimpleLazyObject(lambda: list(rows)),
    "chained": lambda rows: itertools.chain(rows, rows.all()[:1]),
    "manager": lambda rows: rows.model._default_manager,
    "paginator": lambda rows: Paginator(rows, 2, orphans=1).page(1),
    "reversed": lambda rows: list(reversed(rows)),
    "one by one": lambda rows: [rows.model._default_manager.get(pk=row.pk) for row in rows[:3]],
}


@st.composite
def steps_of(draw: st.DrawFn, model: str) -> Step:
    """A change that fits the model's columns and relations."""
    of = shape(model)
    columns = [name for name in of.columns if name.isidentifier() and name not in ("pk", "nothing")]
    column = draw(st.sampled_from(columns))
    one = draw(st.sampled_from(sorted(of.to_one) or ["pk"]))
    further = draw(st.sampled_from(sorted(_further(of.to_one.get(one))) or ["pk"]))
    many = draw(st.sampled_from(sorted(of.to_many) or ["pk"]))
    below = of.to_many.get(many)
    deep = draw(st.sampled_from(sorted(_further(below)) or ["pk"]))
    query_name = _query_name(model, many)
    target = apps.get_model("zoo", below)._default_manager if below not in (None, "*") else None
    number = draw(st.integers(0, 3))
    options = [
        Step(".order_by('pk')", lambda rows: rows.order_by("pk")),
        Step(".order_by('-pk')", lambda rows: rows.order_by("-pk")),
        Step(".order_by()", lambda rows: rows.order_by()),
        Step(f".order_by('{column}', 'pk')", lambda rows: rows.order_by(column, "pk")),
        Step(f".order_by('{one}', 'pk')", lambda rows: rows.order_by(one, "pk")),
        Step(".reverse()", lambda rows: rows.reverse()),
        Step(f".filter(pk__gt={number})", lambda rows: rows.filter(pk__gt=number)),
        Step(f".filter({one}__isnull=True)", lambda rows: rows.filter(**{f"{one}__isnull": True})),
        Step(f".exclude({one}=None)", lambda rows: rows.exclude(**{one: None})),
        Step(f".filter({query_name}__isnull=False)", lambda rows: rows.filter(**{f"{query_name}__isnull": False})),
        Step(".distinct()", lambda rows: rows.distinct()),
        Step(f".annotate(nothing=Count('{query_name}'))", lambda rows: rows.annotate(nothing=Count(query_name))),
        Step(f".annotate(n=Count('{one}', distinct=True))", lambda rows: rows.annotate(n=Count(one, distinct=True))),
        Step(f".annotate(nothing=F('{one}__pk'))", lambda rows: rows.annotate(nothing=F(f"{one}__pk"))),
        Step(f".annotate(nothing=F('{query_name}__pk'))", lambda rows: rows.annotate(nothing=F(f"{query_name}__pk"))),
        Step(".annotate(nothing=Value(3))", lambda rows: rows.annotate(nothing=Value(3))),
        Step(".annotate(nothing=Window())", lambda rows: rows.annotate(nothing=Window(RowNumber(), order_by="pk"))),
        Step(f".only('{column}')", lambda rows: rows.only(column)),
        Step(f".only('pk', '{one}')", lambda rows: rows.only("pk", one)),
        Step(f".defer('{column}')", lambda rows: rows.defer(column)),
        Step(f".defer('{one}')", lambda rows: rows.defer(one)),
        Step(f".select_related('{one}')", lambda rows: rows.select_related(one)),
        Step(f".select_related('{one}__{further}')", lambda rows: rows.select_related(f"{one}__{further}")),
        Step(".select_related()", lambda rows: rows.select_related()),
        Step(f".prefetch_related('{one}')", lambda rows: rows.prefetch_related(one)),
        Step(f".prefetch_related('{many}')", lambda rows: rows.prefetch_related(many)),
        Step(f".prefetch_related('{many}__{deep}')", lambda rows: rows.prefetch_related(f"{many}__{deep}")),
        Step(f".prefetch_related('{one}__{further}')", lambda rows: rows.prefetch_related(f"{one}__{further}")),
        Step(f"[:{number}]", lambda rows: rows[:number]),
        Step(f"[{number}:]", lambda rows: rows[number:]),
        Step(".union(itself)", lambda rows: rows.order_by().union(rows.order_by())),
        Step(".union(itself, all=True).order_by('id')", lambda rows: rows.order_by().union(rows.order_by(), all=True).order_by("id")),
        Step(" | itself", lambda rows: rows | rows.all()),
        Step(f".extra(select={{'nothing': '{number}'}})", lambda rows: rows.extra(select={"nothing": str(number)})),
        Step(".select_for_update()", lambda rows: rows.select_for_update(of=("self",))),
        Step(f".values('pk', '{column}', '{one}')", lambda rows: rows.values("pk", column, one)),
        Step(f".values_list('{column}', '{one}')", lambda rows: rows.values_list(column, one)),
        Step(f".values_list('{one}', flat=True)", lambda rows: rows.values_list(one, flat=True)),
        Step(f".values('{one}').annotate(nothing=Count('pk'))", lambda rows: rows.values(one).annotate(nothing=Count("pk")).order_by(one)),
        Step(".using('default')", lambda rows: rows.using("default")),
        Step(".none()", lambda rows: rows.none()),
        Step(".select_related(None).prefetch_related(None)", lambda rows: rows.select_related(None).prefetch_related(None)),
        Step(f".order_by(F('{column}').desc(nulls_last=True), 'pk')", lambda rows: rows.order_by(F(column).desc(nulls_last=True), "pk")),
        Step(f".order_by('{one}__{further}', '-pk')", lambda rows: rows.order_by(f"{one}__{further}", "-pk")),
        Step(".filter(Exists(itself))", lambda rows: rows.filter(Exists(rows.model._default_manager.filter(pk=OuterRef("pk"))))),
        Step(f".alias(own=F('{column}')).annotate(nothing=F('own'))", lambda rows: rows.alias(own=F(column)).annotate(nothing=F("own"))),
        Step(f".annotate(nothing=FilteredRelation('{one}'))", lambda rows: rows.annotate(near=FilteredRelation(one, condition=Q(**{f"{one}__pk__gt": 0}))).filter(near__isnull=False)),
        Step(f".only('{column}', '{one}__{further}')", lambda rows: rows.select_related(one).only(column, f"{one}__{further}")),
        Step(f".defer('{one}__{further}')", lambda rows: rows.select_related(one).defer(f"{one}__{further}")),
        Step(".difference(none)", lambda rows: rows.order_by().difference(rows.none())),
        Step(".intersection(itself)", lambda rows: rows.order_by().intersection(rows.order_by())),
        Step(f".exclude({query_name}__pk={number})", lambda rows: rows.exclude(**{f"{query_name}__pk": number})),
        Step(f".distinct('{column}')", lambda rows: rows.order_by(column, "pk").distinct(column)),
        Step(f".filter({one}__in=all)", lambda rows: rows.filter(**{f"{one}__in": apps.get_model("zoo", of.to_one[one])._default_manager.all()})),
        Step(".update-like", lambda rows: (rows, rows.filter(pk=-1).update(**{column: None}))[0]),
        *_generic_steps(model, one),
    ]  # fmt: skip
    if target is not None:
        options += [
            Step(f".prefetch_related({many}: pk > {number})", lambda rows: rows.prefetch_related(Prefetch(many, target.filter(pk__gt=number)))),
            Step(f".prefetch_related({many}: -pk)", lambda rows: rows.prefetch_related(Prefetch(many, target.order_by("-pk")))),
            Step(f".prefetch_related({many} to nothing)", lambda rows: rows.prefetch_related(Prefetch(many, target.all(), to_attr="nothing"))),
            Step(f".prefetch_related({many}[:1] to nothing)", lambda rows: rows.prefetch_related(Prefetch(many, target.order_by("pk")[:1], to_attr="nothing"))),
            Step(f".prefetch_related({many}: only pk)", lambda rows: rows.prefetch_related(Prefetch(many, target.only("pk")))),
            Step(f".prefetch_related({many}: prefetching {deep})", lambda rows: rows.prefetch_related(Prefetch(many, target.prefetch_related(deep)))),
            Step(f".prefetch_related({many}: distinct)", lambda rows: rows.prefetch_related(Prefetch(many, target.distinct()))),
            Step(f".prefetch_related({many}: annotated)", lambda rows: rows.prefetch_related(Prefetch(many, target.annotate(nothing=F("pk"))))),
            Step(f".prefetch_related({many}, {many}: {deep})", lambda rows: rows.prefetch_related(Prefetch(many, target.select_related(deep)))),
        ]  # fmt: skip
    return draw(st.sampled_from(options))


def _generic_steps(model: str, one: str) -> list[Step]:
    """Changes that name QuerySets for a relation to one row."""
    target = shape(model).to_one.get(one)
    if target == "*":
        books, authors = (
            apps.get_model("zoo", name)._default_manager for name in ("Book", "Author")
        )
        querysets = [books.select_related("author"), authors.filter(pk__gt=1)]
        return [Step(f".prefetch_related({one}: books, some authors)", lambda rows: rows.prefetch_related(GenericPrefetch(one, querysets)))]  # fmt: skip
    if target is None:
        return []
    rows_of = apps.get_model("zoo", target)._base_manager
    return [
        Step(f".prefetch_related({one}: pk > 1)", lambda rows: rows.prefetch_related(Prefetch(one, rows_of.filter(pk__gt=1)))),
        Step(f".prefetch_related({one}: only pk)", lambda rows: rows.prefetch_related(Prefetch(one, rows_of.only("pk")))),
        Step(f".prefetch_related({one} to nothing)", lambda rows: rows.prefetch_related(Prefetch(one, rows_of.all(), to_attr="nothing"))),
    ]  # fmt: skip


def _further(model: str | None) -> list[str]:
    return [] if model in (None, "*") else sorted(shape(model).to_one)  # type: ignore[arg-type]


def _query_name(model: str, accessor: str) -> str:
    for relation in apps.get_model("zoo", model)._meta.get_fields():
        reverse = getattr(relation, "get_accessor_name", None)
        if accessor == (relation.name if reverse is None else reverse()):
            return str(relation.name)
    return accessor


@st.composite
def views(draw: st.DrawFn, model: str) -> View:
    """What a view might hand over of a model's rows."""
    steps = draw(st.lists(steps_of(model), max_size=3))
    first = draw(
        st.sampled_from([(), (Step(".order_by('pk')", lambda rows: rows.order_by("pk")),)])
    )
    form = draw(st.sampled_from([*["queryset"] * 2 * len(FORMS), *FORMS]))
    return View(model, (*first, *steps), form)


class Attacker(Writer):
    """Writes templates that also print rows, leave them to Python code, and render under other circumstances."""

    def node(self, names: Names) -> str:
        """One node; every fourth is of the kinds of this class."""
        if self.draw(st.integers(0, 3)) or names.depth >= 3:
            return super().node(names)
        return self.pick(
            [
                self.wrapped,
                self.wrapped,
                self.python,
                self.whole,
                self.whole,
                self.counted,
                self.counted,
                self.unpacked,
            ]
        )(names)

    def wrapped(self, names: Names) -> str:
        """A body under other circumstances."""
        start, end = self.pick(
            [
                ("{% around %}", "{% endaround %}"),
                ("{% filter upper %}", "{% endfilter %}"),
                ("{% spaceless %}", "{% endspaceless %}"),
                ("{% autoescape off %}", "{% endautoescape %}"),
                ("{% load tz %}{% timezone 'Asia/Tokyo' %}", "{% endtimezone %}"),
                ("{% load l10n %}{% localize on %}", "{% endlocalize %}"),
                ("{% load i18n %}{% language 'de' %}", "{% endlanguage %}"),
                ("{% load cache %}{% cache 0 'x' %}", "{% endcache %}"),
                ("{% if nothing %}", "{% endif %}"),
                ("{% boxed %}", "{% endboxed %}"),
                ("{% boxed as inside %}", "{% endboxed %}{{ inside }}"),
                ("{% load i18n %}{% blocktranslate trimmed %}x{% endblocktranslate %}", ""),
            ]
        )
        return f"{start}{self.body(names.deeper())}{end}"

    def python(self, names: Names) -> str:
        """Python code that is given rows, or finds them."""
        if not names.rows:
            many = self.pick(sorted(names.collections))
            return self.pick([f"{{% sizes {many} %}}", f"{{% seen '{many}' %}}", "{% names %}"])
        path, model = self.row(names)
        name = self.pick(sorted(names.rows))
        relation = self.pick(sorted(shape(model).to_one) or ["pk"])
        return self.pick(
            [
                f"{{% seen '{name}' %}}",
                "{% names %}",
                "{% loops %}",
                f"{{% kind_of {path} %}}",
                f"{{{{ {path}|classed }}}}",
                f"{{% bind z {path} %}}{{{{ z.{relation}.pk }}}}",
                f"{{% with z={path} %}}{{% seen 'z' 'pk' %}}{{% endwith %}}",
                f"{{% shown {path} %}}",
                f"{{% keep {path} %}}{{% kept %}}",
                f"{{% cycle {path} 'x' as turn %}}{{% resetcycle turn %}}",
                f"{{% boxed %}}{{{{ {path}.{relation}.pk }}}}{{% endboxed %}}",
            ]
        )

    def whole(self, names: Names) -> str:
        """A row, or rows, as a whole."""
        if not names.rows:
            many = self.pick(sorted(names.collections))
            return self.pick(
                [
                    f"{{{{ {many}|join:',' }}}}",
                    f"{{{{ {many}.0 }}}}",
                    f"{{{{ {many}|length }}}}{{{{ {many}.count }}}}",
                    f"{{% if {many} %}}{{{{ {many}|first }}}}{{% endif %}}",
                    f"{{{{ {many} }}}}",
                    f"{{{{ {many}|yesno }}}}{{{{ {many}|default:'-' }}}}",
                ]
            )
        path, _ = self.row(names)
        return self.pick(
            [
                f"{{{{ {path} }}}}",
                f"{{{{ {path}|default:'-' }}}}",
                f"{{% firstof {path}.nothing {path} %}}",
                f"{{{{ {path}|length }}}}",
                f"{{{{ {path}|pprint }}}}",
                f"{{% if {path} %}}{{{{ {path} }}}}{{% endif %}}",
                f"{{{{ {path}.delete }}}}{{{{ {path}.save }}}}",
                f"{{{{ {path}.0 }}}}{{{{ {path}.items }}}}",
            ]
        )

    def counted(self, names: Names) -> str:
        """A collection in several ways at once."""
        found = self.collection(Names(names.rows, names.collections, names.depth))
        if found is None:
            return self.printed(names)
        path = found[0].split("|")[0]
        ways = [
            f"{{{{ {path}.count }}}}",
            f"{{{{ {path}|length }}}}",
            f"{{% if {path} %}}y{{% endif %}}",
            f"{{% for k in {path} %}}{{{{ k.pk }}}},{{% endfor %}}",
            f"{{% for k in {path}|slice:':1' %}}{{{{ k.pk }}}},{{% endfor %}}",
            f"{{{{ {path}.first.pk }}}}",
            f"{{{{ {path}.last.pk }}}}",
            f"{{{{ {path}.exists }}}}",
            f"{{{{ {path}.0.pk }}}}",
        ]
        chosen = self.draw(st.lists(st.sampled_from(ways), min_size=2, max_size=4))
        return "".join(chosen)

    def unpacked(self, names: Names) -> str:
        """A loop with two names."""
        found = self.collection(names)
        if found is None or self.draw(st.integers(0, 5)):
            return self.counted(names)
        return f"{{% for m, n in {found[0]} %}}{{{{ m }}}}={{{{ n }}}};{{% endfor %}}"


class PlainWriter(Writer):
    """Writes templates that ask rows for nothing but columns, over relations: no row is needed as an object."""

    def node(self, names: Names) -> str:
        """One node."""
        kinds = [self.printed, self.printed, self.printed]
        if names.depth < 3:
            kinds += [self.loop, self.loop, self.condition, self.included, self.binding]
        return self.pick(kinds)(names)

    def printed(self, names: Names) -> str:
        """A column, if there is a row; else nothing."""
        if not names.rows:
            return "-"
        filters = self.pick(
            [
                "",
                "",
                "",
                "",
                "|default:'-'",
                "|upper",
                "|yesno:'y,n'",
                "|default_if_none:'+'",
                "|length",
            ]
        )
        return f"{{{{ {self.value(names)}{filters} }}}},"

    def value(self, names: Names) -> str:
        """A column of a row."""
        path, model = self.row(names)
        return f"{path}.{self.pick(shape(model).columns)}"

    def collection(self, names: Names) -> tuple[str, str] | None:
        """All rows of a relation, or of a source."""
        found = super().collection(names)
        return found and (found[0].split("|")[0], found[1])

    def test(self, names: Names) -> str:
        """A condition on columns and relations."""
        options = ["forloop.first", "not forloop.last", "nothing"]
        if names.rows:
            value, path = self.value(names), self.row(names)[0]
            options += [
                value,
                f"{value} == 1",
                f"{value} is None",
                f"{value} and {path}",
                path,
                f"{path} is not None",
            ]
        return self.pick(options)


@dataclass(frozen=True, repr=False)
class Attack:
    """A page and its views, printed without being evaluated."""

    source: str
    templates: Mapping[str, str]
    views: Mapping[str, View]
    single: str
    options: Mapping[str, Any]

    def case(self) -> Case:
        """The case of one comparison."""
        source = "{% load handlers %}" + self.source
        return Case(source, self.context, self.templates, options=self.options)

    def context(self) -> dict[str, Any]:
        """A fresh context; `again` is the same object as `a`, `one` a row by itself."""
        made: dict[str, Any] = {name: view.make() for name, view in self.views.items()}
        one = apps.get_model("zoo", self.single)._default_manager.order_by("pk")[:1]
        one = next(iter(one), None)
        return {**made, "again": made["a"], "one": one, "inner": "derived.html"}

    def can_be_made(self) -> bool:
        """Whether the views get as far as rendering."""
        try:
            with transaction.atomic():
                self.context()
        except _FAILURES:
            return False
        return True

    def __repr__(self) -> str:
        return (
            f"{self.source!r}\n{dict(self.templates)}\n{dict(self.views)}\n"
            f"one: {self.single} {dict(self.options)}"
        )


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    """A template with its partials and its views."""
    first, second, single = (draw(st.sampled_from(ROOTS)) for _ in range(3))
    handed = {"a": draw(views(first)), "b": draw(views(second))}
    writer = draw(st.sampled_from([Attacker, Attacker, PlainWriter]))(draw)
    names = Names({"one": single}, {"a": first, "b": second, "again": first})
    body = "".join(
        f"{{% for x in {name} %}}{writer.body(names.with_row('x', model))}{{% endfor %}}"
        for name, model in draw(
            st.lists(st.sampled_from([("a", first), ("b", second)]), min_size=1, max_size=2)
        )
    )
    body += writer.body(names)
    load = "{% load handlers tools %}"
    templates = {name: load + text for name, text in writer.templates.items()}
    templates["row.html"] = "{{ b.pk }}{{ b.name }}{{ b.author.name }}"
    if draw(st.integers(0, 3)) == 0:
        rows = names.with_row("x", first)
        templates["base.html"] = (
            f"{load}{{% block head %}}{writer.body(names)}{{% endblock %}}|"
            f"{{% for x in a %}}{{% block row %}}{writer.body(rows)}{{% endblock %}}{{% endfor %}}"
        )
        body = (
            f"{{% block row %}}{{% if x %}}{{{{ block.super }}}}{{% endif %}}{writer.body(rows)}{{% endblock %}}"
            f"{{% block head %}}{body}{{{{ block.super }}}}{{% endblock %}}"
        )
        templates |= {name: load + text for name, text in writer.templates.items()}
        templates["derived.html"] = "{% extends 'base.html' %}" + load + body
        body = draw(st.sampled_from(["{% include 'derived.html' %}", "{% include inner %}"]))
    options = draw(
        st.sampled_from(
            [{}, {}, {"string_if_invalid": "INVALID %s"}, {"autoescape": False}, {"debug": True}]
        )
    )
    return Attack(body, {**templates, "tree.html": TREE}, handed, single, options)
