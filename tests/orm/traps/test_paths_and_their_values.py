"""One name as a value and as a way further: printed, compared and walked in one page."""

from __future__ import annotations

from traps.compared import loop
from zoo.models import Author, Book, Comment
from zoo.odd import Sample, Talking

CASES = {
    "row and column": (Book.objects.all, "{{ b.author }}{{ b.author.name }}"),
    "column and row": (Book.objects.all, "{{ b.author.name }}{{ b.author }}"),
    "row, then in another loop": (Book.objects.all, "{{ b.author.name }}{% for x in again %}{{ x.author }}{% endfor %}"),
    "text that walks": (Talking.objects.all, "{{ b }}{{ b.author.name }}{{ b.author.country.name }}"),
    "row in a filter": (Book.objects.all, "{{ b.editor|default:'-' }}{{ b.editor.name }}{{ b.editor|yesno }}"),
    "row in a condition": (Book.objects.all, "{% if b.editor %}{{ b.editor.country.name }}{% endif %}{{ b.editor }}"),
    "row compared": (Book.objects.all, "{% if b.author == b.editor %}same{% endif %}{{ b.author.name }}"),
    "row in a collection": (Book.objects.all, "{% if b.author in authors %}in{% endif %}{{ b.author.name }}"),
    "moment and year": (Sample.objects.all, "{{ b.at }}{{ b.at.year }}{{ b.at.date }}{{ b.day.month }}{{ b.at }}"),
    "json and key": (Sample.objects.all, "{{ b.data }}{{ b.data.key }}{{ b.data.items.1.a }}{{ b.data.0.0 }}"),
    "file and name": (Sample.objects.all, "{{ b.paper }}{{ b.paper.name }}{% if b.paper %}{{ b.paper }}{% endif %}"),
    "text and its methods": (Sample.objects.all, "{{ b.text }}{{ b.text.upper }}{{ b.text.0 }}{{ b.text.split.0 }}"),
    "number and its parts": (Sample.objects.all, "{{ b.whole }}{{ b.whole.real }}{{ b.part.is_integer }}{{ b.price.as_tuple.digits.0 }}"),
    "key and row": (Book.objects.all, "{{ b.author_id }}{{ b.author.pk }}{{ b.author.id }}{{ b.author }}"),
    "rows and number": (Author.objects.all, "{{ b.book_set.all }}{{ b.book_set.count }}{% for x in b.book_set.all %}{{ x.title }}{% endfor %}"),
    "rows as they are": (Author.objects.all, "{{ b.book_set.all|length }}{{ b.book_set.all.0 }}{{ b.book_set.all.0.title }}"),
    "manager and rows": (Author.objects.all, "{% if b.book_set %}y{% endif %}{{ b.book_set.all.count }}"),
    "generic target": (Comment.objects.all, "{{ b.target }}{{ b.target.title }}{{ b.target.name }}{{ b.kind }}{{ b.kind.model }}"),
    "label and value": (Sample.objects.all, "{{ b.status }}{{ b.get_status_display }}{{ b.status.label }}{{ b.level }}{{ b.get_level_display }}"),
    "under a name": (Book.objects.all, "{% with a=b.author %}{{ a }}{{ a.name }}{{ b.author.country }}{% endwith %}"),
    "under a name, later": (Book.objects.all, "{% with a=b.author %}{% with c=a.country %}{{ c.name }}{{ c }}{{ a }}{% endwith %}{% endwith %}"),
}  # fmt: skip


def test_values_and_ways(zoo_rows, same_each):
    same_each(
        {
            name: (
                lambda make=make: {
                    "rows": make(),
                    "again": make(),
                    "authors": Author.objects.all(),
                },
                loop(body),
            )
            for name, (make, body) in CASES.items()
        },
        joins=False,
    )
