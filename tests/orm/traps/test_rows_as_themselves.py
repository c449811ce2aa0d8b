"""What is done with a row itself: printed, tested, compared, counted, handed on; before and after its columns."""

from __future__ import annotations

from traps.compared import loop
from zoo.models import Author, Book
from zoo.odd import Talking

WAYS = {
    "printed": "{{ b }}",
    "printed and read": "{{ b }}{{ b.name }}{{ b.title }}",
    "related printed": "{{ b.author }}{{ b.author.name }}",
    "relation as value and way": "{% with a=b.author %}{{ a }}{{ a.name }}{{ a.country }}{{ a.country.name }}{% endwith %}",
    "tested": "{% if b %}y{{ b.pk }}{% endif %}{% if not b.author %}n{% endif %}",
    "defaults": "{{ b|default:'-' }}{{ b.author|default:'-' }}{{ b.author|default_if_none:'+' }}",
    "filters": "{{ b|length }}{{ b|upper }}{{ b|stringformat:'s' }}{{ b|yesno }}{{ b|classed }}",
    "as text": "{{ b|slugify }}{{ b|truncatechars:5 }}{{ b|make_list|length }}{{ b|force_escape }}",
    "pretty": "{{ b|pprint }}{{ b.author|pprint }}",
    "compared": "{% if b == one %}={% endif %}{% if b != one %}#{% endif %}{% if b in again %}in{% endif %}",
    "authors compared": "{% if b.author == one.author %}={% endif %}{% if b.author in people %}in{% endif %}",
    "is none": "{% if b.author is None %}none{% endif %}{% if b.author is not None %}{{ b.author.pk }}{% endif %}",
    "less": "{% if b < one %}<{% endif %}{% if b.author > one.author %}>{% endif %}",
    "first of": "{% firstof b.nothing b.author b %}{% firstof '' b as x %}{{ x }}",
    "cycled": "{% cycle b b.author 'x' %}{% cycle b.name b.title as c %}{{ c }}",
    "changed": "{% ifchanged b.author %}{{ b.author }}{% else %}-{% endifchanged %}{% ifchanged %}{{ b.author.name }}{% endifchanged %}",
    "tag": "{% seen 'b' %}{% kind_of b %}{% kind_of b.author %}",
    "tag's path": "{% seen 'b' 'author' %}{{ b.author.name }}",
    "names": "{% names %}",
    "debug": "{{ b.pk }}{% around %}{{ b.author.name }}{% endaround %}",
    "kept": "{% keep b %}{% keep b.author %}{% kept %}",
    "bound": "{% bind x b %}{{ x.pk }}{{ x }}{{ x.author.name }}",
    "included": "{% include 'row.html' %}{% include 'row.html' with b=b only %}",
    "inclusion tag": "{% shown b %}{{ b.author.name }}",
    "json": "{{ b.pk|json_script:'x' }}",
    "unpicklable": "{{ b.author.name|json_script }}{{ b.author.pk|stringformat:'05d' }}",
    "translated": "{% load i18n %}{% blocktranslate with x=b.author y=b.pk %}{{ x }} {{ y }}{% endblocktranslate %}",
    "methods": "{{ b.get_absolute_url }}{{ b.clean }}{{ b.validate_unique }}{{ b.serializable_value }}",
    "meta": "{{ b.pk }}{{ b.get_deferred_fields|length }}{{ b.unique_error_message }}",
    "indices": "{{ b.0 }}{{ b.author.0 }}",
    "numbers": "{{ b|add:1 }}{{ b.pk|add:b.pk }}{{ b.pk|add:'x' }}{{ b.pk|divisibleby:2 }}",
    "set": "{% put b 'pk2' 3 %}{{ b.pk2 }}{% put b 'name' 'set' %}{{ b.name }}",
    "cached twice": "{{ b.author.name }}{{ b.author.name }}{{ b.author.country.name }}{{ b.author }}",
    "filter tag": "{% filter upper %}{{ b.author.name }}{{ b }}{% endfilter %}",
    "spaceless": "{% spaceless %}<p> {{ b.author.name }} </p> <p>{{ b }}</p>{% endspaceless %}",
    "resetcycle": "{% cycle b.pk 'x' as c %}{{ c }}{% resetcycle c %}",
}  # fmt: skip

FAILING = {
    "loop of a row": "{% for x in b %}{{ x }}{% endfor %}",
    "loop of its author": "{{ b.pk }}{% for x in b.author %}{{ x }}{% endfor %}",
    "first of a row": "{{ b.pk }}{{ b|first }}",
    "unpacked": "{% for x, y in rows %}{{ x }}{% endfor %}",
    "json of a row": "{{ b.pk }}{{ b|json_script:'x' }}",
}

PARTS = {"row.html": "[{{ b.pk }} {{ b }} {{ b.author.name }} {{ b.author.country.name }}]"}


def context_of(model):
    def context():
        rows = model.objects.order_by("pk")
        return {
            "rows": rows,
            "again": rows,
            "one": model.objects.order_by("pk").first(),
            "people": Author.objects.all(),
        }

    return context


def test_books(zoo_rows, same_each):
    same_each(
        {name: (context_of(Book), loop(way), {"templates": PARTS}) for name, way in WAYS.items()}
    )


def test_what_no_row_can_do(zoo_rows, same_each):
    for model in (Book, Talking):
        same_each(
            {name: (context_of(model), loop(way)) for name, way in FAILING.items()}, fails=True
        )


def test_rows_whose_text_walks_relations(zoo_rows, same_each):
    same_each(
        {name: (context_of(Talking), loop(way), {"templates": PARTS}) for name, way in WAYS.items()}
    )


def test_columns_alone_invalid_names_shown(zoo_rows, same_each):
    """`string_if_invalid` tells NULL, a missing name and a missing row apart."""
    parts = [
        "{{ b.editor }}{{ b.editor.name }}{{ b.editor.country.name }}{{ b.nothing }}{{ b.author.nothing }}",
        "{{ b.sponsor.name }}{{ b.sponsor.nothing }}{{ b.publisher.name }}{{ b.drawer.name }}{{ b.drawer }}",
        "{{ b.editor.name|default:'-' }}{{ b.sponsor.name|default:'-' }}{{ b.editor.name|default_if_none:'+' }}",
        "{% if b.editor.name is None %}none{% endif %}{% if b.sponsor.name %}some{% endif %}",
        "{% if b.sponsor is None %}no sponsor{% endif %}{% firstof b.sponsor.name b.editor.name 'x' %}",
        "{% with s=b.sponsor e=b.editor.name %}[{{ s }}{{ e }}]{% endwith %}",
        "{% if b.sponsor %}{{ b.sponsor.name }}{% endif %}{% for x in b.nothing %}{% endfor %}{% for x in b.editor.tags %}{% endfor %}",
    ]
    for invalid in ("", "INVALID", "INVALID %s"):
        options = {"options": {"string_if_invalid": invalid}}
        same_each(
            {part: (context_of(Book), loop(part), options) for part in [*parts, "".join(parts)]}
        )
