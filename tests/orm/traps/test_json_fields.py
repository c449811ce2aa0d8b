"""A JSON column is a value and a way further at once: its keys are data, never relations or columns."""

from __future__ import annotations

from django.db.models import F
from django.db.models.fields.json import KT
from traps.compared import FAILS, loop
from zoo.models import Category
from zoo.odd import Sample

BODIES = {
    "whole": "{{ b.data }}",
    "keys": "{{ b.data.key }}{{ b.data.count }}{{ b.data.0 }}{{ b.data.nothing }}",
    "names of methods": "{{ b.data.items }}{{ b.data.keys }}{{ b.data.values }}{{ b.data.upper }}",
    "deep": "{{ b.data.items.0 }}{{ b.data.items.1.a }}{{ b.data.0.0 }}{{ b.data.0.1.upper }}",
    "whole and keys": "{{ b.data }}{{ b.data.key }}{{ b.data }}{{ b.data.items }}",
    "tested": "{% if b.data %}y{% endif %}{% if b.data.key %}k{% endif %}{% if 'key' in b.data.keys %}i{% endif %}",
    "compared": "{% if b.data == one.data %}={% endif %}{% if b.data.key == '<b>' %}b{% endif %}",
    "none": "{% if b.data is None %}none{% endif %}{{ b.data|default_if_none:'-' }}{{ b.data.key|default:'-' }}",
    "filters": "{{ b.data|length }}{{ b.data.key|safe }}{{ b.data|json_script:'d' }}{{ b.data|pprint }}",
    "bound": "{% with d=b.data %}{{ d.key }}{{ d.items }}{% endwith %}{% with k=b.data.key %}{{ k }}{% endwith %}",
    "class": "{{ b.data|classed }}{{ b.data.items|classed }}{% kind_of b.data %}",
    "group": "{{ b.group.name }}{{ b.data.group.name }}{{ b.data.pk }}{{ b.data.id }}",
}

CASES = {
    "pairs": (
        Sample.objects.filter(data__has_key="key").all,
        loop("{% for k, v in b.data.items %}{{ k }}={{ v }};{% endfor %}"),
        FAILS,
    ),
    "lists": (
        lambda: [Sample(data={"a": [1, 2]}), Sample(data={"a": "xy"})],
        loop("{% for x in b.data.a %}{{ x }},{% endfor %}{% for k, v in b.data.items %}{{ k }}{{ v }}{% endfor %}"),
    ),
    "of a relation": (
        lambda: Category.objects.order_by("pk"),
        loop("{% for s in b.samples.all %}{{ s.data.key }}{{ s.data }}{{ s.markup }}{% endfor %}"),
    ),
    "key as an annotation": (
        lambda: Sample.objects.annotate(text_of=KT("data__key"), key_of=F("data__items")),
        loop("{{ b.text_of }}{{ b.key_of }}{{ b.key_of.0 }}{{ b.data.key }}"),
    ),
    "as values": (lambda: Sample.objects.values("data"), loop("{{ b.data.key }}{{ b.data }}")),
    "deferred": (lambda: Sample.objects.defer("data"), loop("{{ b.data.key }}{{ b.whole }}")),
}  # fmt: skip


def test_ways_into_json(zoo_rows, same_each):
    def context():
        return {"rows": Sample.objects.all(), "one": Sample.objects.all()[1]}

    same_each({name: (context, loop(body)) for name, body in BODIES.items()}, fails=None)


def test_json_from_elsewhere(zoo_rows, same_each):
    same_each(CASES)


def test_a_change_of_one_row_stays_in_it(zoo_rows, same):
    """Rows of one query hold values of their own, also where they are equal."""

    def changed():
        Sample.objects.update(data={"list": [1]})
        rows = list(Sample.objects.all())
        rows[0].data["list"].append("changed")
        return rows

    same(changed, loop("{{ b.data.list }}"))
