"""A file column is a file of its instance, not the name that the row holds."""

from __future__ import annotations

import pytest
from traps.compared import loop
from zoo.models import Category
from zoo.odd import Sample

BODIES = {
    "name": "{{ b.paper }}{{ b.paper.name }}",
    "url": "{% if b.paper %}{{ b.paper.url }}{% endif %}",
    "class": "{{ b.paper|classed }}{% kind_of b.paper %}",
    "tested": "{% if b.paper %}y{% else %}n{% endif %}{{ b.paper|default:'-' }}{{ b.paper|length }}",
    "compared": "{% if b.paper == 'papers/1.txt' %}={% endif %}{% if b.paper in 'papers/' %}in{% endif %}",
    "instance": "{{ b.paper.instance.whole }}{{ b.paper.field.name }}{{ b.paper.storage|classed }}",
    "filters": "{{ b.paper|upper }}{{ b.paper.name|slice:':3' }}{{ b.paper.nothing }}",
}


@pytest.mark.parametrize("name", BODIES)
def test_files(zoo_rows, same_each, settings, name):
    settings.MEDIA_URL = "/media/"
    same_each(
        {
            "rows": (Sample.objects.all, loop(BODIES[name])),
            "with columns": (Sample.objects.all, loop("{{ b.whole }}" + BODIES[name])),
            "deferred": (lambda: Sample.objects.defer("paper"), loop(BODIES[name])),
            "of a relation": (
                lambda: Category.objects.order_by("pk"),
                loop("{% for b in b.samples.all %}" + BODIES[name] + "{% endfor %}"),
            ),
            "values": (lambda: Sample.objects.values("paper"), loop("{{ b.paper }}{{ b.paper.url }}")),
        },
        fails=None,
    )  # fmt: skip


def test_a_url_that_is_not_there(zoo_rows, same):
    same(Sample.objects.all, loop("{{ b.paper.url }}"), fails=True)
