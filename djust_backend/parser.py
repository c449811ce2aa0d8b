"""The parser that compile functions in Python get: Django's `Parser` over the native one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template import base as stock
from django.template.exceptions import TemplateSyntaxError

from . import nodes
from ._native import NativeParser, NativeProgram


def make_parser(native: NativeParser, program: NativeProgram, template: Any) -> Parser:
    """The parser for compile functions in Python."""
    return Parser(native, program, template)


class Parser(stock.Parser):
    """Django's parser for the time of one template; its state lives in `_native`.

    An exception that leaves a compile function ends the native parse; Django then parses the source
    once more and raises its own.
    """

    def __init__(self, native: NativeParser, program: NativeProgram, template: Any) -> None:
        self._native = native
        self._program = program
        self._debug = bool(template.engine.debug)
        self.origin = template.origin
        self.libraries = template.engine.template_libraries
        self.command_stack: list[Any] = []
        self.extra_data = program.extra_data

    @property
    def tokens(self) -> list[stock.Token]:
        """The tokens to come, the next one last."""
        return self._native.tokens()

    @tokens.setter
    def tokens(self, tokens: list[stock.Token]) -> None:
        self._native.tokens()[:] = tokens

    @property
    def tags(self) -> dict[str, Any]:  # type: ignore[override] # no setter: changed in place
        """All tags that are loaded; changes count."""
        return self._native.members()[0]

    @property
    def filters(self) -> dict[str, Any]:  # type: ignore[override] # no setter: changed in place
        """All filters that are loaded; changes count."""
        return self._native.members()[1]

    def parse(self, parse_until: Iterable[str] | None = None) -> nodes.NodeList:
        """The nodes up to one of the commands, whose token stays the next one."""
        until = [] if parse_until is None else list(parse_until)
        return nodes.nodelist(self._program, self._native.parse(until), body=True)

    def skip_past(self, endtag: str) -> None:
        """Drops tokens up to and with an end tag."""
        self._native.skip_past(endtag)

    def next_token(self) -> stock.Token:
        """Takes the next token. Error: IndexError at the end."""
        return self._native.next_token()

    def prepend_token(self, token: stock.Token) -> None:
        """Puts a token back."""
        self._native.prepend_token(token)

    def delete_first_token(self) -> None:
        """Drops the next token. Error: IndexError at the end."""
        self._native.delete_first_token()

    def add_library(self, lib: Any) -> None:
        """Adds the tags and filters of a library."""
        self._native.add_library(lib)

    def compile_filter(self, token: str) -> stock.FilterExpression:
        """The expression for `a.b|filter:arg`. Error: TemplateSyntaxError, by Django."""
        expression = self._native.expression(token)
        if expression is None:
            return stock.FilterExpression(token, self)
        return nodes.expression(self._program, expression, token)

    def unclosed_block_tag(self, parse_until: Iterable[str]) -> None:
        """Error: TemplateSyntaxError."""
        raise TemplateSyntaxError(f"Unclosed tag. Looking for one of: {', '.join(parse_until)}.")

    def retire(self, tags: dict[str, Any], filters: dict[str, Any]) -> None:
        """Goes on as Django's own parser that has come to the end of its tokens."""
        del self._native, self._program
        vars(self).update(tokens=[], tags=tags, filters=filters)
        self.__class__ = RetiredParser  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.__class__.__qualname__} tokens={self.tokens!r}>"


class RetiredParser(stock.Parser):
    """The parser of a template that is compiled, as nodes may keep it: all of it is Django's."""
