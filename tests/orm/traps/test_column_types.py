"""A column of every type prints, sorts, compares and steps on as it does on an instance."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation
from traps.compared import FAILS, loop
from zoo.odd import Sample

COLUMNS = [field.attname for field in Sample._meta.concrete_fields]

ROWS = {"fetched": Sample.objects.all, "list": lambda: list(Sample.objects.all())}


@pytest.mark.parametrize("rows", ROWS)
def test_every_column_in_every_way(zoo_rows, same_each, rows):
    ways = {
        "printed": "{{ b.%s }}",
        "raw": "{{ b.%s|safe }}",
        "escaped": "{% autoescape off %}{{ b.COLUMN }}{{ b.COLUMN|escape }}{% endautoescape %}",
        "tested": "{% if b.COLUMN %}yes{% else %}no{% endif %}{{ b.COLUMN|yesno:'a,b,c' }}",
        "defaults": "{{ b.COLUMN|default:'-' }}{{ b.COLUMN|default_if_none:'+' }}",
        "length": "{{ b.COLUMN|length }}{{ b.COLUMN.0 }}{{ b.COLUMN|first }}{{ b.COLUMN|slice:':2' }}",
        "class": "{{ b.COLUMN|classed }}{% kind_of b.COLUMN %}",
        "format": "{{ b.COLUMN|stringformat:'s' }}{{ b.COLUMN|upper }}{{ b.COLUMN|add:1 }}",
        "compared": "{% if b.COLUMN == one.COLUMN %}={% endif %}{% if b.COLUMN > one.COLUMN %}>{% endif %}",
        "is": "{% if b.COLUMN is None %}none{% endif %}{% if b.COLUMN in one.COLUMN %}in{% endif %}",
        "json": "{{ b.COLUMN|pprint }}",
        "changed": "{% ifchanged b.COLUMN %}{{ b.COLUMN }}{% endifchanged %}",
        "bound": "{% with x=b.COLUMN %}{{ x }}{{ x.nothing }}{% endwith %}",
        "looped": "{% for x in b.COLUMN %}{{ x }},{% endfor %}",
        "joined": "{{ b.COLUMN|join:'/' }}{{ b.COLUMN|linebreaks }}",
    }
    for way, body in ways.items():
        same_each(
            {
                f"{column} {way}": (
                    lambda: {"rows": ROWS[rows](), "one": Sample.objects.all()[1]},
                    loop(body.replace("%s", column).replace("COLUMN", column)),
                )
                for column in COLUMNS
            },
            fails=None,
        )


STEPS = {
    "dates": "{{ b.day.year }}{{ b.at.month }}{{ b.day|date:'Y-m-d' }}{{ b.at|date:'c' }}{{ b.hour|time:'H:i' }}",
    "date and its parts": "{{ b.at }} {{ b.at.year }} {{ b.day }} {{ b.day.isoformat }} {{ b.at.date }}",
    "durations": "{{ b.took }}{{ b.took.days }}{{ b.took.total_seconds }}{{ b.at|timesince:b.at }}",
    "keys": "{{ b.key.hex }}{{ b.key.version }}{{ b.key.int }}",
    "numbers": "{{ b.price.as_tuple.exponent }}{{ b.whole.real }}{{ b.part|floatformat:2 }}{{ b.price|floatformat:'1g' }}",
    "text": "{{ b.text.upper }}{{ b.text.split|join:'-' }}{{ b.text.0 }}{{ b.status.lower }}",
    "bytes": "{{ b.raw.hex }}{{ b.raw|length }}{{ b.raw.0 }}",
    "generated": "{{ b.twice }}{{ b.whole }}{{ b.total }}",
    "renamed": "{{ b.renamed }}{{ b.other_name }}{{ b.group_id }}{{ b.grp }}{{ b.group.name }}",
    "callable": "{{ b.recipe }}{{ b.recipe.upper }}{{ b.recipe|length }}",
    "private": "{{ b.pk }}{{ b.id }}{{ b.DoesNotExist }}{{ b.MultipleObjectsReturned }}{{ b.nothing }}",
    "class attribute": "{{ b.Status }}{{ b.Status.DRAFT }}{{ b.Status.DRAFT.label }}{% for v, l in b.Status.choices %}{{ v }}{{ l }}{% endfor %}",
    "indices": "{{ b.0 }}{{ b.1 }}{{ b.20 }}",
    "methods": "{{ b.get_next_by_at.pk }}{{ b.total }}{{ b.get_deferred_fields }}",
}
FAILING = {
    "manager": "{{ b.pk }}{{ b.objects }}",
    "check": "{{ b.full_clean }}",
}


def test_steps_from_columns(zoo_rows, same_each):
    same_each({name: (Sample.objects.all, loop(body)) for name, body in STEPS.items()})
    same_each({name: (Sample.objects.all, loop(body), FAILS) for name, body in FAILING.items()})


SOURCES = {
    "descending": lambda: Sample.objects.order_by("-whole", "pk"),
    "by group": lambda: Sample.objects.order_by("group__name", "pk"),
    "sliced": lambda: Sample.objects.all()[1:4],
    "of a group": lambda: Sample.objects.filter(group__name="k1").order_by("pk"),
    "only some": lambda: Sample.objects.only("whole", "day"),
    "deferred": lambda: Sample.objects.defer("day", "text", "data"),
    "values": lambda: Sample.objects.values("whole", "day", "data", "markup", "group__name"),
    "raw": lambda: Sample.objects.raw("SELECT * FROM zoo_sample ORDER BY id"),
}


def test_sources_of_columns(zoo_rows, same_each):
    body = "{{ b.whole }}{{ b.day }}{{ b.data }}{{ b.markup }}{{ b.group.name }}{{ b.took }}"
    same_each({name: (make, loop(body)) for name, make in SOURCES.items()})


PLACES = {
    "German": {"LANGUAGE_CODE": "de", "USE_THOUSAND_SEPARATOR": True},
    "far away": {"TIME_ZONE": "Asia/Tokyo"},
    "naive": {"USE_TZ": False},
}


@pytest.mark.parametrize("name", PLACES)
def test_places_and_languages(zoo_rows, same_each, settings, name):
    for key, value in PLACES[name].items():
        setattr(settings, key, value)
    if "LANGUAGE_CODE" in PLACES[name]:
        translation.activate(PLACES[name]["LANGUAGE_CODE"])
    body = "{{ b.pk }}|{{ b.whole }}|{{ b.price }}|{{ b.part }}|{{ b.day }}|{{ b.at }}|{{ b.hour }}|{{ b.flag }}|{{ b.took }}|{{ b.status }}"
    try:
        same_each(
            {
                "as it is": (Sample.objects.all, loop(body)),
                "unlocalized": (
                    Sample.objects.all,
                    "{% load l10n tz %}" + loop("{% localize off %}" + body + "{% endlocalize %}{{ b.at|utc }}"),
                ),
                "another zone": (
                    Sample.objects.all,
                    "{% load tz %}" + loop("{% timezone 'America/New_York' %}" + body + "{{ b.at|date:'e' }}{% endtimezone %}"),
                ),
            }
        )  # fmt: skip
        with timezone.override("Pacific/Auckland"):
            same_each({"override": (Sample.objects.all, loop(body))})
    finally:
        translation.deactivate()
