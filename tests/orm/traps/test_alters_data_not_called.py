"""What a template calls obeys `alters_data` and `do_not_call_in_templates`; nothing calls ahead of the template."""

from __future__ import annotations

import pytest
from traps.compared import FAILS, loop
from zoo.models import Author, Book
from zoo.odd import Sample, Shouting, Talking

CASES = {
    "delete": (Talking.objects.all, loop("{{ b.delete }}{{ b.save }}{{ b.name }}")),
    "own method": (Talking.objects.all, loop("{{ b.wipe }}{{ b.name }}")),
    "in a branch not taken": (
        Talking.objects.all,
        loop("{% if b.never %}{{ b.delete }}{{ b.wipe }}{{ b.broken }}{% endif %}{{ b.name }}"),
    ),
    "not to be called": (Talking.objects.all, loop("{{ b.secret }}{{ b.name }}")),
    "not to be called, further": (Talking.objects.all, loop("{{ b.secret.x }}{{ b.author.save }}")),
    "needs an argument": (Talking.objects.all, loop("{{ b.wants }}{{ b.name }}")),
    "absent": (Talking.objects.all, loop("{{ b.absent }}{{ b.absent.more }}{{ b.name }}")),
    "proxy": (Shouting.objects.all, loop("{{ b.wipe }}{{ b.delete }}{{ b }}")),
    "of a relation": (
        Author.objects.all,
        loop("{% for t in b.talks.all %}{{ t.wipe }}{{ t.delete }}{{ t.name }}{% endfor %}"),
    ),
    "managers": (
        Author.objects.all,
        loop("{{ b.talks.create }}{{ b.talks.update }}{{ b.talks.clear }}{{ b.talks.all.delete }}{{ b.name }}"),
    ),
    "many to many": (
        lambda: Book.objects.order_by("pk"),
        loop("{{ b.tags.clear }}{{ b.tags.set }}{{ b.tags.all.delete }}{{ b.tags.count }}"),
    ),
    "querysets": (
        Talking.objects.all,
        "{{ rows.delete }}{{ rows.update }}{{ rows.all.delete }}{{ rows.create }}{{ rows.count }}",
    ),
    "choices": (Sample.objects.all, loop("{{ b.Status.SHOWN }}{{ b.Status.values }}{{ b.status }}")),
    "files": (Sample.objects.all, loop("{{ b.paper.delete }}{{ b.paper.save }}{{ b.paper }}")),
    "under a name": (
        Talking.objects.all,
        loop("{% with d=b.delete w=b.wipe %}{{ d }}{{ w }}{% endwith %}{% if b.wipe %}wiped{% endif %}"),
    ),
    "by a filter": (Talking.objects.all, loop("{{ b.delete|default:'no' }}{{ b.wipe|length }}")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_altered(zoo_rows, same, name):
    make, source, *_ = CASES[name]
    found = same(make, source)
    for sql in (*found.stock.queries, *found.ours[0].queries):
        assert sql.startswith("SELECT"), sql


def test_a_call_that_fails_fails_when_it_is_made(zoo_rows, same_each):
    same_each(
        {
            "broken": (Talking.objects.all, loop("{{ b.name }}{{ b.broken }}"), FAILS),
            "broken last": (
                Talking.objects.all,
                loop("{{ b.author.country.name }}{% if forloop.last %}{{ b.broken }}{% endif %}"),
                FAILS,
            ),
            "broken below": (
                Author.objects.all,
                loop("{% for t in b.talks.all %}{{ t.broken }}{% endfor %}"),
                FAILS,
            ),
            "handled": (
                Talking.objects.all,
                loop("{% if b.absent %}{{ b.broken }}{% else %}{{ b.author.name }}{% endif %}"),
            ),
            "in an if": (Talking.objects.all, loop("{% if b.broken %}x{% endif %}"), FAILS),
        }
    )
