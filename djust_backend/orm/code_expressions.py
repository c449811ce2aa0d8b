"""The expressions of a function whose code is walked: what each of them gives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .code_steps import CONSUMERS
from .code_values import (
    EMPTY,
    PLAIN,
    Bag,
    Known,
    Need,
    Parent,
    Row,
    Value,
    bag,
    is_plain,
    value,
)

if TYPE_CHECKING:
    from .code_walk import Frame


def not_none(frame: Frame, test: ast.expr, holds: bool = True) -> frozenset[Need]:
    """Needs of what cannot be None once a test was true, or false."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return not_none(frame, test.operand, not holds)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) and holds:
        return frozenset().union(*(not_none(frame, one) for one in test.values))
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        is_none = isinstance(test.comparators[0], ast.Constant) and (
            test.comparators[0].value is None
        )
        operator = ast.IsNot if holds else ast.Is
        if is_none and isinstance(test.ops[0], operator):
            return _rows(frame, test.left)
        return frozenset()
    return _rows(frame, test) if holds else frozenset()


def _rows(frame: Frame, node: ast.expr) -> frozenset[Need]:
    """The needs of the instances that a name, or a path from it, is."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return frozenset()
    with frame.in_doubt():
        raised = frame.raised
        found = frame.expr(node)
        frame.raised = raised
    return frozenset(atom.need for atom in found if isinstance(atom, Row))


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    return frame.attribute(frame.expr(node.value), node.attr)


def _constant(frame: Frame, node: ast.Constant) -> Value:
    return value(Known(node.value)) if isinstance(node.value, str) else PLAIN


def _call(frame: Frame, node: ast.Call) -> Value:
    function = frame.expr(node.func)
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    if starred or any(each.arg is None for each in node.keywords):
        return frame.escape(function, *_arguments(frame, node))
    known = next(iter(function)) if len(function) == 1 else None
    held = known.held if isinstance(known, Known) else None
    if held is super and not node.args and isinstance(known, Known):
        return _super(frame)
    if (held is getattr or held is hasattr) and 2 <= len(node.args) <= 3 and not node.keywords:
        return _getattr(frame, node, held is hasattr)
    items = _items if any(held is one for one in CONSUMERS) else _expression
    args = [items(frame, each) for each in node.args]
    kwargs = {each.arg or "": frame.expr(each.value) for each in node.keywords}
    return frame.call(function, args, kwargs)


def _arguments(frame: Frame, node: ast.Call) -> list[Value]:
    args = [each.value if isinstance(each, ast.Starred) else each for each in node.args]
    return [frame.expr(each) for each in (*args, *(each.value for each in node.keywords))]


def _super(frame: Frame) -> Value:
    """`super()`: its first argument is whatever the function's own first one is."""
    assert frame.function is not None
    first = frame.function.__code__.co_varnames[:1]
    found = frame.names.get(first[0], PLAIN) if first else PLAIN
    row = next(iter(found)) if len(found) == 1 else None
    if isinstance(row, Row) and frame.defined_in is not None:
        return value(Parent(row, frame.defined_in))
    return frame.unknown()


def _getattr(frame: Frame, node: ast.Call, only_asks: bool) -> Value:
    """`getattr(one, name, default)` and `hasattr(one, name)` with a name that is known."""
    one, named = frame.expr(node.args[0]), frame.expr(node.args[1])
    default = frame.expr(node.args[2]) if len(node.args) == 3 else EMPTY
    known = next(iter(named)) if len(named) == 1 else None
    name = known.held if isinstance(known, Known) else None
    if not isinstance(name, str):
        return PLAIN if is_plain(one, default) else frame.escape(one, default)
    raised = frame.raised
    found = frame.attribute(one, name)
    if only_asks or default:
        frame.raised = raised
    return PLAIN if only_asks else found | default


def _items(frame: Frame, node: ast.expr) -> Value:
    """An argument that is read to the end."""
    if isinstance(node, ast.GeneratorExp):
        return frame.comprehension(node, [node.elt])
    return frame.expr(node)


def _expression(frame: Frame, node: ast.expr) -> Value:
    return frame.expr(node)


def _name(frame: Frame, node: ast.Name) -> Value:
    return frame.name(node)


def _generator(frame: Frame, node: ast.GeneratorExp) -> Value:
    return frame.comprehension(node, [node.elt], lazy=True)


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp) -> Value:
    return frame.comprehension(node, [node.elt])


def _dict_comprehension(frame: Frame, node: ast.DictComp) -> Value:
    return frame.comprehension(node, [node.key, node.value])


def _binary(frame: Frame, node: ast.BinOp) -> Value:
    left, right = frame.expr(node.left), frame.expr(node.right)
    if is_plain(left, right):
        return PLAIN
    if isinstance(node.op, ast.Mod) and all(_is_text(atom) for atom in left):
        frame.printed(right)
        return PLAIN
    if isinstance(node.op, ast.Add) and all(isinstance(atom, Bag) for atom in left | right):
        return bag(frame.iterated(left, 0), frame.iterated(right, 0))
    return frame.escape(left, right)


def _is_text(atom: object) -> bool:
    return isinstance(atom, Known) and isinstance(atom.held, str)


def _unary(frame: Frame, node: ast.UnaryOp) -> Value:
    one = frame.expr(node.operand)
    if isinstance(node.op, ast.Not):
        frame.tested(one)
        return PLAIN
    return frame.escape(one)


def _boolean(frame: Frame, node: ast.BoolOp) -> Value:
    """`a and b`, `a or b`: all but the last are tested, all but the first may not be asked for."""
    sure, proven = frame.sure, frame.proven
    found = EMPTY
    for at, each in enumerate(node.values):
        one = frame.expr(each)
        if at < len(node.values) - 1:
            frame.tested(one)
            if isinstance(node.op, ast.And):
                frame.proven |= not_none(frame, each)
        found |= one
        frame.sure = False
    frame.sure, frame.proven = sure, proven
    return found


def _compare(frame: Frame, node: ast.Compare) -> Value:
    sides = [frame.expr(node.left)]
    sure = frame.sure
    for operator, each in zip(node.ops, node.comparators, strict=True):
        sides.append(frame.expr(each))
        if not isinstance(operator, (ast.Is, ast.IsNot)) and not is_plain(*sides[-2:]):
            frame.compared(*sides[-2:])
        frame.sure = False
    frame.sure = sure
    return PLAIN


def _condition(frame: Frame, node: ast.IfExp) -> Value:
    frame.tested(frame.expr(node.test))
    known, found = frame.proven, EMPTY
    for each, holds in ((node.body, True), (node.orelse, False)):
        frame.proven = known | not_none(frame, node.test, holds)
        with frame.in_doubt():
            found |= frame.expr(each)
    frame.proven = known
    return found


def _formatted(frame: Frame, node: ast.JoinedStr) -> Value:
    for each in node.values:
        if isinstance(each, ast.FormattedValue):
            one = frame.expr(each.value)
            frame.expr_of(each.format_spec)
            frame.printed(one)
    return PLAIN


def _container(frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Value:
    return bag(*(frame.expr(each) for each in node.elts))


def _dict(frame: Frame, node: ast.Dict) -> Value:
    return bag(*(frame.expr(each) for each in (*node.keys, *node.values) if each is not None))


def _starred(frame: Frame, node: ast.Starred) -> Value:
    return frame.iterated(frame.expr(node.value), frame.reading.loop)


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    one, at = frame.expr(node.value), frame.expr(node.slice)
    if is_plain(one, at):
        return PLAIN
    if all(isinstance(atom, Bag) for atom in one) and is_plain(at):
        return one | frame.iterated(one, frame.reading.loop)
    return frame.escape(one, at)


def _slice(frame: Frame, node: ast.Slice) -> Value:
    return frame.escape(*map(frame.expr_of, (node.lower, node.upper, node.step)))


def _named(frame: Frame, node: ast.NamedExpr) -> Value:
    one = frame.expr(node.value)
    # It may stand where it is not run.
    frame.assign(node.target, one | frame.names.get(node.target.id, EMPTY))
    return one


EXPRESSIONS: dict[type[ast.expr], Callable[[Frame, Any], Value]] = {
    ast.Attribute: _attribute,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.Dict: _dict,
    ast.DictComp: _dict_comprehension,
    ast.GeneratorExp: _generator,
    ast.IfExp: _condition,
    ast.JoinedStr: _formatted,
    ast.List: _container,
    ast.ListComp: _comprehension,
    ast.Name: _name,
    ast.NamedExpr: _named,
    ast.Set: _container,
    ast.SetComp: _comprehension,
    ast.Slice: _slice,
    ast.Starred: _starred,
    ast.Subscript: _subscript,
    ast.Tuple: _container,
    ast.UnaryOp: _unary,
}
