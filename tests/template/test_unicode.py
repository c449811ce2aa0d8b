"""Signs outside of ASCII: in sources, names, constants and values."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = [
    "é😀{{ v }}ß{{ 'é😀<'|upper }}",
    "{{ größe }}{{ v.größe }}{% with größe=v %}{{ größe }}{% endwith %}",
    "\u2028{{ v }}\x85{% if v %}\u3000{% endif %}\x1c",
    "{{\u00a0v\u00a0}}{%\u00a0if v\u00a0%}x{%\u00a0endif\u00a0%}",
    "{% if v == 'é' %}x{% endif %}{% if 'é'\u00a0== v %}y{% endif %}",
    "\ufeff{% extends 'x' %}",
    "a\ud800b{{ v }}",
    "{{ 'a\ud800b' }}",
    "{% translate '\u202eé' %}{% blocktranslate %}é{{ v }}{% endblocktranslate %}",
    "{% filter upper %}ǆßŉ{{ v }}{% endfilter %}",
    "\x00{{ v }}\x00",
    "a\r\n{# é\r #}\r{{ v|nofilter }}\u2028\n",
    "é\n\n😀{% if v %}\n{{ v|add:missing }}{% endif %}",
    "é\n\n😀{% for x in v %}\n{% bad %}",
    "{% verbatim é %}{{ v }}{% endverbatim é %}{% comment é %}{% endcomment %}",
    "{% block é %}{{ block.name }}{% endblock é %}{% regroup v by é as ü %}{{ ü }}",
]


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
def test_same(source: str) -> None:
    check(source)
