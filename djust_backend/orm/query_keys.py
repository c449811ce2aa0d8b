"""Keys of queries: what the text of a query's SQL depends on, read natively by the recipes here.

Of Django's own classes, unchanged since they were looked at, the text depends on nothing but what
the recipes name. Whatever else is in a query has no recipe, and the query no key: expressions,
lookups and fields of the site's or of another package, raw SQL, times that depend on a time zone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Exists, F, Field, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Col, OrderBy, Ref, ResolvedOuterRef
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable, Join
from django.db.models.sql.where import NothingNode, WhereNode

from . import conditions, expressions, order_names, readers, shapes
from .versions import versions

# The grammars: what an object's class has to be depends on where it stands.
(
    # A query that is simple, and its condition.
    _SIMPLE,
    # What a simple query selects, what its comparisons compare, and the fields of these.
    _SELECTED,
    _COMPARED,
    _PREPARED,
    # Expressions in its order.
    _ORDER,
    # A query with everything in it, and what its expressions were constructed of: that tells which
    # ones are equal, and is not compiled.
    _WHOLE,
    _INERT,
    # Classes that have no object in the query.
    _CLASSES,
) = range(8)

# What `rule` in the extension knows.
_ANY = ("any",)
_SAME = ("same",)
_EMPTY = ("empty",)
_NOTHING = ("nothing",)
_SKIPPED = ("skipped",)
_TRUTH = ("truth",)
_POSITIVE = ("positive",)

# What an expression was constructed of.
_CONSTRUCTED = "_constructor_args"
# What a comparison consists of besides.
_LOOKUP = {"lhs": _ANY, "rhs": _ANY, "bilateral_transforms": _EMPTY}

# What both kinds of keys have in common.
_COMMON = [
    *((name, _EMPTY) for name in shapes.RARE),
    ("model", _SAME),
    ("alias_map", _ANY),
    ("alias_refcount", _POSITIVE),
    ("alias_prefix", _ANY),
    ("table_map", _ANY),
    ("where", _ANY),
    ("annotation_select_mask", _ANY),
    ("default_cols", _ANY),
    ("selected", _ANY),
    ("values_select", _ANY),
    ("distinct", _ANY),
    ("default_ordering", _ANY),
    ("standard_ordering", _ANY),
    ("deferred_loading", _ANY),
    ("select_related", _ANY),
    ("max_depth", _ANY),
    ("low_mark", _ANY),
    ("high_mark", _ANY),
]
# Of the model of a query; its order is told for itself.
_MODEL = ("through", [("_meta", ("through", [("db_table", _ANY), ("concrete_fields", _SAME)]))])
# Django makes some of these of names.
_ALWAYS = (None, ("classes", _CLASSES, (Query, WhereNode, BaseTable, Join, Col, OrderBy, Ref)))


def _order(query: Any, names: Sequence[str]) -> Any:
    """What the names in the order of a query stand for; None if nothing is proven of one."""
    used = query.order_by
    if not used and query.default_ordering:
        used = query.get_meta().ordering
    if not used:
        return ()
    if not order_names.are_columns(query.model, names):
        return None
    return order_names.told(query.model, [item for item in used if type(item) is str])


def _ordered(grammar: int) -> tuple[Any, ...]:
    """The rule for the order of a query, whose expressions are read by a grammar."""
    model = ("through", [("_meta", ("through", [("ordering", _ANY)]))])
    return ("within", grammar, ("named", [("order_by", _ANY), ("model", model)], _order))


_SIMPLE_QUERY = (
    "parts",
    [
        ("subquery", _EMPTY),
        ("external_aliases", _EMPTY),
        ("group_by", _NOTHING),
        *_COMMON,
        ("model", _MODEL),
        ("annotations", _TRUTH),
        ("select", ("within", _SELECTED, _ANY)),
        (None, _ordered(_ORDER)),
        _ALWAYS,
        # What is selected of a query that asks for any row.
        (None, ("classes", _CLASSES, (Value,))),
    ],
)
_WHOLE_QUERY = (
    "parts",
    [
        *_COMMON,
        ("model", _MODEL),
        ("external_aliases", _ANY),
        ("annotations", _ANY),
        ("group_by", _ANY),
        ("select", _ANY),
        ("subquery", _ANY),
        (None, _ordered(_WHOLE)),
        _ALWAYS,
    ],
)
_COMPILER = ("parts", [("using", _ANY), ("query", _ANY)])
_JOIN = (
    "parts",
    [("table_name", _ANY), ("parent_alias", _ANY), ("join_type", _ANY), ("join_field", _SAME)],
)
_NODE = (
    "parts",
    [("connector", _ANY), ("negated", _ANY), ("resolved", _ANY), ("children", _ANY)],
)
_COLUMN = ("parts", [("alias", _ANY), ("target", _ANY), ("output_field", _ANY)])


def _selected_column() -> tuple[Any, ...]:
    return ("parts", [("alias", _ANY), ("target", _SAME), ("output_field", _SAME)])


def _compared_column() -> tuple[Any, ...]:
    field = ("within", _PREPARED, _ANY)
    return ("parts", [("alias", _ANY), ("target", field), ("output_field", field)])


def _comparison(kind: Any) -> tuple[Any, ...]:
    """A comparison of a column with a value, which becomes a parameter."""
    parameter = ("parameter", tuple(conditions.VALUES), *conditions.operands(kind))
    return (
        "parts",
        [
            ("bilateral_transforms", _EMPTY),
            ("lhs", ("within", _COMPARED, _ANY)),
            ("rhs", parameter),
        ],
    )


def _dictionary(
    kind: Any, rules: dict[str, Any], others: Any, is_reference: bool = False
) -> tuple[Any, ...]:
    """Everything in an expression's dictionary but what it remembers since it was asked for it."""
    skipped = dict.fromkeys(expressions.when_read(kind), _SKIPPED)
    return ("dictionary", {**skipped, **rules}, others, is_reference)


def _field() -> Any:
    """A field of a model is known by its identity, one made for an expression by what it is."""
    return ("owned", "model", expressions.unbound_field)


def _in_all(kind: Any) -> Any:
    """The recipes that simple and whole queries have in common; None for other classes."""
    if issubclass(kind, SQLCompiler):
        return _COMPILER
    if kind is BaseTable:
        return ("parts", [("table_name", _ANY)])
    return {Join: _JOIN, WhereNode: _NODE}.get(kind)


def _in_simple(kind: Any) -> Any:
    if kind is Query:
        return _SIMPLE_QUERY
    return _comparison(kind) if kind in conditions.LOOKUPS else _in_all(kind)


def _in_order(kind: Any) -> Any:
    if kind is float:
        return ("equal",)
    if issubclass(kind, Field):
        return _field()
    if kind is Col:
        return _COLUMN
    if expressions.is_known(kind):
        return _dictionary(kind, {}, _ANY, issubclass(kind, F))
    return None


def _in_whole(kind: Any, *, is_inert: bool = False) -> Any:
    if kind is uuid.UUID:
        return ("equal",)
    if kind is NothingNode:
        return ("parts", [])
    if kind in conditions.LOOKUPS:
        return _dictionary(kind, {**_LOOKUP, _CONSTRUCTED: _SKIPPED}, None)
    if kind is Query:
        return _WHOLE_QUERY
    if issubclass(kind, Field) and not expressions.are_told(kind):
        return None
    if kind is Value or issubclass(kind, (Subquery, Exists)):
        if kind not in (Value, Subquery, Exists) and not expressions.is_known(kind):
            return None
        return _dictionary(kind, {_CONSTRUCTED: ("within", _INERT, _ANY)}, _ANY)
    found = _in_all(kind)
    if found is not None:
        return found
    if is_inert:
        if kind is Q:
            return ("parts", [("connector", _ANY), ("negated", _ANY), ("children", _ANY)])
        return ("numbered",) if issubclass(kind, (QuerySet, Query)) else _in_order(kind)
    if kind is float or issubclass(kind, (OuterRef, ResolvedOuterRef)):
        return None
    if kind is not Col and expressions.is_known(kind):
        constructed = {_CONSTRUCTED: ("within", _INERT, _ANY)}
        return _dictionary(kind, constructed, _ANY, issubclass(kind, F))
    return _in_order(kind)


_RECIPES: dict[int, Callable[[Any], Any]] = {
    _SIMPLE: _in_simple,
    _SELECTED: lambda kind: _selected_column() if kind is Col else None,
    _COMPARED: lambda kind: _compared_column() if kind is Col else None,
    _PREPARED: lambda kind: _SAME if expressions.are_told(kind) else None,
    _ORDER: _in_order,
    _WHOLE: _in_whole,
    _INERT: lambda kind: _in_whole(kind, is_inert=True),
    _CLASSES: lambda kind: _SAME,
}


def _recipe(grammar: int, kind: Any) -> tuple[Any, bool]:
    """The recipe of a class, and whether no change of the class matters to it."""
    found = _RECIPES[grammar](kind)
    # The versions of fields say nothing: their class counts its objects.
    if grammar == _PREPARED or issubclass(kind, (Field, QuerySet)):
        return found, True
    # Of a compiler it is the class that stands behind ours.
    behind = kind.__mro__[2] if issubclass(kind, SQLCompiler) else kind
    now = versions((behind,))
    if now is None or not conditions.are_django_s((behind,), now):
        found = None
    return found, False


_made: list[readers.Keys] = []


def _read(grammar: int, compiler: Any) -> tuple[Any, list[Any]] | None:
    if not _made:
        if not readers.keys:
            return None
        _made[:] = [readers.keys[0](_recipe, len(_RECIPES))]
    return _made[0].read(grammar, (compiler,))


def simple(compiler: Any) -> tuple[Any, list[Any]] | None:
    """The key of a compiler's query but for the values that its condition compares with.

    With the comparisons that have these, in their order. None if the condition is anything more.
    """
    return _read(_SIMPLE, compiler)


def whole(compiler: Any) -> Any:
    """The key of a compiler's query with all that is in it; None if it has none."""
    found = _read(_WHOLE, compiler)
    return None if found is None else found[0]
