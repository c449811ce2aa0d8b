"""Primary keys of two columns: printed, compared, joined, batched and left to instances."""

from __future__ import annotations

from traps.compared import loop
from zoo.models import Author, Seat

SEATS = {
    "key": "{{ b.pk }}{{ b.pk.0 }}{{ b.row }}{{ b.number }}{% if b.pk == b.pk %}y{% endif %}",
    "guest": "{{ b.guest.name }}{{ b.guest.country.name }}{{ b.guest_id }}",
    "neighbours": "{% for s in b.guest.seats.all %}{{ s.pk }}{{ s.guest.name }}{% endfor %}{{ b.guest.seats.count }}",
    "first": "{{ b.guest.seats.first.pk }}{{ b.guest.seats.all.0.row }}{{ b.guest.seats.last.number }}",
    "itself": "{{ b }}{% ifchanged b %}c{% endifchanged %}",
    "maybe": "{% if b.row %}{{ b.guest.mentor.name }}{% endif %}",
}
AUTHORS = {
    "rows": "{% for s in b.seats.all %}{{ s.row }}{{ s.number }}{{ s.pk }}{% endfor %}",
    "number": "{{ b.seats.count }}{{ b.seats.all|length }}{{ b.seats.exists }}{% if b.seats.all %}y{% endif %}",
    "parts": "{% for s in b.seats.all|slice:':1' %}{{ s.pk }}{% endfor %}{{ b.seats.first.pk }}",
}


def seats(library):
    for n in range(5):
        Seat.objects.create(row=n % 2, number=n, guest=library.authors[n % 3])


def test_of_seats(library, same_grid):
    seats(library)
    sources = {
        "rows": lambda: Seat.objects.order_by("pk"),
        "by a part": lambda: Seat.objects.order_by("number", "row"),
        "as they come": Seat.objects.all,
        "only": lambda: Seat.objects.order_by("pk").only("guest"),
        "some": lambda: Seat.objects.filter(pk__in=[(0, 0), (1, 1)]).order_by("-pk"),
        "joined": lambda: Seat.objects.order_by("pk").select_related("guest"),
        "values": lambda: Seat.objects.order_by("pk").values("pk", "guest__name"),
        "list": lambda: list(Seat.objects.order_by("pk")),
    }
    same_grid(sources, {name: loop(body) for name, body in SEATS.items()}, joins=False, fails=None)


def test_of_authors(library, same_grid):
    seats(library)
    sources = {
        "rows": Author.objects.all,
        "prefetched": lambda: Author.objects.prefetch_related("seats"),
        "list": lambda: list(Author.objects.all()),
    }
    same_grid(sources, {name: loop(body) for name, body in AUTHORS.items()}, joins=False)
