"""Strategies: what views may do to a QuerySet before they hand it over, and templates that do anything to its rows."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.core.paginator import Paginator
from django.db import DatabaseError, NotSupportedError, transaction
from django.db.models import (
    Model,
)
from django.utils.functional import SimpleLazyObject
from hypothesis import strategies as st
from traps.compared import Case
from traps.random_changes import Rows, Step, changes_of

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
MISFITS = (FieldError, FieldDoesNotExist, NotSupportedError, TypeError, ValueError, AttributeError)
FAILURES = (*MISFITS, ValidationError, DatabaseError, LookupError, NotImplementedError)


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
            except (*MISFITS, ValidationError):
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
def views(draw: st.DrawFn, model: str) -> View:
    """What a view might hand over of a model's rows."""
    steps = draw(st.lists(changes_of(model), max_size=3))
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
                # Rows themselves: objects that several of them point to may be one (docs/limits.md).
                f"{{% keep {name} %}}{{% kept %}}",
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
        except FAILURES:
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
