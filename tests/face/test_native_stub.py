"""The stub `_native.pyi` names what the extension module exports, neither more nor less."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest

import djust_backend
from djust_backend import _native

STUB = ast.parse(Path(djust_backend.__file__).with_name("_native.pyi").read_text("utf-8"))
STUB_CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
STUB_FUNCTIONS = {node.name: node for node in STUB.body if isinstance(node, ast.FunctionDef)}
HAS_SUBCLASSES = 1 << 10  # Py_TPFLAGS_BASETYPE


def public(holder: object) -> dict[str, Any]:
    return {name: value for name, value in vars(holder).items() if not name.startswith("_")}


def methods(cls: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in cls.body if isinstance(node, ast.FunctionDef)}


def decorators(node: ast.ClassDef | ast.FunctionDef) -> set[str]:
    return {ast.unparse(decorator) for decorator in node.decorator_list}


def stub_arity(function: ast.FunctionDef) -> tuple[int, int]:
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional + len(arguments.kwonlyargs), len(arguments.defaults)


def arity(function: Any) -> tuple[int, int]:
    # `inspect.signature` fails where a Rust argument is called by a keyword of Python's.
    names = function.__text_signature__.strip("()").split(", ")
    own = [name for name in names if name not in ("/", "") and not name.startswith("*")]
    return len(own), sum("=" in name for name in own)


def stub_kind(function: ast.FunctionDef) -> str:
    found = decorators(function)
    for kind in ("property", "staticmethod"):
        if kind in found:
            return kind
    return "method"


def kind(member: Any) -> str:
    if inspect.isgetsetdescriptor(member):
        return "property"
    return "staticmethod" if isinstance(member, staticmethod) else "method"


def test_the_module_has_the_names_of_the_stub() -> None:
    assert set(public(_native)) == set(STUB_CLASSES) | set(STUB_FUNCTIONS)


def test_functions_take_as_many_arguments_as_the_stub_says() -> None:
    found = {name: arity(getattr(_native, name)) for name in STUB_FUNCTIONS}
    assert found == {name: stub_arity(node) for name, node in STUB_FUNCTIONS.items()}


@pytest.mark.parametrize("name", STUB_CLASSES)
def test_a_class_has_the_members_of_the_stub(name: str) -> None:
    members = {name: kind(member) for name, member in public(getattr(_native, name)).items()}
    stubs = methods(STUB_CLASSES[name])
    assert members == {key: stub_kind(node) for key, node in stubs.items() if key[0] != "_"}


@pytest.mark.parametrize("name", STUB_CLASSES)
def test_methods_take_as_many_arguments_as_the_stub_says(name: str) -> None:
    cls = getattr(_native, name)
    stubs = {
        key: node
        for key, node in methods(STUB_CLASSES[name]).items()
        if key[0] != "_" and stub_kind(node) != "property"
    }
    found = {key: arity(getattr(cls, key)) for key in stubs}
    assert found == {key: stub_arity(node) for key, node in stubs.items()}


@pytest.mark.parametrize("name", STUB_CLASSES)
def test_a_class_can_be_made_and_subclassed_as_the_stub_says(name: str) -> None:
    cls, stub = getattr(_native, name), STUB_CLASSES[name]
    assert ("__new__" in vars(cls)) == bool({"__init__", "__new__"} & set(methods(stub)))
    assert bool(cls.__flags__ & HAS_SUBCLASSES) == ("final" not in decorators(stub))
