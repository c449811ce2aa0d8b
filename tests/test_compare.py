"""The comparison of both engines notices what it is there for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.template import TemplateSyntaxError
from django.template.backends.django import DjangoTemplates

from tests import compare


class Shouting(DjangoTemplates):
    """Stock, but its templates print upper case and its errors lack their place."""

    def from_string(self, template_code: str) -> Any:
        try:
            return super().from_string(template_code.upper())
        except TemplateSyntaxError as error:
            raise TemplateSyntaxError(str(error).lower()) from None


def test_agreement_returns_the_text(render: Callable[..., str]) -> None:
    assert render("{{ a }}{% include 'b' %}", {"a": "<"}, templates={"b": "b"}) == "&lt;b"


def test_options_reach_both_engines(render: Callable[..., str]) -> None:
    assert render("{{ a }}", {"a": "<"}, autoescape=False) == "<"


def test_context_of_a_function_is_made_for_each_engine(render: Callable[..., str]) -> None:
    assert render("{{ a|join:'' }}", lambda: {"a": iter("xyz")}) == "xyz"


def test_an_error_of_both_is_raised(render: Callable[..., str]) -> None:
    with pytest.raises(TemplateSyntaxError, match="Invalid block tag"):
        render("{% nothing %}")


@pytest.mark.parametrize("source", ["small", "{% nothing %}"])
def test_a_difference_is_noticed(source: str) -> None:
    with (
        mock.patch.object(compare, "DjustTemplates", Shouting),
        pytest.raises(AssertionError, match="differ"),
    ):
        compare.render_on_both(compare.Case(source))


def test_an_error_of_ours_alone_is_noticed() -> None:
    with (
        mock.patch.object(compare, "DjustTemplates", Shouting),
        pytest.raises(AssertionError, match="only ours raises"),
    ):
        compare.render_on_both(compare.Case("{% now 'Y' %}"))
