"""Lets templates render as they do in production: the test runner watches every render otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.laws.unwatched import unwatched


@pytest.fixture(autouse=True)
def production() -> Iterator[None]:
    """Take the test runner's watch off `Template._render`."""
    with unwatched():
        yield
