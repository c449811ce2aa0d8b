"""The tag `{% widthratio %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% widthratio v 10 100 %}
{% widthratio v v 100 as x %}[{{ x }}]
{% widthratio 5 v 100 %}
{% widthratio 5 10 v %}
{% widthratio 5 0 100 %}{% widthratio 1 3 100 %}{% widthratio 2.5 1 1 %}{% widthratio 3.5 1 1 %}
{% widthratio missing 1 1 %}{% widthratio 1 missing 1 %}
{% widthratio 1 1 missing %}
{% widthratio 1 2 %}
{% widthratio 1 2 3 4 %}
{% widthratio 1 2 3 as %}
{% widthratio 1 2 3 in x %}
{% widthratio v|nofilter 2 3 %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
