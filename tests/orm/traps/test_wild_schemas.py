"""Keys of every kind, inheritance in every direction, managers that hide, fields of one's own: every path of every model."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from traps.compared import loop
from zoo import wild, wild_data

from tests.laws.random_pages import shape

MODELS = [
    name
    for name, found in vars(wild).items()
    if isinstance(found, type) and issubclass(found, models.Model) and found.__module__ == wild.__name__
    and not found._meta.abstract
]  # fmt: skip


@pytest.fixture
def rows(library):
    wild_data.populate(3, 7)


def bodies_of(model: str) -> dict[str, str]:
    """Every column and relation of a model by itself, then all of them together, then two steps."""
    of = shape(model)
    bodies = {
        "columns": "".join(f"{{{{ b.{column} }}}}|" for column in of.columns),
        "columns in pieces": "".join(
            f"{{% if b.{column} %}}{{{{ b.{column}|default_if_none:'-' }}}}{{% endif %}}"
            for column in of.columns
        ),
        "itself": "{{ b }}{% if b %}y{% endif %}",
    }
    for one, target in of.to_one.items():
        below = shape(target) if hasattr(wild, target) else None
        columns = below.columns if below else ("pk", "name", "nothing")
        bodies[f"{one}"] = "".join(f"{{{{ b.{one}.{column} }}}}|" for column in columns)
        bodies[f"key of {one}"] = (
            f"{{{{ b.{one}.pk }}}}{{% if b.{one} %}}y{{% endif %}}{{{{ b.{one}_id }}}}"
        )
        bodies[f"{one} maybe"] = (
            f"{{% if forloop.counter == 2 %}}{{{{ b.{one}.name }}}}{{{{ b.{one} }}}}{{% endif %}}"
        )
        for further in below.to_one if below else ():
            bodies[f"{one}.{further}"] = f"{{{{ b.{one}.{further}.pk }}}}"
        for many in below.to_many if below else ():
            bodies[f"{one}.{many}"] = (
                f"{{% for c in b.{one}.{many}.all %}}{{{{ c.pk }}}}{{% endfor %}}"
            )
    for many, target in of.to_many.items():
        below = shape(target)
        columns = "".join(f"{{{{ c.{column} }}}}" for column in below.columns)
        bodies[f"{many}"] = f"{{% for c in b.{many}.all %}}{columns},{{% endfor %}}"
        bodies[f"number of {many}"] = (
            f"{{{{ b.{many}.count }}}}{{{{ b.{many}.all|length }}}}{{{{ b.{many}.exists }}}}"
        )
        bodies[f"some {many}"] = (
            f"{{{{ b.{many}.first.pk }}}}{{{{ b.{many}.all.1.pk }}}}{{{{ b.{many}.last.pk }}}}"
            f"{{% for c in b.{many}.all|slice:':2' %}}{{{{ c.pk }}}}{{% endfor %}}"
        )
        for further in below.to_one:
            bodies[f"{many}.{further}"] = (
                f"{{% for c in b.{many}.all %}}{{{{ c.{further}.pk }}}},{{% endfor %}}"
            )
        for further in below.to_many:
            bodies[f"{many}.{further}"] = (
                f"{{% for c in b.{many}.all %}}{{% for d in c.{further}.all %}}{{{{ d.pk }}}},"
                f"{{% endfor %}}{{{{ c.{further}.count }}}};{{% endfor %}}"
            )
    return bodies


@pytest.mark.parametrize("model", MODELS)
def test_every_path(rows, same_grid, model):
    cls = apps.get_model("zoo", model)
    sources = {
        "ordered": lambda: cls._default_manager.order_by("pk"),
        "as they come": cls._default_manager.all,
        "list": lambda: list(cls._base_manager.order_by("-pk")),
    }
    bodies = {name: loop(body) for name, body in bodies_of(model).items()}
    same_grid(sources, bodies, joins=False, fails=None)
