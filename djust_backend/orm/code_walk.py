"""Walks the syntax tree of a function: which value goes where, and what is sure to run."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any, TypeAlias

from .code_expressions import EXPRESSIONS, not_none
from .code_source import tree_of
from .code_steps import MAX_STEPS, Reading, Steps
from .code_values import (
    EMPTY,
    FOREIGN,
    PLAIN,
    Known,
    Need,
    Row,
    Value,
    bag,
    bound,
    is_plain,
    value,
)

_MAX_DEPTH = 8
_LOOP_PASSES = 4
_EXITS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_Comprehension: TypeAlias = "ast.ListComp | ast.SetComp | ast.GeneratorExp"


class Frame(Steps):
    """One running function: its variables, and what it gives back."""

    def __init__(self, reading: Reading, sure: bool, function: FunctionType | None) -> None:
        super().__init__(reading, sure)
        self.function = function
        self.defined_in: type | None = None
        self.names: dict[str, Value] = {}
        self.returned: Value = EMPTY
        self.ended = False
        # Variables keep every value that they ever had: an exception may come at any time.
        self.keeps_all = False
        # The variables where a loop was left, or went on to its next item.
        self.left: list[dict[str, Value]] = []

    def inline(
        self, function: FunctionType, defined_in: type | None, args: list[Value],
        kwargs: Mapping[str, Value],
    ) -> Value | None:  # fmt: skip
        """See `Steps`; a function that calls itself is not followed round."""
        frame = Frame(self.reading, self.sure and not self.raised, function)
        frame.defined_in, frame.proven = defined_in, self.proven
        result = frame.run(args, kwargs)
        self.raised = self.raised or frame.raised
        return result

    def run(self, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
        """What the function gives for these arguments; None if its code cannot be read."""
        assert self.function is not None
        codes, code = self.reading.codes, self.function.__code__
        if code in codes or len(codes) >= _MAX_DEPTH:
            return None
        tree = tree_of(self.function)
        if tree is None:
            return None
        names = bound(tree.args, args, kwargs)
        if names is None:
            return None
        self.names = names
        codes.append(code)
        self.block(tree.body)
        codes.pop()
        return (self.returned if self.ended else self.returned | PLAIN) or PLAIN

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Statements one after the other, as far as they are reached."""
        for statement in body:
            if self.ended:
                return
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """One statement."""
        self.reading.steps += 1
        step = _STATEMENTS.get(type(node))
        if step is not None and self.reading.steps < MAX_STEPS:
            step(self, node)
        else:
            self.not_followed(node)

    def expr(self, node: ast.expr) -> Value:
        """The value of an expression."""
        self.reading.steps += 1
        step = EXPRESSIONS.get(type(node))
        if step is not None and self.reading.steps < MAX_STEPS:
            return step(self, node)
        return self.not_followed(node)

    def not_followed(self, node: ast.AST) -> Value:
        """Syntax that is not read; only what it holds is looked through, as far as it goes."""
        if self.reading.steps < MAX_STEPS and not isinstance(node, _SCOPES):
            with self.in_doubt():
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.escape(self.expr(child))
                    elif isinstance(child, ast.stmt):
                        self.statement(child)
        self.raised = True
        return self.unknown()

    # Names

    def assign(self, target: ast.expr, one: Value) -> None:
        """`target = one`"""
        if isinstance(target, ast.Name):
            before = self.names.get(target.id, EMPTY) if self.keeps_all else EMPTY
            self.names[target.id] = before | one
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = self.iterated(one, self.reading.loop)
            for each in target.elts:
                self.assign(each.value if isinstance(each, ast.Starred) else each, items)
        elif isinstance(target, ast.Subscript):
            holder = self.expr(target.value)
            self.expr_of(target.slice)
            if not is_plain(holder) or not is_plain(one):
                self.escape(holder, one)
        else:
            # An attribute: what it is set on may be an instance, or be kept by somebody.
            self.escape(one)
            self.expr_of(getattr(target, "value", None))
            self.unknown()

    def expr_of(self, node: ast.expr | None) -> Value:
        """The value of an expression that may be absent."""
        return PLAIN if node is None else self.expr(node)

    def name(self, node: ast.Name) -> Value:
        """A local variable, a global, or a built-in."""
        if node.id in self.names:
            return self.names[node.id]
        assert self.function is not None
        if node.id in self.function.__code__.co_varnames:
            # Not assigned on the way that is read here.
            return PLAIN
        for scope in (self.function.__globals__, vars(builtins)):
            if node.id in scope:
                self.reading.watched[id(scope), node.id] = (scope, node.id, scope[node.id])
                return value(Known(scope[node.id]))
        return FOREIGN

    # Branches and loops

    def branch(self, body: Iterable[ast.stmt], proven: frozenset[Need] = frozenset()) -> None:
        """Statements that may not run, starting from a copy of the variables."""
        known, self.proven = self.proven, self.proven | proven
        with self.in_doubt():
            self.block(body)
        self.proven = known

    def branches(self, *ways: tuple[Iterable[ast.stmt], frozenset[Need]]) -> None:
        """One of several ways is gone."""
        before = self.names
        after: list[dict[str, Value]] = []
        for body, proven in ways:
            self.names = dict(before)
            self.branch(body, proven)
            if not self.ended:
                after.append(self.names)
            elif self.keeps_all:
                before = _united([before, self.names])
            self.ended = False
        self.ended = not after
        self.names = _united([*after, before] if self.keeps_all else after or [before])

    def loop(self, target: ast.expr | None, source: Value, body: list[ast.stmt]) -> None:
        """A loop's body: run until nothing new turns up in the variables."""
        before, sure, outer = self.names, self.sure, self.reading.loop
        self.reading.loops += 1
        self.reading.loop = self.reading.loops
        if _has(body, (ast.Return, ast.Raise, ast.Break)):
            self.sure = False
        items = self.items(source, outer, sure)
        for _ in range(_LOOP_PASSES):
            start, left, self.left = dict(self.names), self.left, []
            if target is not None:
                self.assign(target, items)
            self.block(body)
            self.ended = False
            self.names = _united([start, self.names, *self.left])
            self.left = left
            if self.names == start:
                break
        else:
            self.unknown()
        self.reading.loop, self.sure = outer, sure and not _has(body, (ast.Return, ast.Raise))
        self.names = _united([before, self.names])

    def items(self, source: Value, outer: int, outer_sure: bool) -> Value:
        """The items of a loop that has begun; what it goes over was asked for before."""
        inner, sure = self.reading.loop, self.sure
        self.reading.loop, self.sure = outer, outer_sure
        items = self.iterated(source, inner)
        self.reading.loop, self.sure = inner, sure
        for atom in items:
            if isinstance(atom, Row) and atom.level == inner:
                self.mark(atom.need, inner)
        return items

    def comprehension(
        self, node: _Comprehension | ast.DictComp, results: list[ast.expr], lazy: bool = False
    ) -> Value:
        """The items that a comprehension makes; `lazy`: perhaps not all of them.

        What it goes over first is asked for its items at once in any case.
        """
        if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node)):
            return self.not_followed(node)
        names, sure, outer = dict(self.names), self.sure, self.reading.loop
        for generator in node.generators:
            source = self.expr(generator.iter)
            at, asked = self.reading.loop, self.sure
            self.reading.loops += 1
            self.reading.loop = self.reading.loops
            self.sure = self.sure and not lazy
            self.assign(generator.target, self.items(source, at, asked))
            for condition in generator.ifs:
                self.tested(self.expr(condition))
                self.sure = False
        made = [self.expr(result) for result in results]
        self.names, self.sure, self.reading.loop = names, sure, outer
        return bag(*made)


def _united(ways: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    names = {name for way in ways for name in way}
    return {name: frozenset().union(*(way.get(name, EMPTY) for way in ways)) for name in names}


def _has(body: Iterable[ast.stmt], kinds: tuple[type[ast.AST], ...]) -> bool:
    return any(isinstance(node, kinds) for statement in body for node in ast.walk(statement))


# Statements


def _return(frame: Frame, node: ast.Return) -> None:
    frame.returned |= frame.expr_of(node.value)
    frame.ended = True


def _if(frame: Frame, node: ast.If) -> None:
    frame.tested(frame.expr(node.test))
    sure = frame.sure
    frame.branches(
        (node.body, not_none(frame, node.test)), (node.orelse, not_none(frame, node.test, False))
    )
    frame.sure = sure and not _has([node], _EXITS)


def _for(frame: Frame, node: ast.For) -> None:
    frame.loop(node.target, frame.expr(node.iter), node.body)
    frame.branch(node.orelse)
    frame.ended = False


def _while(frame: Frame, node: ast.While) -> None:
    frame.tested(frame.expr(node.test))
    frame.loop(None, PLAIN, [*node.body, ast.Expr(node.test)])
    frame.branch(node.orelse)
    frame.ended = False


def _try(frame: Frame, node: ast.Try) -> None:
    """Handlers may see each value that a variable ever had within the body."""
    sure, raised, keeps_all = frame.sure, frame.raised, frame.keeps_all
    frame.keeps_all = True
    frame.branch(node.body)
    frame.keeps_all, frame.ended = keeps_all, False
    frame.branches((node.orelse, frozenset()), *((one.body, frozenset()) for one in node.handlers))
    frame.raised = raised if node.handlers else frame.raised
    frame.sure = sure and not _has([node], _EXITS)
    frame.branch(node.finalbody)


def _with(frame: Frame, node: ast.With) -> None:
    for item in node.items:
        entered = frame.expr(item.context_expr)
        frame.escape(entered)
        if item.optional_vars is not None:
            frame.assign(item.optional_vars, FOREIGN)
    # It may swallow an exception.
    keeps_all, frame.keeps_all = frame.keeps_all, True
    frame.branch(node.body)
    frame.keeps_all, frame.ended = keeps_all, False
    frame.raised = True


def _assign(frame: Frame, node: ast.Assign) -> None:
    one = frame.expr(node.value)
    for target in node.targets:
        frame.assign(target, one)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    frame.assign(node.target, bag(frame.expr(node.target), frame.expr(node.value)))


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        frame.assign(node.target, frame.expr(node.value))


def _raise(frame: Frame, node: ast.Raise) -> None:
    frame.escape(frame.expr_of(node.exc), frame.expr_of(node.cause))
    frame.raised = frame.ended = True


def _assert(frame: Frame, node: ast.Assert) -> None:
    frame.tested(frame.expr(node.test))
    with frame.in_doubt():
        frame.escape(frame.expr_of(node.msg))
    frame.raised = True


def _import(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    """What is imported, if it is loaded already: reading code must not run any."""
    for alias in node.names:
        name = alias.asname or alias.name.partition(".")[0]
        found = FOREIGN
        if isinstance(node, ast.ImportFrom) and not node.level:
            module = sys.modules.get(node.module or "")
            if module is not None and alias.name in vars(module):
                held = vars(module)[alias.name]
                frame.reading.watched[id(vars(module)), alias.name] = (
                    vars(module), alias.name, held,
                )  # fmt: skip
                found = value(Known(held))
        frame.names[name] = found


def _stop(frame: Frame, node: ast.stmt) -> None:
    frame.left.append(frame.names)
    frame.ended = True


def _pass(frame: Frame, node: ast.stmt) -> None:
    pass


def _expression(frame: Frame, node: ast.Expr) -> None:
    frame.expr(node.value)


_STATEMENTS: dict[type[ast.stmt], Callable[[Frame, Any], None]] = {
    ast.AnnAssign: _annotated,
    ast.Assert: _assert,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.Break: _stop,
    ast.Continue: _stop,
    ast.Expr: _expression,
    ast.For: _for,
    ast.If: _if,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Pass: _pass,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Try: _try,
    ast.While: _while,
    ast.With: _with,
}
