"""SQL of QuerySets that Python code reads while a page is rendered: compiled once for each shape.

A tag, a form or a method of a model makes its QuerySets where no plan sees them. Django asks the
connection for the class that compiles a query, and the connection remembers the module that has it.
For the time of a render that is a module of ours, whose class knows the text of queries that were
compiled before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from operator import is_not
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet, FullResultSet, ImproperlyConfigured
from django.db import connections
from django.db.models import IntegerField
from django.db.models.expressions import Col, Value
from django.db.models.sql.compiler import SQLCompiler

from djust_backend.conf import sql_check, sql_reuse
from djust_backend.records import Record

from . import query_keys, statements
from .conversions import Kinds, converted, kinds_of

# Where connections, their operations and fields are Django's own.
_BACKENDS = "django.db.backends."
_FIELDS = "django."

# What operations have of their own; more would be somebody's patches.
_OWN = frozenset({"connection", "_cache"})

# The text of a query with more values is long, and there may be one for each number of them.
_MOST_VALUES = 200

# What the constructor of a compiler sets, and what compiling leaves in it.
_GIVEN = frozenset(
    {"query", "connection", "using", "elide_empty", "quote_cache", "_known", "_kinds"}
)
_LEFT = frozenset(
    {
        "_meta_ordering",
        "annotation_col_map",
        "col_count",
        "has_extra_select",
        "having",
        "klass_info",
        "qualify",
        "select",
        "where",
    }
)
# Of a query, these hold the tables that compiling joins, and what it is asked for then.
_CHANGED = frozenset(
    {"_annotation_select_cache", "alias_map", "alias_refcount", "base_table", "table_map"}
)
# What a class may do otherwise to the column of a field, and to what comes back of it.
_COLUMN_METHODS = ("get_col", "select_format", "cached_col", "get_attname_column")
_VALUE_METHODS = ("from_db_value", "get_db_converters", "get_internal_type")


class _Compiled(Record):
    """What Django has made of a query, and what that has left in the compiler and in the query."""

    # None if there can be no rows.
    sql: str | None
    # Parameters before those of the condition, or all of them.
    head: tuple[Any, ...]
    left: dict[str, Any]
    columns: tuple[Any, ...]
    aliases: dict[str, Any]
    # By the setting that they depend on, with what is known of them; None if a class of the site's
    # is asked for them.
    converters: dict[bool, tuple[Any, Kinds]] | None


class _ReusingCompiler(SQLCompiler):
    """Django's compiler of queries, which remembers what it has compiled."""

    # Django's, which its stubs leave out.
    elide_empty: bool
    _known: _Compiled | None = None
    _kinds: Kinds | None = None

    def as_sql(
        self, with_limits: bool = True, with_col_aliases: bool = False
    ) -> tuple[str, tuple[Any, ...]]:
        """`SQLCompiler.as_sql`"""
        usual = with_limits and not with_col_aliases and self.elide_empty
        if usual and sql_reuse() and len(vars(self.connection.ops)) == len(_OWN):
            found = self._once()
            if found is not None:
                return found
        return super().as_sql(with_limits, with_col_aliases)

    def _once(self) -> tuple[str, tuple[Any, ...]] | None:
        """SQL and parameters, compiled once for all that are alike; None if Django has to compile.

        Raises EmptyResultSet as compiling does.
        """
        head = _selected(self.query)
        simple = None if head is None else query_keys.simple(self)
        if simple is None:
            key = query_keys.whole(self)
            return None if key is None else self._used(key, None, ())
        marks, values = _values(simple[1], self.connection)
        if len(values) > _MOST_VALUES:
            return None
        return self._used((simple[0], marks), head, values)

    def _used(
        self, key: Any, head: tuple[Any, ...] | None, values: Sequence[Any]
    ) -> tuple[str, tuple[Any, ...]]:
        """What is remembered under a key, or is compiled now.

        Without `head`, the key has all values in it.
        """
        known: _Compiled | None = statements.remembered(self.connection, key)
        if known is None:
            return self._compile(key, head, values)
        params = (*known.head, *values)
        if sql_check():
            self._compare(known.sql, params)
        self._take(known)
        if known.sql is None:
            raise EmptyResultSet
        return known.sql, params

    def _compile(
        self, key: Any, head: tuple[Any, ...] | None, values: Sequence[Any]
    ) -> tuple[str, tuple[Any, ...]]:
        query: Any = self.query
        before = vars(query).copy()
        aliases, counts = query.alias_map.copy(), query.alias_refcount.copy()
        empty = None
        try:
            sql, params = super().as_sql()
        except EmptyResultSet as error:
            empty = error
            sql, params = "", ((*head, *values) if head is not None else ())
        left = {name: value for name, value in vars(self).items() if name not in _GIVEN}
        added = {alias: table for alias, table in query.alias_map.items() if alias not in aliases}
        # Drivers have classes of their own for values, which are equal to them.
        first = params if head is None else params[: len(head)]
        if (
            type(params) is tuple
            and (head is None or params == (*head, *values))
            and self._is_repeatable(left)
            and all(aliases[alias] is query.alias_map.get(alias) for alias in aliases)
            and query.alias_refcount == {**counts, **dict.fromkeys(added, 0)}
            and all(
                before.get(name) is value
                for name, value in vars(query).items()
                if name not in _CHANGED
            )
        ):
            del left["where"]
            converters: dict[bool, tuple[Any, Kinds]] | None = (
                {} if all(map(_has_plain_values, self.select)) else None
            )
            columns = tuple([column for column, _, _ in left["select"]])
            text = sql if empty is None else None
            found = _Compiled(text, first, left, columns, added, converters)
            statements.remember(self.connection, key, found)
        if empty is not None:
            raise empty
        return sql, params

    def _is_repeatable(self, left: dict[str, Any]) -> bool:
        """Whether what compiling has left in the compiler is known, and is the same each time."""
        return (
            left.keys() == _LEFT
            and left["where"] is self.query.where
            and left["having"] is None
            and left["qualify"] is None
            and all(_has_plain_column(column) for column, _, _ in left["select"])
        )

    def _take(self, known: _Compiled) -> None:
        """Leaves the compiler and the query as compiling has left them."""
        query: Any = self.query
        self._known = known
        vars(self).update(known.left)
        self.select = list(known.left["select"])
        self.klass_info = _copied(known.left["klass_info"])
        self.annotation_col_map = known.left["annotation_col_map"].copy()
        self.where = query.where
        for alias, table in known.aliases.items():
            query.alias_map[alias] = table
            query.alias_refcount[alias] = 0
            named = query.table_map.get(table.table_name)
            if named:
                named.append(alias)
            else:
                query.table_map[table.table_name] = [alias]
        # Django keeps these from when they are first asked for.
        query.base_table  # noqa: B018
        query.annotation_select  # noqa: B018

    def get_converters(self, expressions: Any) -> Any:
        """`SQLCompiler.get_converters`"""
        known = self._known
        if known is None or known.converters is None:
            return super().get_converters(expressions)
        columns = known.columns
        if len(columns) != len(expressions) or any(map(is_not, columns, expressions)):
            return super().get_converters(expressions)
        zones = bool(settings.USE_TZ)
        found = known.converters.get(zones)
        if found is None:
            made = super().get_converters(expressions)
            found = known.converters[zones] = (made, kinds_of(made, self.connection))
        self._kinds = found[1]
        return found[0].copy()

    def apply_converters(self, rows: Any, converters: Any) -> Any:
        """`SQLCompiler.apply_converters`"""
        kinds = self._kinds
        found = None
        if kinds is not None:
            found = converted(rows, converters, kinds, self.connection)
        return super().apply_converters(rows, converters) if found is None else found

    def _compare(self, known: str | None, params: tuple[Any, ...]) -> None:
        """Raise DifferentSQLError if Django compiles anything else of the query."""
        query: Any = self.query
        # The lists of aliases are shared by clones.
        other = query.clone()
        other.table_map = {name: named[:] for name, named in query.table_map.items()}
        kind: Any = type(self).__mro__[2]
        compiler = kind(other, self.connection, self.using, self.elide_empty)
        try:
            sql, now = compiler.as_sql()
        except EmptyResultSet:
            sql, now = None, params
        statements.compare(known, params, sql, now)


def _values(comparisons: Iterable[Any], connection: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """The marks of these comparisons' values, and the parameters.

    The mark of a value that no row, or every row, compares with like this is what Django raises.
    """
    marks: list[Any] = []
    values: list[Any] = []
    for comparison in comparisons:
        try:
            sql, params = comparison.process_rhs(None, connection)
        except (EmptyResultSet, FullResultSet) as error:
            marks.append(type(error))
        else:
            marks.append(sql)
            values += params
    return tuple(marks), values


def _copied(info: Any) -> Any:
    """A `klass_info` with lists and dictionaries of its own."""
    if info is None:
        return None
    copied = {**info, "select_fields": info["select_fields"][:]}
    if "related_klass_infos" in info:
        copied["related_klass_infos"] = [_copied(below) for below in info["related_klass_infos"]]
    return copied


def _selected(query: Any) -> tuple[Any, ...] | None:
    """Parameters of what a query selects; None if it may select expressions.

    Others select the columns of their model, columns that the site has named (`values`), or nothing
    but whether there are rows (`exists`).
    """
    if query.default_cols:
        return None if query.annotations or query.select else ()
    if query.annotations:
        if query.select or query.order_by or query.default_ordering or not _asks_for_any(query):
            return None
        return (1,)
    return () if query.select else None


def _asks_for_any(query: Any) -> bool:
    """True for what `exists()` makes of a query: it selects the number one."""
    value = query.annotations.get("a")
    mask = query.annotation_select_mask
    if len(query.annotations) != 1 or (mask is not None and set(mask) != {"a"}):
        return False
    if type(value) is not Value or type(value.value) is not int or value.value != 1:
        return False
    # An integer without a field of its own would make one to say so.
    given = vars(value).get("output_field")
    return given is None or type(given) is IntegerField


def _class(field: Any) -> type:
    return type(field)


def _has_plain_column(column: Any) -> bool:
    """Whether no code but Django's takes part in the text of a selected column.

    Of an expression the key says so.
    """
    return type(column) is not Col or all(
        _has_django_s_column(_class(field)) for field in (column.target, column.output_field)
    )


@lru_cache(maxsize=1024)
def _has_django_s_column(kind: type) -> bool:
    return _are_written_in_django(kind, _COLUMN_METHODS)


def _has_plain_values(selected: Any) -> bool:
    """Whether no code but Django's says how values of a selected column are converted."""
    column = selected[0]
    return type(column) is Col and all(
        _has_django_s_values(_class(field)) for field in (column.target, column.output_field)
    )


@lru_cache(maxsize=1024)
def _has_django_s_values(kind: type) -> bool:
    return _are_written_in_django(kind, _VALUE_METHODS)


def _are_written_in_django(kind: type, names: Iterable[str]) -> bool:
    homes = [base.__module__ for base in kind.__mro__ for name in names if name in vars(base)]
    return all(home.startswith(_FIELDS) for home in homes)


class _Home:
    """The module of a backend's compilers, with ours in place of that for queries."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self._known: tuple[Any, Any] = (None, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    @property
    def SQLCompiler(self) -> Any:  # noqa: N802 - Django's name
        """The class that compiles queries: the module's own if it is not Django's any more."""
        now = vars(self.module)["SQLCompiler"]
        known, made = self._known
        if known is not now:
            made = _reusing(now)
            self._known = (now, made)
        return made


def _reusing(kind: Any) -> Any:
    """A subclass of Django's compiler class that remembers; any other class as it is."""
    if type(kind) is not type or not kind.__module__.startswith("django.db."):
        return kind
    if not issubclass(kind, SQLCompiler):
        return kind
    names = {
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__doc__": kind.__doc__,
    }
    return type(kind.__name__, (_ReusingCompiler, kind), names)


@lru_cache(maxsize=16)
def _home(name: str) -> _Home:
    return _Home(import_module(name))


def lendings() -> list[tuple[Any, Any, Any]]:
    """The operations of this thread's connections, what they remember, and our module for it.

    The renderer puts the module there while Python code may read QuerySets, and takes it back.
    """
    found = []
    try:
        opened = connections.all(initialized_only=True)
    except ImproperlyConfigured:
        # Pages of a site without databases need none.
        return []
    for connection in opened:
        ops: Any = connection.ops
        if not (
            type(connection).__module__.startswith(_BACKENDS)
            and type(ops).__module__.startswith(_BACKENDS)
            and vars(ops).keys() == _OWN
        ):
            continue
        ops.compiler("SQLCompiler")
        module = ops._cache
        # An outer render may have lent it.
        module = module.module if type(module) is _Home else module
        if isinstance(module, ModuleType):
            found.append((ops, module, _home(module.__name__)))
    return found
