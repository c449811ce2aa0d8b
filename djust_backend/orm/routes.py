"""What the site's database routers look at before they answer: reads their code, asks nothing."""

from __future__ import annotations

import dis
from functools import lru_cache
from types import CodeType
from typing import Any

from django.db import router

# `db_for_read(self, model, **hints)`: what comes after the model tells of the instance.
_NAMED_FIRST = 2


def look_at_instances() -> bool:
    """Whether the database of a related row may depend on the instance that it belongs to.

    A query for the rows of many instances then has to be one for each database, and none of them
    can be joined with the first.
    """
    return any(_looks_at_hints(one) for one in router.routers)


def _looks_at_hints(one: Any) -> bool:
    method = getattr(one, "db_for_read", None)
    if method is None:
        return False
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return not isinstance(code, CodeType) or _reads_hints(code)


@lru_cache(maxsize=256)
def _reads_hints(code: CodeType) -> bool:
    """Whether a function does anything with what it is given after the model."""
    is_open = code.co_flags & 0x04, code.co_flags & 0x08
    count = code.co_argcount + code.co_kwonlyargcount + sum(map(bool, is_open))
    names = set(code.co_varnames[:count]) - set(code.co_varnames[:_NAMED_FIRST])
    if code.co_argcount < _NAMED_FIRST or names & set(code.co_cellvars):
        return True
    if {"locals", "vars", "eval", "exec"} & set(code.co_names):
        return True
    return any(names & _loaded(step) for step in dis.get_instructions(code))


def _loaded(step: dis.Instruction) -> set[str]:
    """The local names that an instruction reads; newer ones read two."""
    if not step.opname.startswith("LOAD_FAST"):
        return set()
    return set(step.argval) if isinstance(step.argval, tuple) else {step.argval}
