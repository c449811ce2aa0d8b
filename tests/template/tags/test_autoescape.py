"""The tag `{% autoescape %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% autoescape on %}{{ v }}{% endautoescape %}
{% autoescape off %}{{ v }}{% autoescape on %}{{ v }}{% endautoescape %}{{ v }}{% endautoescape %}{{ v }}
{% autoescape off %}{{ v|escape }}{{ v|force_escape }}{{ v|safe }}{% endautoescape %}
{% autoescape off %}{{ v|linebreaks }}{{ v|join:"<" }}{{ v|urlize }}{% firstof v %}{% cycle v v %}{% endautoescape %}
{% autoescape %}{% endautoescape %}
{% autoescape true %}{% endautoescape %}
{% autoescape on off %}{% endautoescape %}
{% autoescape on %}
{% endautoescape %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
