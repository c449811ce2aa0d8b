"""The tag `{% templatetag %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% templatetag openblock %}{% templatetag closeblock %}{% templatetag openvariable %}{% templatetag closevariable %}
{% templatetag openbrace %}{% templatetag closebrace %}{% templatetag opencomment %}{% templatetag closecomment %}
{% templatetag %}
{% templatetag nope %}
{% templatetag openblock closeblock %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
