"""`get_FOO_display`: groups, lazy labels, unknown values, overrides, annotations and deferred columns."""

from __future__ import annotations

import pytest
from django.db.models import Value
from django.utils import translation
from traps.compared import loop
from zoo.models import Category
from zoo.odd import Sample, Status

BODIES = {
    "plain": "{{ b.get_status_display }}|{{ b.get_level_display }}|{{ b.get_size_display }}",
    "further": "{{ b.get_status_display.upper }}{{ b.get_level_display|default:'-' }}{{ b.get_status_display|length }}",
    "with columns": "{{ b.status }}{{ b.level }}{{ b.size }}{{ b.get_status_display }}{{ b.whole }}",
    "no choices": "{{ b.get_text_display }}{{ b.get_nothing_display }}{{ b.group.get_name_display }}",
    "tested": "{% if b.get_level_display == 'High' %}h{% endif %}{% ifchanged b.get_status_display %}{{ b.get_status_display }}{% endifchanged %}",
    "bound": "{% with d=b.get_status_display %}{{ d }}{% endwith %}{{ b.get_status_display|classed }}",
    "languages": "{% load i18n %}{% language 'de' %}{{ b.get_status_display }}{% endlanguage %}{{ b.get_status_display }}{% language 'fr' %}{{ b.get_status_display }}{{ b.whole }}{% endlanguage %}",
}

SOURCES = {
    "rows": Sample.objects.all,
    "deferred": lambda: Sample.objects.only("whole"),
    "annotated over": lambda: Sample.objects.annotate(get_status_display=Value("annotated")),
    "unsaved": lambda: [Sample(status=Status.SHOWN, level=2, size="s"), Sample(status="?", level="2")],
    "odd values": lambda: [Sample(status=["d"], level=2.0, size=None), Sample(status=Status("d"), level=True)],
    "of a group": lambda: Category.objects.order_by("pk").first().samples.all(),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_labels(zoo_rows, same_each, language):
    with translation.override(language):
        for source, make in SOURCES.items():
            same_each(
                {f"{source} {name}": (make, loop(body)) for name, body in BODIES.items()},
                fails=None,
            )


def test_labels_sort_and_group(zoo_rows, same_each):
    same_each(
        {
            "sorted": (
                Sample.objects.all,
                "{% for b in rows|dictsort:'get_status_display' %}{{ b.whole }}{{ b.get_status_display }}{% endfor %}",
            ),
            "grouped": (
                Sample.objects.all,
                "{% regroup rows by get_status_display as g %}{% for x in g %}{{ x.grouper }}{% for b in x.list %}{{ b.whole }}{% endfor %}{% endfor %}",
            ),
            "of a relation": (
                lambda: Category.objects.order_by("pk"),
                loop("{% for s in b.samples.all %}{{ s.get_status_display }}{{ s.get_size_display }}{% endfor %}"),
            ),
        },
        fails=None,
    )  # fmt: skip


def _changing():
    """Ways in which a site changes the choices of a field."""
    yield "replaced", lambda field: setattr(field, "choices", [("d", "Other"), ("s", "Seen")])
    yield "replaced by equal ones", lambda field: setattr(field, "choices", list(field.choices))
    yield "with one less", lambda field: field.choices.pop()
    yield "with one more", lambda field: field.choices.append(("?", "Asked"))
    yield "changed in place", lambda field: field.choices.__setitem__(0, ("d", "In place"))
    yield "emptied", lambda field: setattr(field, "choices", None)
    yield "grouped", lambda field: setattr(field, "choices", [("G", [("d", "In a group")])])
    yield "of another class", lambda field: setattr(field, "choices", (("d", "In a tuple"),))
    yield "of truths", lambda field: setattr(field, "choices", [(True, "Yes"), (1, "One")])


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in _changing()])
@pytest.mark.parametrize("body", ["{{ b.get_status_display }}", "{{ b.get_size_display }}"])
def test_choices_that_a_site_changes(zoo_rows, same_grid, change, body):
    """Labels are those of the field as it is now, for rows and for instances."""
    sources = {"rows": Sample.objects.all, "list": lambda: list(Sample.objects.all())}
    fields = [Sample._meta.get_field(name) for name in ("status", "size")]
    bodies = {"page": loop(body)}
    before = [field.choices for field in fields]
    same_grid(sources, bodies)
    kept = [[*choices] for choices in before]
    try:
        for field in fields:
            change(field)
        same_grid(sources, bodies)
        same_grid(sources, bodies)
    finally:
        for field, choices, items in zip(fields, before, kept, strict=True):
            choices[:] = items
            field.choices = choices
    same_grid(sources, bodies)


def test_items_of_a_group_that_change(zoo_rows, same_grid):
    sources = {"rows": Sample.objects.all, "list": lambda: list(Sample.objects.all())}
    bodies = {"page": loop("{{ b.get_size_display }}")}
    group = Sample._meta.get_field("size").choices[0][1]
    before = [*group]
    same_grid(sources, bodies)
    group[:] = [("s", "Tiny")]
    try:
        same_grid(sources, bodies)
    finally:
        group[:] = before
    same_grid(sources, bodies)


def test_choices_of_a_function(zoo_rows, same_grid):
    """Django calls it each time that it wants a label."""
    labels = {"d": "first"}
    field = Sample._meta.get_field("status")
    before = field.choices
    sources = {"rows": Sample.objects.all, "list": lambda: list(Sample.objects.all())}
    bodies = {"page": loop("{{ b.get_status_display }}{{ b.whole }}")}
    field.choices = lambda: list(labels.items())
    try:
        same_grid(sources, bodies)
        labels["d"] = "second"
        same_grid(sources, bodies)
    finally:
        field.choices = before
    same_grid(sources, bodies)
