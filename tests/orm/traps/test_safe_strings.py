"""Text that is safe where it comes from stays safe, and nothing else becomes so."""

from __future__ import annotations

from django.db.models import F, Value
from django.utils.safestring import mark_safe
from traps.compared import loop
from zoo.models import Category
from zoo.odd import Sample

BODIES = {
    "both": "{{ b.markup }}{{ b.text }}",
    "filters": "{{ b.markup|upper }}{{ b.markup|lower }}{{ b.markup|add:b.text }}{{ b.text|add:b.markup }}",
    "forced": "{{ b.markup|force_escape }}{{ b.text|safe }}{{ b.markup|escape }}{{ b.text|striptags }}",
    "off": "{% autoescape off %}{{ b.markup }}{{ b.text }}{{ b.markup|escape }}{{ b.text|escape }}{% endautoescape %}",
    "class": "{{ b.markup|classed }}{{ b.text|classed }}{{ b.renamed|classed }}",
    "cut": "{{ b.markup|slice:':3' }}{{ b.markup|truncatechars:4 }}{{ b.markup.0 }}{{ b.markup|first }}",
    "joined": "{{ b.markup|default:b.text }}{% firstof b.markup b.text %}{% firstof b.nothing b.text as t %}{{ t }}",
    "cycled": "{% cycle b.markup b.text %}{% filter upper %}{{ b.markup }}{{ b.text }}{% endfilter %}",
    "bound": "{% with m=b.markup t=b.text %}{{ m }}{{ t }}{% endwith %}{% ifchanged b.markup %}{{ b.markup }}{% endifchanged %}",
    "compared": "{% if b.markup == '<i>0</i>' %}={% endif %}{% if '<' in b.text %}in{% endif %}",
    "added": "{{ b.own }}{{ b.shown }}{{ b.own|upper }}",
    "lines": "{{ b.text|linebreaks }}{{ b.text|linebreaksbr }}{{ b.text|urlize }}{{ b.markup|linebreaks }}",
    "translated": "{% load i18n %}{% blocktranslate with m=b.markup t=b.text %}{{ m }}{{ t }}{% endblocktranslate %}",
}


def with_own():
    rows = list(Sample.objects.all())
    for row in rows:
        row.own, row.text = mark_safe("<b>own</b>"), mark_safe(row.text)
    return rows


SOURCES = {
    "rows": Sample.objects.all,
    "list": lambda: list(Sample.objects.all()),
    "changed": with_own,
    "deferred": lambda: Sample.objects.only("pk"),
    "annotated": lambda: Sample.objects.annotate(own=F("markup"), shown=Value(mark_safe("<u>"))),
    "values": lambda: Sample.objects.values("markup", "text", "renamed", own=F("markup")),
    "of a group": lambda: Category.objects.order_by("pk").last().samples.all(),
}


def test_escaping(zoo_rows, same_grid):
    same_grid(SOURCES, {name: loop(body) for name, body in BODIES.items()}, fails=None)
