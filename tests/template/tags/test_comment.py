"""The tag `{% comment %}` and `{# #}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
a{# {{ v }} #}b{{ v }}
a{# x\ny #}b
{% comment %}{{ v|nofilter }}{% bad %}{% endif %}{% endcomment %}c
{% comment "note" %}{% comment %}{% endcomment %}
{% comment %}{{ v }
{% comment %}
{% endcomment %}
{##}{# #}{#
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
