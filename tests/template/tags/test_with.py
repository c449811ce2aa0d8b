"""The tag `{% with %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% with x=v %}{{ x }}{% endwith %}{{ x }}
{% with v as x %}{{ x }}{% endwith %}
{% with x=v y=x %}{{ x }}{{ y }}{% endwith %}
{% with x=v.a|default:'d' y=1 %}{{ x }}{{ y }}{% endwith %}
{% with v=v.a v=v.b %}{{ v }}{% endwith %}
{% with block=v %}{{ block }}{% endwith %}
{% with True=v %}{{ True }}{% endwith %}
{% with x=missing %}[{{ x }}]{% endwith %}
{% with %}{% endwith %}
{% with x %}{% endwith %}
{% with x= %}{% endwith %}
{% with x=v y %}{% endwith %}
{% with v as x and 1 as y %}{{ x }}{{ y }}{% endwith %}
{% with x=v|nofilter %}{% endwith %}
{% with x = v %}{% endwith %}
{% with 'x'=v %}{% endwith %}
{% with a.b=v %}{{ a.b }}{% endwith %}
{% with x=v %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
