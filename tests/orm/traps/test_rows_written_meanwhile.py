"""Tags that write to the database in the middle of a page."""

from __future__ import annotations

from django.template.backends.django import DjangoTemplates
from traps.compared import case_of, loop, turn
from zoo.models import Author, Book
from zoo.odd import Talking

from djust_backend import DjustTemplates


def context():
    return {"rows": Book.objects.order_by("pk"), "boss": Author.objects.get(name="boss")}


BODIES = {
    "the row at hand": "{% move b boss %}{{ b.author.name }}{{ b.author.country.name }}",
    "read before": "{{ b.author.name }}{% move b boss %}{{ b.author.name }}",
    "another row": "{{ b.title }}{% rename boss b.title %}{{ b.author.mentor.pk }}",
    "rows read afterwards": "{% rename b.author b.title %}",
}


def test_what_a_tag_does_to_the_row_at_hand_is_shown(zoo_rows, same_each):
    same_each({name: (context, loop(body)) for name, body in BODIES.items()}, joins=False)
    same_each(
        {
            "loop after loop": (
                context,
                loop("{% rename b.author b.title %}")
                + "{% for a in boss.pupils.all %}{{ a.name }}{% endfor %}",
            ),
            "deleted rows": (
                Talking.objects.all,
                loop("{{ b.author.name }}{{ b.wipe }}{{ b.name }}"),
            ),
        },
        joins=False,
    )


def test_what_a_batch_has_read_it_shows(zoo_rows):
    """The limit: rows further on are shown as they were when the first of them was."""
    case = case_of(context, loop("{{ b.author.name }}{% rename b.author 'new' %}"))
    assert turn(case.template(DjangoTemplates), case).page == "a0;a1;a2;new;new;new;"
    assert turn(case.template(DjustTemplates), case).page == "a0;a1;a2;a0;a1;a2;"
