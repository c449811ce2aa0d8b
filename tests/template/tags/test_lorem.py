"""The tag `{% lorem %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% lorem %}
{% lorem 2 p %}{% lorem 3 w %}{% lorem 2 b %}
{% lorem 2 w random %}{% lorem 1 p random %}
{% lorem v.nope w %}{% lorem w %}{% lorem random %}
{% lorem 1 2 3 4 %}
{% lorem 1 x %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
