"""Native nodes as objects of Django's node classes, for Python code that looks at or renders them.

A node object is made when somebody asks for it, and its attributes when somebody reads them.
Rendering it runs the native node. As soon as somebody changes one (an attribute, a nodelist), the
template is rendered the way Django does it, from these very objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast

from django.template import base as stock
from django.template import defaulttags, loader_tags
from django.template.smartif import OPERATORS
from django.templatetags import cache, i18n, l10n, static, tz
from django.utils import datastructures
from django.utils.safestring import SafeString

from ._native import NativeBlocks, NativeProgram


def _stock_class(name: str) -> type[stock.Node]:
    """The node class of this name, wherever Django defines it."""
    for module in (stock, defaulttags, loader_tags, i18n, l10n, tz, cache, static):
        found = vars(module).get(name)
        if found is not None:
            return cast(type[stock.Node], found)
    raise LookupError(f"Django has no node class {name!r}")


class NodeList(stock.NodeList):
    """A `django.template.base.NodeList` that renders natively as long as nobody has changed it."""

    _program: NativeProgram | None = None
    _list: int = 0
    _is_body: bool = False

    def render(self, context: Any) -> SafeString:
        """The text of all nodes in a context."""
        program = self._program
        if program is not None:
            text = program.render_list(self._list, context)
            if text is not None:
                return text
        return super().render(context)

    def _changed(self) -> None:
        program = self._program
        if program is not None and not self._is_body:
            program.mark_changed()
        # The body of a Python tag is nobody's but the tag's: the rest of the template stays native.
        self._program = None


def _changing(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def change(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._changed()
        return method(self, *args, **kwargs)

    change.__name__ = name
    return change


_MUTATORS = (
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    "__setitem__", "__delitem__", "__iadd__", "__imul__",
)  # fmt: skip
for _name in _MUTATORS:
    setattr(NodeList, _name, _changing(_name))


def nodelist(program: NativeProgram, list_id: int, *, body: bool = False) -> NodeList:
    """The node objects of a list. `body`: it was parsed for a tag of Python's, which owns it."""
    nodes = NodeList()
    only_text = True
    for item in program.items(list_id):
        if isinstance(item, tuple):
            class_name, node_id, text = item
            item = proxy_node(program, class_name, node_id, text)
        list.append(nodes, item)
        only_text = only_text and isinstance(item, stock.TextNode)
    nodes.contains_nontext = not only_text
    nodes._program = program
    nodes._list = list_id
    nodes._is_body = body
    return nodes


class NativeNode:
    """What a node class of Django's gets in front of it."""

    _program: NativeProgram | None = None
    _node: int = -1
    _token: stock.Token | None = None
    _origin: stock.Origin | None = None

    @property
    def token(self) -> stock.Token | None:
        """The tag's token."""
        if self._token is None and self._program is not None:
            self.__dict__["_token"] = self._program.token(self._node)
        return self._token

    @token.setter
    def token(self, token: stock.Token | None) -> None:
        self.__dict__["_token"] = token

    @property
    def origin(self) -> stock.Origin | None:
        """The template's origin."""
        if self._origin is None and self._program is not None:
            return self._program.origin
        return self._origin

    @origin.setter
    def origin(self, origin: stock.Origin | None) -> None:
        self.__dict__["_origin"] = origin

    def __getattr__(self, name: str) -> Any:
        program = self._program
        if program is None or "_complete" in self.__dict__:
            raise AttributeError(f"{self.__class__.__name__!r} object has no attribute {name!r}")
        self.__dict__["_complete"] = True
        attributes = _attributes(program, type(self).__name__, self._node)
        self.__dict__.update({k: v for k, v in attributes.items() if k not in self.__dict__})
        return getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if not name.startswith("_") and name not in ("token", "origin"):
            self._mark(name)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._mark(name)

    def _mark(self, name: str) -> None:
        program = self._program
        if program is not None and "_complete" not in self.__dict__:
            # Read what the native node says before the change hides it.
            self.__getattr__("child_nodelists")
        if program is not None:
            known = program.facts(self._node)
            if name in known or name.startswith("nodelist"):
                program.mark_changed()

    def render(self, context: Any) -> Any:
        """The node's text in a context."""
        program = self._program
        if program is not None:
            text = program.render_node(self._node, context)
            if text is not None:
                return text
        return super().render(context)  # type: ignore[misc]


@lru_cache(maxsize=256)
def _proxy_class(name: str) -> Any:
    """The class of node objects for a node class of Django's."""
    known = _stock_class(name)
    names = {
        "__module__": known.__module__,
        "__qualname__": known.__qualname__,
        "__doc__": known.__doc__,
    }
    return type(known.__name__, (NativeNode, known), names)


def proxy_node(
    program: NativeProgram, class_name: str, node_id: int, text: str | None = None
) -> Any:
    """The one object for a native node."""
    known = program.nodes.get(node_id)
    if known is None:
        cls = _proxy_class(class_name)
        known = cls.__new__(cls)
        known.__dict__["_program"] = program
        known.__dict__["_node"] = node_id
        if text is not None:
            known.__dict__["s"] = text
        program.nodes[node_id] = known
    return known


def block_value(program: NativeProgram, node_id: int) -> Any:
    """A new `BlockNode` for the variable `block`; the renderer gives it its context.

    It has the nodes of the template's own node, as the copy that stock makes has.
    """
    node = proxy_node(program, "BlockNode", node_id)
    made: Any = loader_tags.BlockNode(node.name, node.nodelist)
    # The renderer knows the block again by these when a template asks it for `super`.
    made._program, made._node = program, node_id
    return made


def _attributes(program: NativeProgram, class_name: str, node_id: int) -> dict[str, Any]:
    """The attributes that Django's constructor would have set."""
    attributes = {
        name: _attribute(program, kind, data)
        for name, (kind, *data) in program.facts(node_id).items()
    }
    if class_name == "ResetCycleNode":
        attributes = {"node": defaulttags.CycleNode(*attributes.values())}
    elif class_name == "ExtendsNode":
        found = attributes["nodelist"].get_nodes_by_type(loader_tags.BlockNode)
        attributes["blocks"] = {node.name: node for node in found}
    elif class_name == "IfChangedNode":
        attributes["_varlist"] = tuple(attributes["_varlist"])
    elif class_name == "TranslateNode":
        found = attributes["filter_expression"]
        if isinstance(found.var, str):
            found.is_var = True
            found.var = stock.Variable(f"'{found.var}'")
    return attributes


def _attribute(program: NativeProgram, kind: str, data: list[Any]) -> Any:
    if kind == "value":
        return data[0]
    if kind == "expr":
        return expression(program, *data, of_node=True)
    if kind == "exprs":
        return [expression(program, *item[1:], of_node=True) for item in data[0]]
    if kind == "list":
        return NodeList() if data[0] is None else nodelist(program, data[0])
    if kind == "bindings":
        return {name: expression(program, *item[1:], of_node=True) for name, item in data[0]}
    if kind == "branches":
        return [
            (None if cond is None else _condition(program, cond), nodelist(program, list_id))
            for cond, list_id in data[0]
        ]
    if kind == "pieces":
        types = (stock.TokenType.TEXT, stock.TokenType.VAR)
        return [stock.Token(types[is_var], text) for is_var, text in data[0]]
    # Known since Django 6.0, as partials are.
    return datastructures.DeferredSubDict(program.extra_data, "partials")


def _condition(program: NativeProgram, data: tuple[Any, ...]) -> Any:
    """A condition of `{% if %}` as the token objects of `django.template.smartif`."""
    if data[0] == "expr":
        return defaulttags.TemplateLiteral(expression(program, *data[1:], of_node=True), data[2])
    operator = OPERATORS[data[0]]()
    operator.first = _condition(program, data[1])
    operator.second = _condition(program, data[2]) if len(data) > 2 else None
    return operator


class FilterExpression(stock.FilterExpression):
    """A `django.template.base.FilterExpression` that resolves natively.

    Its parts (`var`, `filters`, `is_var`) are made when they are read; from then on, as they may be
    changed, Django resolves it.
    """

    __slots__ = ("_expr", "_is_nodes", "_program")

    _expr: int | None
    #: A native node has the same expression, and must know of changes.
    _is_nodes: bool
    _program: NativeProgram

    def __init__(self, token: str, parser: stock.Parser) -> None:
        self._expr = None
        self._is_nodes = False
        super().__init__(token, parser)

    def __getattr__(self, name: str) -> Any:
        if name not in ("var", "filters", "is_var") or self._expr is None:
            raise AttributeError(name)
        filters = self._program.filters_of(self._expr)
        self._expr = None
        parser = cast(stock.Parser, _FoundFilters(filters))
        stock.FilterExpression.__init__(self, self.token, parser)
        if self._is_nodes:
            chain = _Chain(self.filters)
            chain.program = self._program
            self.filters = chain
        return getattr(self, name)

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        """The value in a context."""
        if self._expr is not None:
            value = self._program.resolve(self._expr, context, ignore_failures)
            if value is not NotImplemented:
                return value
        return super().resolve(context, ignore_failures)


class _FoundFilters(SimpleNamespace):
    """Stands in for the parser: knows the filters that the parser had found."""

    def __init__(self, filters: dict[str, Any]) -> None:
        super().__init__(find_filter=filters.__getitem__)


class _Chain(list[Any]):
    """The filters of an expression of a native node: changing them makes the template Django's."""

    program: NativeProgram

    def _changed(self) -> None:
        self.program.mark_changed()


for _name in _MUTATORS:
    setattr(_Chain, _name, _changing(_name))


def expression(
    program: NativeProgram, expression_id: int, text: str, *, of_node: bool = False
) -> FilterExpression:
    """The object for a native expression. `of_node`: it is that of a native node."""
    made = FilterExpression.__new__(FilterExpression)
    made._is_nodes = of_node
    made.token = text
    made._expr = expression_id
    made._program = program
    return made


class BlockContext(loader_tags.BlockContext):
    """`django.template.loader_tags.BlockContext` over the native queues."""

    def __init__(self, native: NativeBlocks | None = None) -> None:
        self._native = NativeBlocks() if native is None else native

    @property
    def blocks(self) -> defaultdict[str, list[Any]]:  # type: ignore[override]
        """The queues as they are now."""
        queues: defaultdict[str, list[Any]] = defaultdict(list)
        queues.update(self._native.queues())
        return queues

    def add_blocks(self, blocks: dict[str, Any]) -> None:
        """Puts blocks behind those that are known."""
        for name, block in blocks.items():
            self._native.add(name, block)

    def pop(self, name: str) -> Any:
        """Takes the block that is rendered next."""
        return self._native.pop(name)

    def push(self, name: str, block: Any) -> None:
        """Puts a block back."""
        self._native.push(name, block)

    def get_block(self, name: str) -> Any:
        """The block that is rendered next."""
        return self._native.get_block(name)


def block_context(handle: NativeBlocks) -> BlockContext:
    """The blocks of a render as Python code finds them in its `render_context`."""
    return BlockContext(handle)


def blocks_within(node: stock.Node) -> list[tuple[str, Any]]:
    """Name, and number or object, of the blocks in a node of Python's and of itself if it is one.

    As `get_nodes_by_type` finds them; native blocks by their number.
    """
    found: list[Any] = node.get_nodes_by_type(loader_tags.BlockNode)
    return [
        (block.name, block._node if isinstance(block, NativeNode) else block) for block in found
    ]


def make_partials(
    template: Any, program: NativeProgram, partials: list[tuple[str, int, int, int]]
) -> None:
    """Registers the `{% partialdef %}` bodies of a template in its `extra_data`, as the tag does.

    `partials`: name, list, first byte of the opening and last byte of the closing tag.
    """
    found = program.extra_data.setdefault("partials", {})
    source = template.source.encode()
    for name, list_id, start, end in partials:
        span: tuple[int | None, int | None] = (None, None)
        if template.engine.debug:
            span = (len(source[:start].decode()), len(source[:end].decode()))
        found[name] = stock.PartialTemplate(
            nodelist(program, list_id),
            template.origin,
            name,
            source_start=span[0],
            source_end=span[1],
        )
