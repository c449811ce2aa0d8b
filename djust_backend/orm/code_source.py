"""The syntax tree of a Python function that is loaded, if its source is the one that it runs.

Trees are read rather than bytecode: bytecode changes with every Python (what `self.a.b` compiles
to has three forms between 3.10 and 3.14), syntax hardly does. A tree counts only if it compiles to
the very code of the function, so that an edited file, a rewritten or a generated function is none.
"""

from __future__ import annotations
import __future__

import ast
import inspect
from collections.abc import Iterator
from functools import lru_cache
from tokenize import TokenError
from types import CodeType, FunctionType

_REMEMBERED = 1024
_FUTURE = 0
for _name in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _name).compiler_flag
_NOT_CALLED_THROUGH = (
    inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
    | inspect.CO_ITERABLE_COROUTINE
)  # fmt: skip


def tree_of(function: FunctionType) -> ast.FunctionDef | None:
    """The definition that the function was compiled from.

    None for lambdas, generators, coroutines, functions that hold variables of an outer one
    (wrappers do), and wherever the source is missing or is another one.
    """
    return _tree(function.__code__, function.__qualname__)


@lru_cache(maxsize=_REMEMBERED)
def _tree(code: CodeType, qualified: str) -> ast.FunctionDef | None:
    if code.co_flags & _NOT_CALLED_THROUGH or set(code.co_freevars) - {"__class__"}:
        return None
    try:
        source = inspect.getsource(code)
        if source[:1].isspace():
            # The name of the class is part of the names that begin with two underscores.
            owner = qualified.split(".")[-2:][0]
            source = f"class {owner if owner.isidentifier() else '_'}:\n{source}"
        module = ast.parse(source)
        compiled = compile(
            module, code.co_filename, "exec", code.co_flags & _FUTURE, dont_inherit=True
        )
    except (OSError, RecursionError, SyntaxError, TokenError, ValueError):
        return None
    if not any(_is_same(code, found) for found in _codes(compiled, code.co_name)):
        return None
    found = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name
    ]
    return found[0] if found else None


def _codes(code: CodeType, name: str) -> Iterator[CodeType]:
    """The code objects of this name within another one."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name:
                yield constant
            yield from _codes(constant, name)


def _is_same(one: CodeType, two: CodeType) -> bool:
    """Whether two codes do the same, wherever they stand."""
    if len(one.co_consts) != len(two.co_consts):
        return False
    return (
        one.co_code == two.co_code
        and one.co_names == two.co_names
        and one.co_varnames == two.co_varnames
        and one.co_freevars == two.co_freevars
        and all(map(_is_same_constant, one.co_consts, two.co_consts))
    )


def _is_same_constant(one: object, two: object) -> bool:
    if isinstance(one, CodeType) and isinstance(two, CodeType):
        return _is_same(one, two)
    return type(one) is type(two) and one == two
