"""Random usages of random querysets over random rows: same values, never more queries."""

from __future__ import annotations

import os

from django.db import models, transaction
from django.db.models import Count, F, Prefetch, QuerySet
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from walker import both
from zoo import models as zoo
from zoo.data import populate

from djust_backend import orm
from djust_backend.orm.usage import COUNTED, ITERATED, REACHED, TRUTH, Usage

EXAMPLES = int(os.environ.get("ORM_EXAMPLES", "150"))

# For each model: columns, to-one relations, to-many relations and where they lead.
SCHEMA: dict[str, tuple[list[str], dict[str, str], dict[str, str]]] = {
    "Country": (["name", "pk"], {}, {}),
    "Secret": (["name"], {}, {}),
    "Category": (["name"], {}, {}),
    "Language": (["code"], {"country": "Country"}, {}),
    "Profile": (["bio"], {"author": "Author", "home": "Country"}, {}),
    "Author": (
        ["name", "label", "country_id"],
        {"country": "Country", "mentor": "Author", "profile": "Profile"},
        {"pupils": "Author", "edited": "Book", "seats": "Seat"},
    ),
    "Tag": (["name"], {"category": "Category"}, {"book_set": "Book"}),
    "Chapter": (["number"], {"book": "Book", "translator": "Author"}, {}),
    "Review": (["hidden"], {"book": "Book", "reader": "Author"}, {}),
    "Comment": (["text"], {"writer": "Author", "target": "*"}, {}),
    "Book": (
        ["title", "author_id"],
        {
            "author": "Author",
            "editor": "Author",
            "publisher": "Country",
            "sponsor": "Country",
            "vault": "Secret",
            "drawer": "Secret",
            "language": "Language",
        },
        {"tags": "Tag", "chapters": "Chapter", "review_set": "Review", "comments": "Comment"},
    ),
    "Place": (["name"], {"country": "Country", "restaurant": "Restaurant"}, {}),
    "Restaurant": (
        ["name"],
        {"country": "Country", "chef": "Author", "place_ptr": "Place"},
        {},
    ),
    "Node": (["name"], {"parent": "Node"}, {"children": "Node"}),
    "Seat": (["number"], {"guest": "Author"}, {}),
}


@st.composite
def needs_of(draw: st.DrawFn, model: str, depth: int) -> Usage:
    fields: dict[str, Usage] = {}
    if model == "*":
        model = draw(st.sampled_from(["Book", "Author", "Restaurant"]))
    columns, to_one, to_many = SCHEMA[model]
    for name in draw(st.lists(st.sampled_from(columns), max_size=1)):
        fields[name] = Usage(REACHED, REACHED, {}, None)
    if depth and to_one:
        for name in draw(st.lists(st.sampled_from(sorted(to_one)), max_size=2, unique=True)):
            below = draw(needs_of(to_one[name], depth - 1))
            fields[name] = Usage(draw(st.sampled_from([0, REACHED])), REACHED, below.fields, None)
    if depth and to_many:
        for name in draw(st.lists(st.sampled_from(sorted(to_many)), max_size=1)):
            fields[name] = draw(many(to_many[name], depth - 1))
    return Usage(REACHED, REACHED, fields, None)


@st.composite
def many(draw: st.DrawFn, model: str, depth: int) -> Usage:
    each = draw(needs_of(model, depth))
    reads = draw(st.sampled_from([ITERATED, TRUTH, COUNTED, ITERATED | TRUTH]))
    sure = draw(st.booleans())
    calls = {
        "all": Usage(REACHED | reads if sure else 0, REACHED | reads, {}, each),
    }
    if draw(st.booleans()):
        del calls["all"]
    for name in draw(st.lists(st.sampled_from(["count", "exists"]), max_size=1)):
        calls[name] = Usage(draw(st.sampled_from([0, REACHED])), REACHED, {}, None)
    return Usage(draw(st.sampled_from([0, REACHED])), REACHED, calls, None)


ORDERS = [(), ("pk",), ("-pk",), ("name",), ("author__name",), ("title", "pk"), (F("pk").desc(),)]


@st.composite
def querysets(draw: st.DrawFn) -> tuple[str, QuerySet]:
    name = draw(st.sampled_from([*sorted(SCHEMA), "Book", "Book", "Author", "Comment", "PenName"]))
    model = getattr(zoo, name)
    manager = model._default_manager
    queryset = manager.all()
    columns = {column.name for column in model._meta.get_fields()}
    order = draw(st.sampled_from(ORDERS))
    if all(
        not isinstance(part, str) or part.strip("-").split("__")[0] in columns | {"pk"}
        for part in order
    ):
        queryset = queryset.order_by(*order) if order else queryset
    if name == "Book":
        for change in draw(st.lists(st.sampled_from(BOOK_CHANGES), max_size=2, unique=True)):
            queryset = change(queryset)
    return ("Author" if name == "PenName" else name), shape(draw, queryset)


BOOK_CHANGES = [
    lambda queryset: queryset.select_related("author"),
    lambda queryset: queryset.select_related("editor__country"),
    lambda queryset: queryset.select_related(),
    lambda queryset: queryset.prefetch_related("author"),
    lambda queryset: queryset.prefetch_related("tags__category"),
    lambda queryset: queryset.prefetch_related("author__country"),
    lambda queryset: queryset.prefetch_related(
        Prefetch("chapters", zoo.Chapter.objects.filter(number__gt=0))
    ),
    lambda queryset: queryset.prefetch_related(
        Prefetch("author", zoo.Author.objects.select_related("country"))
    ),
    lambda queryset: queryset.only("title"),
    lambda queryset: queryset.only("title", "author"),
    lambda queryset: queryset.defer("author"),
    lambda queryset: queryset.defer("title", "editor_id"),
    lambda queryset: queryset.annotate(Count("tags")),
    lambda queryset: queryset.annotate(twice=F("author_id") * 2),
    lambda queryset: queryset.filter(tags__name__in=["t0", "t1"]),
    lambda queryset: queryset.filter(author__country__isnull=True),
    lambda queryset: queryset.exclude(editor=None),
    lambda queryset: queryset.extra(select={"one": "1"}),
]


def shape(draw: st.DrawFn, queryset: QuerySet) -> QuerySet:
    how = draw(st.sampled_from(["", "", "distinct", "slice", "reverse", "union", "list", "lock"]))
    if how == "distinct":
        return queryset.distinct()
    if how == "slice":
        return queryset[1:3]
    if how == "reverse":
        return queryset.reverse()
    if how == "union" and not queryset.query.annotations and not queryset.query.extra:
        clean = queryset.order_by().prefetch_related(None).select_related(None)
        return clean.union(clean, all=True)
    return queryset


class Case:
    """A QuerySet and its usage; printed without being evaluated."""

    def __init__(self, queryset: QuerySet, needs: Usage) -> None:
        self.queryset = queryset
        self.needs = needs

    def __repr__(self) -> str:
        return f"{self.queryset.model.__name__} {self.needs.paths()}"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    name, queryset = draw(querysets())
    return Case(queryset, Usage(REACHED | ITERATED, 0, {}, draw(needs_of(name, 3))))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    case=cases(),
    seed=st.integers(0, 10_000),
    size=st.sampled_from([0, 1, 2, 4, 6]),
)
def test_random_usage_of_random_querysets(db, case, seed, size):
    queryset, needs = case.queryset, case.needs
    with transaction.atomic():
        populate(seed, size)
        note(orm.explain(queryset, needs))
        both(queryset.all, needs, may_fail=True)
        both(lambda: list(queryset.all()), needs, may_fail=True)
        transaction.set_rollback(True)


def test_schema_names_real_attributes():
    for name, (_, to_one, to_many) in SCHEMA.items():
        model: type[models.Model] = getattr(zoo, name)
        for relation in (*to_one, *to_many):
            assert orm.accessor(model, relation) is not None, (name, relation)
