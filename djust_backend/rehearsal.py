"""A page of nobody's: rendering it does what the first page of any process would wait for."""

from __future__ import annotations

from django.template import Context

from ._native import count_renders
from .engine import Engine

# No numbers or dates: their formats, and the language, are the site's, which may not be ready yet.
_SOURCE = """\
{% block page %}{% for name in names %}{% if forloop.first or name == last %}{{ name|upper }}
{% endif %}{{ name|default:"-" }}{% empty %}-{% endfor %}
{% with first=names.0 %}<p class="{{ first }}">{{ first|lower }}</p>{% endwith %}{% endblock %}
"""


def rehearse() -> None:
    """Compile and render a small page that reads nothing of the site's, and is not counted."""
    count_renders(False)
    try:
        Engine().from_string(_SOURCE).render(Context({"names": ["<a>", "b"], "last": "b"}))
    finally:
        count_renders(True)
