"""The tag `{% debug %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% debug %}
{% autoescape off %}{% debug %}{% endautoescape %}
{% debug x %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
