"""The tag `{% verbatim %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% verbatim %}{{ v }}{% if %}{# x #}{% endverbatim %}{{ v }}
{% verbatim a b %}{% verbatim %}{% endverbatim %}{% endverbatim a b %}
{% verbatim %}{{ {% endverbatim %}
{% verbatim %}
{% verbatim x %}{% endverbatim %}
{% endverbatim %}
{% verbatim\t%}{{ v }}{% endverbatim\t%}
{% verbatim\tx %}{{ v }}{% endverbatim\tx %}
{% verbatim\tx %}text{% endverbatim\tx %}
{%verbatim%}{{x}}{%endverbatim%}{% verbatim %}{%endverbatim%}{% endverbatim %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\t", "\t"))
