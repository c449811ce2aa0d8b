"""The tags of `{% load l10n %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% localize on %}{{ v }}{{ 1234.5 }}{% endlocalize %}
{% localize %}{{ v }}{% endlocalize %}{% localize off %}{{ v }}{% language 'de' %}{{ 1234.5 }}{{ v|localize }}{% endlanguage %}{% endlocalize %}
{% language 'de' %}{{ v }}{{ 1234.5 }}{% localize off %}{{ v }}{% localize on %}{{ v }}{{ v|unlocalize }}{% endlocalize %}{{ v }}{% endlocalize %}{% endlanguage %}
{% language 'de' %}{% for x in v %}{{ x }}{{ forloop.counter }}{% endfor %}{{ v|floatformat:2 }}{{ v|date }}{{ v|add:1 }}{% endlanguage %}
{% localize maybe %}{% endlocalize %}
{% localize on off %}{% endlocalize %}
{% localize %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
