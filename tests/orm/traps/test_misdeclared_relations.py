"""Relations that name what is not there: Django says so when one is walked, and not before."""

from __future__ import annotations

import pytest
from traps.compared import FAILS, loop
from zoo.wild import Lost


@pytest.fixture
def rows(db):
    for _ in range(2):
        Lost.objects.create()


def everything():
    return Lost.objects.order_by("pk")


BODIES = {
    "never walked": "{{ b.name }}{% if b.never %}{% for m in b.marks.all %}{{ m.pk }}{% endfor %}{{ b.target.pk }}{% endif %}",
    "its manager": "{{ b.name }}{% if b.marks %}y{% endif %}",
}
FAILING = {
    "rows": "{{ b.name }}{% for m in b.marks.all %}{{ m.pk }}{% endfor %}",
    "number": "{{ b.marks.count }}",
    "first": "{{ b.marks.first.pk }}",
    "target": "{{ b.target.name }}",
}


def test_they_fail_when_they_are_walked(rows, same_each):
    same_each({name: (everything, loop(body), {"fails": None}) for name, body in BODIES.items()})
    same_each({name: (everything, loop(body), FAILS) for name, body in FAILING.items()})
    same_each({f"list, {name}": (lambda: list(everything()), loop(body), FAILS) for name, body in FAILING.items()})  # fmt: skip
