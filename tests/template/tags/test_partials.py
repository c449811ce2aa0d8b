"""The tags `partialdef` and `partial`, which came with Django 6.0: before, both engines raise alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.template import base
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates

BACKENDS = (DjangoTemplates, DjustTemplates)

SOURCES = """
{% partialdef a %}<{{ v }}>{% endpartialdef %}{% partial a %}{% partial a %}
{% partialdef a inline %}<{{ v }}>{% endpartialdef %}{% for x in 'ab' %}{% partial a %}{{ x }}{% endfor %}
{% partialdef a %}{{ x }}{{ forloop.counter }}{% endpartialdef %}{% for x in v %}{% partial a %}{% endfor %}
{% partialdef a %}{% cycle 1 2 %}{% endpartialdef %}{% partial a %}{% partial a %}{% for x in v %}{% partial a %}{% endfor %}
{% partialdef a %}{% partialdef b %}b{% endpartialdef %}{% partial b %}{% endpartialdef %}{% partial a %}{% partial b %}
{% partial late %}{% partialdef late %}{{ v }}{% endpartialdef %}
{% partial missing %}
{% partialdef a %}{% partial a %}{% endpartialdef %}
{% partialdef a %}{{ v.nope.nope }}{{ v|length }}{% endpartialdef %}{% partial a %}{% with v=1 %}{% partial a %}{% endwith %}
{% autoescape off %}{% partialdef a %}{{ v }}{% endpartialdef %}{% partial a %}{% endautoescape %}{% partial a %}
{% partialdef a %}{% widthratio 1 0 v %}{% endpartialdef %}{% partial a %}
""".strip().splitlines()


def outcomes(backend: Any, source: str, change: Callable[[Any], Any] | None = None) -> list[Any]:
    """What two renders give; `change` is given the template in between."""
    found: list[Any] = []
    options = {"loaders": []}
    made = backend({"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options})
    try:
        template = made.from_string(source)
    except Exception as error:  # noqa: BLE001 - compared
        return [type(error), str(error)]
    for _ in range(3):
        try:
            found.append(template.render({"v": "<x>"}))
        except Exception as error:  # noqa: BLE001 - compared
            found.append((type(error), str(error)))
        if change is not None:
            change(template.template)
    return found


def same(source: str, change: Callable[[Any], Any] | None = None) -> list[Any]:
    """What both engines do alike."""
    stock, ours = (outcomes(backend, source, change) for backend in BACKENDS)
    assert ours == stock
    return ours


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    same(source)


def _partial(template: Any, name: str = "a") -> Any:
    return template.extra_data["partials"][name]


CHANGES: list[Callable[[Any], Any]] = [
    lambda template: setattr(_partial(template), "render", lambda context: "mine"),
    lambda template: setattr(_partial(template), "_render", lambda context: "mine"),
    lambda template: _partial(template).nodelist.append(base.TextNode("more")),
    lambda template: setattr(_partial(template), "nodelist", base.NodeList([base.TextNode("new")])),
    lambda template: template.extra_data["partials"].pop("a", None),
    lambda template: template.extra_data["partials"].update(a=base.Template("other")),
    lambda template: template.extra_data["partials"].update(a=_partial(template, "b")),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_partial_that_somebody_has_changed(change: Callable[[Any], Any]) -> None:
    source = (
        "{% partialdef a %}<{{ v }}>{% endpartialdef %}{% partialdef b %}b{% endpartialdef %}"
        "{% partial a %}{% partial b %}"
    )
    same(source, change)


@pytest.mark.parametrize("name", ["render", "_render"])
def test_a_replaced_method_is_heard(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    source = SOURCES[0]
    before = same(source)
    partial = getattr(base, "PartialTemplate", None)
    if partial is not None:
        monkeypatch.setattr(partial, name, lambda self, context: "patched")
        assert same(source) == ["patchedpatched"] * 3
        monkeypatch.undo()
    assert same(source) == before
