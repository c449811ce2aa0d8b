"""Methods of models that do nothing but `return reverse(…)`, told by their bytecode."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

__all__ = ["address_method"]

#: What two code objects have in common that do the same.
_SAME = (
    "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount",
    "co_posonlyargcount", "co_kwonlyargcount",
)  # fmt: skip

#: Flags that say how a function runs; those above say what its module imports from the future.
_RUNNING = 0x3FF

_MOST_ATTRIBUTES = 4


def address_method(model: type[Model], name: str) -> tuple[Any, ...] | None:
    """The function, view's name, columns and keywords of such a method; None for any other.

    Keywords are empty where the arguments are placed. A method is one if Python compiles a function
    that is written so to the very same code.
    """
    function = next((vars(cls)[name] for cls in model.__mro__ if name in vars(cls)), None)
    if not isinstance(function, FunctionType) or vars(function) or function.__defaults__:
        return None
    code = function.__code__
    if "reverse" not in code.co_names or len(code.co_names) > 1 + _MOST_ATTRIBUTES:
        return None
    for source, view, attributes, keywords in _candidates(code, function.__doc__):
        if _is_same(code, source):
            columns = [_column(model, attribute) for attribute in attributes]
            if None in columns:
                return None
            return function, code, view, tuple(columns), tuple(keywords)
    return None


def _candidates(code: CodeType, doc: str | None) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Functions that this code may have been compiled from."""
    if code.co_argcount != 1 or not code.co_varnames or not _is_simple(code):
        return
    own = code.co_varnames[0]
    attributes = [name for name in code.co_names if name != "reverse"]
    texts = [text for text in _texts(code.co_consts) if text != doc]
    values = [f"{own}.{attribute}" for attribute in attributes]
    for at, view in enumerate(texts):
        others = [text for text in texts[at + 1 :] if text not in ("args", "kwargs")]
        forms: list[tuple[str, list[str]]] = [(f"args=[{', '.join(values)}]", [])]
        if values:
            forms.append((f"args=({', '.join(values)},)", []))
        else:
            forms.append(("", []))
        if values and len(others) == len(values):
            pairs = ", ".join(
                f"{key!r}: {value}" for key, value in zip(others, values, strict=True)
            )
            forms.append((f"kwargs={{{pairs}}}", others))
        for arguments, keywords in forms:
            source = f"def method({own}):\n {doc!r}\n return reverse({view!r}, {arguments})\n"
            yield (
                (source if doc is not None else source.replace(f" {doc!r}\n", "")),
                view,
                attributes,
                keywords,
            )


def _is_simple(code: CodeType) -> bool:
    names = (*code.co_names, *code.co_varnames)
    return all(name.isidentifier() for name in names) and not code.co_freevars


def _texts(constants: Any) -> list[str]:
    """The texts among constants, in order; those in tuples, too."""
    found: list[str] = []
    for constant in constants:
        if isinstance(constant, str):
            found.append(constant)
        elif isinstance(constant, tuple):
            found += [text for text in _texts(constant) if text not in found]
    return found


def _is_same(code: CodeType, source: str) -> bool:
    module = compile(source, "<a method that reverses>", "exec", dont_inherit=True)
    made = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    # Of two equal constants of different types only one would be meant.
    constants = [[(type(c), c) for c in part.co_consts] for part in (code, made)]
    flags = {part.co_flags & _RUNNING for part in (code, made)}
    return (
        len(flags) == 1
        and constants[0] == constants[1]
        and all(getattr(code, name) == getattr(made, name) for name in _SAME)
    )


def _column(model: type[Model], attribute: str) -> str | None:
    """The key of an attribute in an instance's dictionary, if that is all that reading it does."""
    if attribute == "pk":
        if model.pk is not Model.pk or model._meta.pk is None:
            return None
        attribute = model._meta.pk.attname
    if attribute not in {field.attname for field in model._meta.concrete_fields}:
        return None
    kind = type(model.__dict__.get(attribute) or getattr(model, attribute, None))
    is_djangos = issubclass(kind, DeferredAttribute) and kind.__module__.startswith("django.")
    return attribute if is_djangos else None
